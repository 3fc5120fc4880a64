import {
  type CellTokens,
  type PatchTokens,
  placeOf,
  stretchOf,
  type TokenGroup,
  tokenName,
  type WaveformTokens,
} from '../../envs/tokens.ts';
import { wordsSeen } from '../../envs/words.ts';
import type { Moment } from '../../src/replay/format.ts';
import { pageColours, translucent } from '../page/colours.ts';
import { element, pen, setText } from '../page/dom.ts';
import { heaviest } from './looked.ts';
import { Meter } from '../page/meter.ts';
import { formatShare } from '../page/numbers.ts';
import { drawWave, rangeOfWave } from '../page/wave.ts';

/** Sides of a place of a grid on the page, in CSS pixels: large enough to point at, or as small as a wide grid needs. */
const LARGEST_PLACE = 22;
const WIDEST_GRID = 264;
const WAVE_HEIGHT = 44; // CSS pixels
const NAMED = 3; // places said in words

/** Of a step that is shown: its moment, and how strongly a weight of it is, from 0 to 1. */
export interface Look {
  moment: Moment;
  strength: (weight: number) => number;
}

/** A group of tokens on the page. */
export interface Part {
  show(weights: Float32Array, sum: number, look: Look): void;
}

/**
 * How much of the attention the whole group had, and under it which of its tokens.
 *
 * @param shares whether there are other groups that could have had it
 */
export function buildPart(group: TokenGroup, parent: HTMLElement, shares: boolean): Part {
  const meter = new Meter(group.name || tokenName(group, 0));
  if (shares) parent.append(meter.root);
  const detail = buildDetail(group, parent);
  return {
    show(weights, sum, look) {
      meter.show(sum, { low: 0, high: 1 }, formatShare(sum));
      detail?.show(weights, sum, look);
    },
  };
}

function buildDetail(group: TokenGroup, parent: HTMLElement): Part | null {
  switch (group.kind) {
    case 'cells':
    case 'patches':
      return new Places(group, parent);
    case 'waveform':
      return new Wave(group, parent);
    case 'words':
      return buildWords(parent, (observation) => wordsSeen(group, observation));
    case 'vector':
    case 'category':
    case 'sentence':
      return null;
    default:
      return group satisfies never;
  }
}

/** A grid's or an image's weights, each at its place: the stronger the colour, the heavier. */
class Places implements Part {
  readonly #group: CellTokens | PatchTokens;
  readonly #canvas = element('canvas', { role: 'img' });
  readonly #words = element('p', { class: 'note' });
  readonly #rows: number;
  readonly #columns: number;
  #weights: Float32Array = new Float32Array(0);

