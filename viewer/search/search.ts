import type { Moment } from '../../src/replay/format.ts';
import { whenIdle } from '../time/idle.ts';
import { momentOrLost } from '../time/momentOrLost.ts';
import type { Recording } from '../time/player.ts';
import { Signals } from '../time/signals.ts';
import { compileQuery } from './compile.ts';
import type { Test } from './compile.ts';
import { fieldsOf } from './fields.ts';
import { parseQuery } from './query.ts';

/** Steps are looked at so many at a time. */
const LOT = 64;

export interface Match {
  /** Counted from 0. */
  episode: number;
  step: number;
}

/**
 * Looks for steps through all episodes of a recording, in order, with a pause after every few steps.
 *
 * @param found is called with each match
 */
export function* findMatches(recording: Recording, test: Test, found: (match: Match) => void): Generator<void> {
  for (const [episode, summary] of recording.episodes.entries()) {
    const signals = new Signals(recording.header, summary.steps);
    let waiting: Moment | null = null; // a step's advantage is known once the step after it was read
    for (let t = 0; t <= summary.steps + 1; t++) {
      const isMoment = t <= summary.steps;
      const moment = isMoment ? momentOrLost(recording, episode, t, { scene: false, attention: false }) : null;
      if (isMoment) signals.add(moment);
      if (waiting && test({ step: t - 1, moment: waiting, signals, return: summary.return }))
        found({ episode, step: t - 1 });
      waiting = moment;
      if (t % LOT === LOT - 1) yield;
    }
  }
}

/** A search through a replay: what was found so far, and whether there may be more. */
export class Search {
  readonly #changed: () => void;
  #running = new AbortController();
  #matches: Match[] = [];
  #text = '';
  #done = true;

  /** @param changed is told when there is more, or nothing any more */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** What is looked for; '' for nothing. */
  get text(): string {
    return this.#text;
  }

  /** In order. */
  get matches(): readonly Match[] {
    return this.#matches;
  }

  get done(): boolean {
    return this.#done;
  }

  /**
   * Starts anew.
   *
   * @throws QueryError when the text is not understood: nothing is looked for then
   */
  start(text: string, recording: Recording | null): void {
    this.#running.abort();
    this.#running = new AbortController();
    this.#matches = [];
    this.#text = '';
    this.#done = true;
    this.#changed();
    if (text.trim() === '' || !recording) return;
    const test = compileQuery(parseQuery(text), fieldsOf(recording.header));
    this.#text = text;
    this.#done = false;
    void this.#run(recording, test, this.#running.signal);
  }

  /** The steps of an episode that were found. */
  inEpisode(episode: number): number[] {
    return this.#matches.filter((match) => match.episode === episode).map(({ step }) => step);
  }

  /** The match after a place in a direction, from the other end again where there is none. */
  next({ episode, step }: Match, direction: 1 | -1): Match | undefined {
    const isBehind = (match: Match): boolean =>
      match.episode === episode ? match.step > step : match.episode > episode;
    const isBefore = (match: Match): boolean =>
      match.episode === episode ? match.step < step : match.episode < episode;
    return direction > 0
      ? (this.#matches.find(isBehind) ?? this.#matches[0])
      : (this.#matches.findLast(isBefore) ?? this.#matches.at(-1));
  }

  async #run(recording: Recording, test: Test, signal: AbortSignal): Promise<void> {
    const matches = this.#matches;
    let shown = 0;
    try {
      await whenIdle(
        findMatches(recording, test, (match) => matches.push(match)),
        signal,
        () => {
          if (matches.length === shown) return;
          shown = matches.length;
          this.#changed();
        },
      );
    } catch (error) {
      console.warn('The replay could not be searched to its end.', error); // as far as it is whole, it was
    }
    if (signal.aborted) return;
    this.#done = true;
    this.#changed();
  }
}
