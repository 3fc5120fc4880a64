import type { AddressField } from '../session/address.ts';
import { CURVES } from './runMetrics.ts';
import type { Term } from './runMetrics.ts';

/** Which curves a person wants to see over a logarithmic scale. */
export class LogScales {
  #terms: ReadonlySet<Term> = new Set();
  readonly #listeners: (() => void)[] = [];

  /** In the order of the curves. */
  get terms(): readonly Term[] {
    return CURVES.map(({ term }) => term).filter((term) => this.has(term));
  }

  has(term: Term): boolean {
    return this.#terms.has(term);
  }

  toggle(term: Term): void {
    const { terms } = this;
    this.#set(this.has(term) ? terms.filter((other) => other !== term) : [...terms, term]);
  }

  /** These, and no others; names of no curve, from an address say, are passed over. */
  restore(names: readonly string[]): void {
    const wanted = CURVES.map(({ term }) => term).filter((term) => names.includes(term));
    if (wanted.join() !== this.terms.join()) this.#set(wanted);
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #set(terms: readonly Term[]): void {
    this.#terms = new Set(terms);
    for (const listener of this.#listeners) listener();
  }
}

/** `log=<term>,<term>`: which curves have a logarithmic scale, as metrics.jsonl calls them. */
export function logField(scales: LogScales): AddressField {
  return {
    name: 'log',
    read: () => scales.terms.join(',') || null,
    apply: (text) => scales.restore(text?.split(',') ?? []),
    onChange: (changed) => scales.onChange(changed),
  };
}
