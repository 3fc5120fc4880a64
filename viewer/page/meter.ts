import { element, setText } from './dom.ts';

/** What a meter's bar spans. */
export interface Range {
  low: number;
  high: number;
}

/** A named number with a bar: from zero when zero lies within the range, else from its lower end. */
export class Meter {
  readonly root: HTMLElement;
  readonly #bar = element('span', { class: 'bar' });
  readonly #track = element('span', { class: 'track', 'aria-hidden': 'true' }, this.#bar);
  readonly #value = element('span', { class: 'number' });

  constructor(name: string) {
    const label = element('span', { class: 'name', title: name }, name);
    this.root = element('li', { class: 'meter' }, label, this.#track, this.#value);
  }

  show(value: number, { low, high }: Range, text: string): void {
    const from = share(low < 0 && high > 0 ? 0 : low, low, high);
    this.showSpan(from, share(value, low, high), text);
    this.#track.classList.toggle('centred', low < 0 && high > 0);
  }

  /** A bar between two shares of the track. */
  showSpan(from: number, to: number, text: string): void {
    this.#bar.style.left = `${Math.min(from, to) * 100}%`;
    this.#bar.style.width = `${Math.abs(to - from) * 100}%`;
    this.#bar.hidden = from === to;
    setText(this.#value, text);
  }

  /** A tick on the track: the action that was taken, beside the distribution that it was drawn from. */
  showMark(at: number): void {
    const mark = this.#track.querySelector<HTMLElement>('.mark') ?? element('span', { class: 'mark' });
    this.#track.append(mark);
    mark.style.left = `${at * 100}%`;
  }

  /** 'chosen' or 'masked', for how it looks and for who asks the page. */
  setState(state: 'chosen' | 'masked' | null): void {
    if (state) this.root.dataset['state'] = state;
    else delete this.root.dataset['state'];
  }
}

/** Where a value lies between two bounds, from 0 to 1. */
export function share(value: number, low: number, high: number): number {
  if (!(high > low)) return 0.5;
  return Math.min(Math.max((value - low) / (high - low), 0), 1);
}
