import { FONT, pageColours } from '../page/colours.ts';
import { byId, element, pen } from '../page/dom.ts';
import { seriesColour, seriesDash } from '../page/series.ts';
import type { Changes } from '../time/clock.ts';
import type { Controls } from '../time/controls.ts';
import type { Player } from '../time/player.ts';
import { drawLabel, stepAt, xOf } from '../time/tracks.ts';
import type { Band, Plot } from '../time/tracks.ts';
import type { Comparison } from './comparison.ts';
import { drawLines, rangeOf } from './lines.ts';
import type { Line } from './lines.ts';

const BAND_HEIGHT = 38;
const GAP = 10;
const MARK = 4; // half the width of the mark of a first difference, px

/** Under the timeline, on its steps: value and return so far of all that is compared, and where each first differs. */
export class ComparedTracks {
  readonly #player: Player;
  readonly #comparison: Comparison;
  readonly #plot: () => Plot;
  readonly #root = byId('compared-tracks', HTMLElement);
  readonly #canvas = element('canvas', { class: 'tracks', 'aria-hidden': 'true' });
  readonly #cursor = element('div', { class: 'cursor' });

  /** @param plot where the timeline's steps lie, which these share */
  constructor(player: Player, comparison: Comparison, { controls, plot }: { controls: Controls; plot: () => Plot }) {
    this.#player = player;
    this.#comparison = comparison;
    this.#plot = plot;
    this.#root.append(this.#canvas, this.#cursor);
    this.#listen(controls);
    new ResizeObserver(() => this.redraw()).observe(this.#root);
  }

  update(changes: Changes): void {
    if (changes.has('position')) this.#moveCursor();
  }

  /** The compared recordings, or their episodes, are others. */
  refresh(): void {
    this.#root.hidden = this.#comparison.members.every(({ summary }) => summary === null);
    if (!this.#root.hidden) this.redraw();
  }

  redraw(): void {
    const bands = this.#lines().map((track, i) => ({
      ...track,
      top: 4 + i * (BAND_HEIGHT + GAP),
      height: BAND_HEIGHT,
    }));
    this.#root.style.height = `${bands.length * (BAND_HEIGHT + GAP) + MARK}px`;
    const { context, height } = pen(this.#canvas);
    const [plot, colours] = [this.#plot(), pageColours()];
    for (const { name, lines, ...band } of bands) {
      const range = rangeOf(lines);
      drawLabel(context, name, Float32Array.of(range.low, range.high), band, plot, colours);
      drawLines(context, lines, { band, plot, range });
    }
    this.#drawMarks(context, { top: 0, height }, plot);
    this.#moveCursor();
  }

  /** The tracks that there are, each with the main episode's line first. */
  #lines(): { name: string; lines: Line[] }[] {
    const { recording, episode, summary } = this.#player;
    if (!recording || !summary) return [];
    const values: Line[] = [];
    const returns: Line[] = [{ series: 1, values: this.#player.returns }];
    const mainValues = recording.values(episode);
    if (mainValues) values.push({ series: 1, values: mainValues });
    for (const member of this.#comparison.members) {
      if (!member.recording || member.episode === null) continue;
      const own = member.recording.values(member.episode);
      if (own) values.push({ series: member.series, values: own });
      returns.push({ series: member.series, values: member.returns });
    }
    return [...(values.length > 0 ? [{ name: 'value', lines: values }] : []), { name: 'return', lines: returns }];
  }

  #drawMarks(context: CanvasRenderingContext2D, { top, height }: Band, plot: Plot): void {
    for (const { series, comparing } of this.#comparison.members) {
      if (comparing.state !== 'found') continue;
      const x = xOf(comparing.divergence.step, plot);
      context.strokeStyle = context.fillStyle = seriesColour(series);
      context.lineWidth = 1.5;
      context.setLineDash(seriesDash(series));
      context.beginPath();
      context.moveTo(x, top);
      context.lineTo(x, top + height);
      context.stroke();
      context.setLineDash([]);
      context.font = FONT;
      context.beginPath();
      context.moveTo(x - MARK, top);
      context.lineTo(x + MARK, top);
      context.lineTo(x, top + 1.6 * MARK);
      context.fill();
    }
  }

  #moveCursor(): void {
    this.#cursor.style.transform = `translateX(${xOf(this.#player.position, this.#plot())}px)`;
  }

  #listen(controls: Controls): void {
    const seek = (event: PointerEvent): void =>
      controls.seek(stepAt(event.clientX - this.#root.getBoundingClientRect().left, this.#plot()));
    this.#root.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      this.#root.setPointerCapture(event.pointerId);
      seek(event);
    });
    this.#root.addEventListener('pointermove', (event) => {
      if (this.#root.hasPointerCapture(event.pointerId)) seek(event);
    });
  }
}
