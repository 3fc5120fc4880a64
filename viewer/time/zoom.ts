import type { Changes, Panel } from './clock.ts';
import type { Player } from './player.ts';

/** The steps in sight: from `first`, at the left edge, to `last`. Both may lie between two steps. */
export interface Span {
  first: number;
  last: number;
}

const CLOSEST = 8; // steps: fewer tell no more
const MARGIN = 0.1; // of the span, before a step that has come into sight

/** How much of the episode the timeline shows. Whatever part that is, the present step stays in sight. */
export class Zoom implements Panel {
  readonly #player: Player;
  readonly #listeners: (() => void)[] = [];
  #span: Span = { first: 0, last: 0 };
  #episode = { number: 0, lastStep: 0 };

  constructor(player: Player) {
    this.#player = player;
  }

  /** Calls the listener whenever another part is in sight. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  get span(): Span {
    return this.#span;
  }

  /** Whether a part of the episode is out of sight. */
  get zoomed(): boolean {
    return this.#span.first > 0 || this.#span.last < this.#player.lastStep;
  }

  update(changes: Changes): void {
    if (changes.has('length')) this.#showEpisode();
    if (changes.has('step')) this.#keepInSight(this.#player.step);
  }

  /** All of it; but what was only read again, as a replay that grows, stays as it is. */
  #showEpisode(): void {
    const { episode: number, lastStep } = this.#player;
    if (number === this.#episode.number && lastStep === this.#episode.lastStep) return;
    this.#episode = { number, lastStep };
    this.showAll();
  }

  showAll(): void {
    this.#set(0, this.#player.lastStep);
  }

  /** Shows a part, or as much of it as the episode has. */
  show({ first, last }: Span): void {
    this.#place(first, this.#fitting(last - first));
  }

  /**
   * Comes closer by a factor, or goes further away by one below 1.
   *
   * @param around  the step that stays where it is; the present one by default, if it is in sight
   */
  zoomBy(factor: number, around = this.#player.step): void {
    const { first, last } = this.#span;
    const fixed = Math.min(Math.max(around, first), last);
    const size = this.#fitting((last - first) / factor);
    const share = last > first ? (fixed - first) / (last - first) : 0;
    this.#place(fixed - share * size, size);
  }

  panBy(steps: number): void {
    const { first, last } = this.#span;
    this.#place(first + steps, last - first);
  }

  #keepInSight(step: number): void {
    const { first, last } = this.#span;
    if (step >= first && step <= last) return;
    const size = last - first;
    this.#place(step > last ? step - MARGIN * size : step - (1 - MARGIN) * size, size);
  }

  /** So many steps, or as many as there may be in sight. */
  #fitting(size: number): number {
    const { lastStep } = this.#player;
    return Math.min(Math.max(size, CLOSEST), lastStep);
  }

  /** So many steps from `first` on, moved into the episode where they would leave it. */
  #place(first: number, size: number): void {
    const start = Math.min(Math.max(0, first), this.#player.lastStep - size);
    this.#set(start, start + size);
  }

  #set(first: number, last: number): void {
    if (first === this.#span.first && last === this.#span.last) return;
    this.#span = { first, last };
    for (const listener of this.#listeners) listener();
  }
}
