import type { Box } from '../../envs/spaces.ts';
import { stretchOf, tokenName, type WaveformTokens } from '../../envs/tokens.ts';
import { pageColours } from '../page/colours.ts';
import { element, pen } from '../page/dom.ts';
import { formatNumber } from '../page/numbers.ts';
import { drawWave, rangeOfWave } from '../page/wave.ts';
import { PointedGrid } from './pointedGrid.ts';

const ASPECT = 5; // how wide for its height

/** A waveform as a line over time; where the pointer is, which of its patches that is and how loud it is there. */
export class WaveView {
  readonly #box: Box;
  readonly #group: WaveformTokens;
  readonly #grid: PointedGrid;
  #numbers: number[] = [];

  constructor(box: Box, group: WaveformTokens, name: string, parent: HTMLElement) {
    this.#box = box;
    this.#group = group;
    this.#grid = new PointedGrid({
      rows: 1,
      columns: group.tokens,
      aspect: ASPECT,
      label: `${name || 'observation'}, a waveform of ${group.samples} samples in ${group.tokens} patches`,
      name: (_, patch) => tokenName({ ...group, name: '' }, patch),
      describe: (_, patch) => this.#describe(patch),
    });
    if (name) this.#grid.root.prepend(element('span', { class: 'note' }, name));
    parent.append(this.#grid.root);
    // the canvas has its size once it is on the page
    new ResizeObserver(() => this.#draw()).observe(this.#grid.canvas);
  }

  /** @param offset where the waveform begins in the flat form */
  show(flat: ArrayLike<number>, offset: number): void {
    this.#numbers = Array.from({ length: this.#group.size }, (_, i) => flat[offset + i] ?? 0);
    this.#draw();
    this.#grid.refresh();
  }

  #draw(): void {
    const { context, width, height } = pen(this.#grid.canvas);
    const { curves } = pageColours();
    const colours = Array.from({ length: this.#group.channels }, (_, i) => curves[i % curves.length] as string);
    drawWave(context, this.#numbers, { ...rangeOfWave(this.#box, this.#numbers), width, height, colours });
  }

  #describe(patch: number): string {
    const { channels } = this.#group;
    const [from, to] = stretchOf(this.#group, patch);
    const own = this.#numbers.slice(from * channels, to * channels);
    const power = own.reduce((sum, number) => sum + number ** 2, 0) / own.length;
    return `samples ${from + 1} to ${to}, loudness ${formatNumber(Math.sqrt(power))}`;
  }
}
