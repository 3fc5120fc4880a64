import { CURVE_COLOURS as COLOURS } from '../page/colours.ts';

/** With each colour, a whole and a broken line. */
const MOST = 2 * COLOURS;

/** A run whose curves are shown, and how. */
export interface Shown {
  run: string;
  /** Counted from 1. */
  colour: number;
  dashed: boolean;
}

/**
 * Whose curves are shown: those of the run on the screen, and of runs that a person chose to lay over them. A run keeps
 * its colour as long as it is shown.
 */
export class Overlay {
  readonly #chosen = new Set<string>();
  readonly #listeners: (() => void)[] = [];
  /** The run of each place, of which every one has its own colour and line. */
  #places: (string | null)[] = [];
  #current: string | null = null;
  /** Null before anybody told. */
  #known: ReadonlySet<string> | null = null;

  get shown(): readonly Shown[] {
    return this.#places.flatMap((run, i) =>
      run === null ? [] : [{ run, colour: (i % COLOURS) + 1, dashed: i >= COLOURS }],
    );
  }

  /** The run of each place, of which every one has its own colour and line; null where one is free. */
  get places(): readonly (string | null)[] {
    return this.#places;
  }

  /** The run on the screen, or the one to look at while there is none. */
  get current(): string | null {
    return this.#current;
  }

  /** Whether a person chose it. */
  isChosen(run: string): boolean {
    return this.#chosen.has(run);
  }

  /** @param run on the screen, or the one to look at while there is none */
  setCurrent(run: string | null): void {
    if (run === this.#current) return;
    this.#current = run;
    this.#arrange();
  }

  toggle(run: string): void {
    if (!this.#chosen.delete(run)) this.#chosen.add(run);
    this.#arrange();
  }

  /**
   * Shows chosen runs at the places that they once had, and besides them the run on the screen only. Those that are not
   * there any more are passed over.
   *
   * @param here the place that the run on the screen had
   */
  restore(places: readonly (string | null)[], here: number | null): void {
    const known = places.slice(0, MOST).map((run) => (run !== null && this.#known?.has(run) !== false ? run : null));
    const chosen = known.filter((run) => run !== null);
    if (chosen.length === 0 && this.#chosen.size === 0) return;
    this.#chosen.clear();
    for (const run of chosen) this.#chosen.add(run);
    this.#places = known.map((run, place) => (place === here ? this.#current : run));
    this.#arrange();
  }

  /** Runs that are gone are no longer shown. */
  keepOnly(runs: ReadonlySet<string>): void {
    this.#known = runs;
    const gone = [...this.#chosen].filter((run) => !runs.has(run));
    for (const run of gone) this.#chosen.delete(run);
    if (gone.length > 0) this.#arrange();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Those that stay keep their places, new ones take the first that are free, as long as there are any. */
  #arrange(): void {
    const wanted = new Set([...(this.#current === null ? [] : [this.#current]), ...this.#chosen]);
    const places = this.#places.map((run) => (run !== null && wanted.delete(run) ? run : null));
    for (const run of wanted) {
      const free = places.indexOf(null);
      if (free >= 0) places[free] = run;
      else if (places.length < MOST) places.push(run);
    }
    this.#places = places;
    for (const listener of this.#listeners) listener();
  }
}
