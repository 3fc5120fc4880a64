import type { ServerResponse } from 'node:http';
import { EventStream } from './eventStream.ts';
import type { RunEntry } from './listing.ts';
import { Poll } from './poll.ts';

/** What is looked at. */
export interface Runs {
  /** All runs that there are. */
  runs(): RunEntry[];
  /** The runs that were training when all were looked at, as they are now. */
  liveRuns(): RunEntry[];
}

/** What trains changes all the time; that another run begins, or an old one gets a replay, may take longer to be seen. */
const LIVE = { everyMs: 250, share: 0.01 };
const ALL = { everyMs: 2000, share: 0.01 };

/**
 * Tells everybody who listens of the runs: at once of all (`runs`: `RunEntry[]`), later of each that has changed
 * (`run`: `RunEntry`), and of all again when there are others. The folders are only looked at while somebody listens.
 */
export class RunEvents {
  readonly #runs: Runs;
  readonly #listeners = new Set<EventStream>();
  readonly #polls = [new Poll(() => this.#tellOf(this.#runs.liveRuns()), LIVE), new Poll(() => this.#lookAtAll(), ALL)];
  /** JSON of what the listeners know of each run, by its id. */
  #known = new Map<string, string>();

  constructor(runs: Runs) {
    this.#runs = runs;
  }

  /** Listens until the connection closes. */
  add(response: ServerResponse): void {
    this.#lookAtAll();
    const stream = new EventStream(response, () => this.#remove(stream));
    stream.send(this.#all());
    this.#listeners.add(stream);
    for (const poll of this.#polls) poll.start();
  }

  close(): void {
    for (const stream of this.#listeners) stream.end();
    this.#listeners.clear();
    for (const poll of this.#polls) poll.stop();
  }

  #remove(stream: EventStream): void {
    this.#listeners.delete(stream);
    if (this.#listeners.size === 0) for (const poll of this.#polls) poll.stop();
  }

  #lookAtAll(): void {
    const runs = this.#runs.runs();
    if (runs.length === this.#known.size && runs.every(({ id }) => this.#known.has(id))) return this.#tellOf(runs);
    this.#known = new Map(runs.map((run) => [run.id, JSON.stringify(run)]));
    for (const stream of this.#listeners) stream.send(this.#all());
  }

  #tellOf(runs: readonly RunEntry[]): void {
    for (const run of runs) {
      const data = JSON.stringify(run);
      if (this.#known.get(run.id) === data) continue;
      this.#known.set(run.id, data);
      for (const stream of this.#listeners) stream.send({ event: 'run', data });
    }
  }

  #all(): { event: string; data: string } {
    return { event: 'runs', data: `[${[...this.#known.values()].join()}]` };
  }
}
