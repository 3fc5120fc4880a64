import { attentionShape, heaviestLags, weightsByLag } from './attention.ts';
import type { AttentionShape, Selection } from './attention.ts';
import type { Changes, Panel } from '../time/clock.ts';
import { pageColours, translucent } from '../page/colours.ts';
import type { Controls } from '../time/controls.ts';
import { byId, element, pen, setText } from '../page/dom.ts';
import { formatShare } from '../page/numbers.ts';
import type { Player } from '../time/player.ts';

const LISTED = 6;

/**
 * What the Transformer attended to among past steps: every head of every layer small, the chosen ones (their mean, by
 * default all of them) as a list of steps, and along the timeline.
 */
export class AttentionPanel implements Panel {
  readonly #player: Player;
  readonly #chosen: (attention: { shape: AttentionShape; selection: Selection } | null) => void;
  readonly #root = byId('attention', HTMLElement);
  readonly #heads = byId('heads', HTMLElement);
  readonly #lags = byId('lags', HTMLElement);
  readonly #rows: LagRow[];
  #cells: { canvas: HTMLCanvasElement; selection: Selection }[] = [];
  #shape: AttentionShape | null = null;
  #selection: Selection = { layer: null, head: null };

  constructor(
    player: Player,
    controls: Controls,
    chosen: (attention: { shape: AttentionShape; selection: Selection } | null) => void,
  ) {
    this.#player = player;
    this.#chosen = chosen;
    this.#rows = Array.from({ length: LISTED }, () => new LagRow((step) => controls.seek(step)));
    this.#lags.append(...this.#rows.map((row) => row.root));
  }

  update(changes: Changes): void {
    if (changes.has('replay')) this.#build();
    if (changes.has('step')) this.redraw();
  }

  /** Everything that shows weights again: the step, the colours or the choice of heads changed. */
  redraw(): void {
    if (!this.#shape) return;
    const colours = pageColours();
    const { moment, step } = this.#player;
    for (const { canvas, selection } of this.#cells) {
      drawWeights(canvas, weightsByLag(moment, this.#shape, selection), colours.accent);
    }
    const weights = weightsByLag(moment, this.#shape, this.#selection);
    const lags = weights ? heaviestLags(weights, LISTED) : [];
    const heaviest = lags.reduce((most, lag) => Math.max(most, weights?.[lag] ?? 0), 0);
    this.#rows.forEach((row, i) => row.show(lags[i], step, weights?.[lags[i] ?? -1] ?? 0, heaviest));
  }

  #build(): void {
    const shape = this.#player.recording ? attentionShape(this.#player.recording.header) : null;
    const same = shape?.layers === this.#shape?.layers && shape?.heads === this.#shape?.heads;
    this.#shape = shape;
    this.#root.hidden = shape === null;
    if (same) return;
    this.#cells = [];
    this.#heads.replaceChildren();
    if (shape) this.#buildHeads(shape);
    this.#choose({ layer: null, head: null });
  }

  /** A table of buttons: a row a layer, a column a head, and the means of each before and above them. */
  #buildHeads({ layers, heads }: AttentionShape): void {
    this.#heads.style.setProperty('--columns', String(heads));
    for (let layer = -1; layer < layers; layer++) {
      for (let head = -1; head < heads; head++) {
        this.#heads.append(this.#headButton({ layer: layer < 0 ? null : layer, head: head < 0 ? null : head }));
      }
    }
  }

  #headButton(selection: Selection): HTMLButtonElement {
    const { layer, head } = selection;
    const name = describeSelection(selection);
    const button = element('button', { type: 'button', 'aria-label': name, title: name });
    if (layer !== null && head !== null) {
      const canvas = element('canvas', { 'aria-hidden': 'true' });
      this.#cells.push({ canvas, selection });
      button.append(canvas);
    } else {
      button.append(layer !== null ? `L${layer + 1}` : head !== null ? `H${head + 1}` : 'mean');
    }
    button.addEventListener('click', () => this.#choose(selection));
    return button;
  }

  #choose(selection: Selection): void {
    this.#selection = selection;
    for (const button of this.#heads.querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(button.title === describeSelection(selection)));
    }
    setText(byId('heads-chosen', HTMLElement), describeSelection(selection));
    this.#chosen(this.#shape && { shape: this.#shape, selection });
    this.redraw();
  }
}

/** A past step, how long ago it was, and its weight; pressing it goes there. */
class LagRow {
  readonly #name = element('span', { class: 'name' });
  readonly #bar = element('span', { class: 'bar' });
  readonly #weight = element('span', { class: 'number' });
  readonly #button = element(
    'button',
    { type: 'button', class: 'meter' },
    this.#name,
    element('span', { class: 'track', 'aria-hidden': 'true' }, this.#bar),
    this.#weight,
  );
  readonly root = element('li', {}, this.#button);
  #step = 0;

  constructor(goTo: (step: number) => void) {
    this.#button.addEventListener('click', () => goTo(this.#step));
  }

  /** @param lag how many steps ago; undefined leaves the row empty */
  show(lag: number | undefined, step: number, weight: number, heaviest: number): void {
    this.root.hidden = lag === undefined;
    if (lag === undefined) return;
    this.#step = step - lag;
    setText(this.#name, lag === 0 ? 'this step' : lag === 1 ? '1 step ago' : `${lag} steps ago`);
    this.#button.title = `go to step ${this.#step}`;
    this.#bar.style.width = `${heaviest > 0 ? (weight / heaviest) * 100 : 0}%`;
    setText(this.#weight, formatShare(weight));
  }
}

function describeSelection({ layer, head }: Selection): string {
  if (layer === null && head === null) return 'mean of all layers and heads';
  if (layer === null) return `head ${(head ?? 0) + 1}, mean of all layers`;
  return head === null ? `layer ${layer + 1}, mean of its heads` : `layer ${layer + 1}, head ${head + 1}`;
}

/** Weights as bars, the current step at the right end and the past to its left. */
function drawWeights(canvas: HTMLCanvasElement, weights: Float32Array | null, accent: string): void {
  const { context, width, height } = pen(canvas);
  if (!weights || weights.length === 0) return;
  const heaviest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  const step = width / weights.length;
  weights.forEach((weight, lag) => {
    const tall = heaviest > 0 ? (weight / heaviest) * height : 0;
    context.fillStyle = translucent(accent, 0.6 + 0.4 * weight);
    context.fillRect(width - (lag + 1) * step, height - tall, Math.max(step - 0.5, 0.75), tall);
  });
}
