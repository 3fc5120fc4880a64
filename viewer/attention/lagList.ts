import { heaviestLags } from './attention.ts';
import { byId, element, setText } from '../page/dom.ts';
import { formatShare } from '../page/numbers.ts';

const LISTED = 6;

/** What a list of past steps does with time. */
export interface PastSteps {
  goTo(step: number): void;
  /** Marks a step; null takes the mark away. */
  point(step: number | null): void;
}

/** The past steps that had most weight, from the most recent; pressing one goes there. */
export class LagList {
  readonly #rows: LagRow[];

  constructor(past: PastSteps) {
    this.#rows = Array.from({ length: LISTED }, () => new LagRow(past));
    byId('lags', HTMLElement).append(...this.#rows.map(({ root }) => root));
  }

  /** @param weights  by lag; null where the step has none */
  show(weights: Float32Array | null, step: number): void {
    const lags = weights ? heaviestLags(weights, LISTED) : [];
    const heaviest = lags.reduce((most, lag) => Math.max(most, weights?.[lag] ?? 0), 0);
    this.#rows.forEach((row, i) => row.show(lags[i], step, weights?.[lags[i] ?? -1] ?? 0, heaviest));
  }
}

/** A past step, how long ago it was, and its weight. */
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

  constructor(past: PastSteps) {
    this.#button.addEventListener('click', () => past.goTo(this.#step));
    for (const event of ['pointerenter', 'focus'] as const)
      this.#button.addEventListener(event, () => past.point(this.#step));
    for (const event of ['pointerleave', 'blur'] as const) this.#button.addEventListener(event, () => past.point(null));
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