  constructor(group: CellTokens | PatchTokens, parent: HTMLElement) {
    this.#group = group;
    const [row, column] = placeOf(group, group.tokens - 1);
    [this.#rows, this.#columns] = [row + 1, column + 1];
    const side = Math.min(LARGEST_PLACE, Math.max(1, Math.floor(WIDEST_GRID / this.#columns)));
    this.#canvas.style.width = `${side * this.#columns}px`;
    this.#canvas.style.height = `${side * this.#rows}px`;
    this.#canvas.addEventListener('pointermove', ({ offsetX, offsetY }) =>
      this.#nameAt(offsetX / side, offsetY / side),
    );
    parent.append(element('li', { class: 'places' }, this.#canvas, this.#words));
  }

  show(weights: Float32Array, _sum: number, { strength }: Look): void {
    this.#weights = weights;
    const { context, width, height } = pen(this.#canvas);
    const { accent, line } = pageColours();
    const [wide, tall] = [width / this.#columns, height / this.#rows];
    const gap = wide > 6 ? 1 : 0;
    weights.forEach((weight, i) => {
      const [row, column] = placeOf(this.#group, i);
      context.fillStyle = translucent(line, 0.6);
      context.fillRect(column * wide, row * tall, wide - gap, tall - gap);
      context.fillStyle = translucent(accent, strength(weight));
      context.fillRect(column * wide, row * tall, wide - gap, tall - gap);
    });
    const named = heaviest(weights, NAMED).map((i) => this.#describe(i));
    setText(this.#words, named.join(' \u00b7 '));
    this.#canvas.setAttribute('aria-label', `${this.#group.name || this.#group.kind}, most at ${named.join('; ')}`);
  }

  #describe(i: number): string {
    const [row, column] = placeOf(this.#group, i);
    return `row ${row + 1}, column ${column + 1}: ${formatShare(this.#weights[i] ?? 0)}`;
  }

  #nameAt(x: number, y: number): void {
    const i = this.#weights.findIndex((_, i) => {
      const [row, column] = placeOf(this.#group, i);
      return row === Math.floor(y) && column === Math.floor(x);
    });
    this.#canvas.title = i < 0 ? '' : this.#describe(i);
  }
}

/** A waveform over its patches: the stronger the colour behind, the heavier. */
class Wave implements Part {
  readonly #group: WaveformTokens;
  readonly #canvas = element('canvas', { role: 'img' });
  readonly #words = element('p', { class: 'note' });
  #weights: Float32Array = new Float32Array(0);

  constructor(group: WaveformTokens, parent: HTMLElement) {
    this.#group = group;
    this.#canvas.style.width = `${WIDEST_GRID}px`;
    this.#canvas.style.height = `${WAVE_HEIGHT}px`;
    this.#canvas.addEventListener('pointermove', ({ offsetX }) => {
      const sample = Math.floor((offsetX / WIDEST_GRID) * group.samples);
      this.#canvas.title = this.#describe(Math.min(Math.floor(sample / group.length), group.tokens - 1));
    });
    parent.append(element('li', { class: 'places' }, this.#canvas, this.#words));
  }

  show(weights: Float32Array, _sum: number, { moment, strength }: Look): void {
    this.#weights = weights;
    const { offset, size, samples, channels, name } = this.#group;
    const { context, width, height } = pen(this.#canvas);
    const { accent, line, text } = pageColours();
    weights.forEach((weight, i) => {
      const [left, right] = stretchOf(this.#group, i).map((sample) => (sample / samples) * width) as [number, number];
      for (const colour of [translucent(line, 0.6), translucent(accent, strength(weight))]) {
        context.fillStyle = colour;
        context.fillRect(left, 0, right - left - 1, height);
      }
    });
    const numbers = Array.from({ length: size }, (_, i) => moment.observation[offset + i] ?? 0);
    const colours = Array.from({ length: channels }, () => text);
    drawWave(context, numbers, { ...rangeOfWave(null, numbers), width, height, colours });
    const named = heaviest(weights, NAMED).map((i) => this.#describe(i));
    setText(this.#words, named.join(' \u00b7 '));
    this.#canvas.setAttribute('aria-label', `${name || 'waveform'}, most at ${named.join('; ')}`);
  }

  #describe(i: number): string {
    return `${tokenName({ ...this.#group, name: '' }, i)}: ${formatShare(this.#weights[i] ?? 0)}`;
  }
}

/** A text's words, each with its weight. */
function buildWords(parent: HTMLElement, read: (observation: ArrayLike<number>) => string[]): Part {
  const list = element('ol', { class: 'chips' });
  parent.append(element('li', {}, list));
  const chips: { root: HTMLElement; word: HTMLElement; share: HTMLElement }[] = [];
  const addChip = (): (typeof chips)[number] => {
    const [word, share] = [element('span'), element('span', { class: 'number' })];
    const root = element('li', {}, word, share);
    list.append(root);
    return { root, word, share };
  };
  return {
    show(weights, _sum, { moment, strength }) {
      const words = read(moment.observation);
      while (chips.length < words.length) chips.push(addChip());
      const { accent } = pageColours();
      chips.forEach(({ root, word, share }, i) => {
        root.hidden = i >= words.length;
        const weight = weights[i] ?? 0;
        setText(word, words[i] ?? '');
        setText(share, formatShare(weight));
        root.style.setProperty('--heat', translucent(accent, 0.85 * strength(weight)));
      });
    },
  };
}
