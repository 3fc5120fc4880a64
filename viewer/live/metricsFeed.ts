import { ServerEvents } from '../session/serverEvents.ts';
import { RunMetrics } from './runMetrics.ts';

/**
 * The metrics of the runs that are looked at, as they are written. What came once is kept: a run that is looked at again,
 * or a connection that was lost, goes on where it was.
 */
export class MetricsFeed {
  readonly #changed: () => void;
  readonly #metrics = new Map<string, RunMetrics>();
  /** How far each run has come, in the server's words. */
  readonly #positions = new Map<string, string>();
  #followed: readonly string[] = [];
  #events: ServerEvents | null = null;

  /** @param changed is told when there is more of a run that is followed */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  of(run: string): RunMetrics | null {
    return this.#metrics.get(run) ?? null;
  }

  /** @param runs ids; of none, nothing is asked for any more */
  follow(runs: readonly string[]): void {
    const wanted = [...runs].sort();
    if (wanted.join('\n') === this.#followed.join('\n')) return;
    this.#followed = wanted;
    this.#events?.close();
    this.#events = wanted.length === 0 ? null : new ServerEvents(() => this.#address(), { metrics: this.#take });
  }

  #address(): string {
    const known = this.#followed.map((run) => [run, this.#positions.get(run) ?? '']);
    const query = new URLSearchParams(this.#followed.map((run) => ['run', run]));
    query.set('from', new URLSearchParams(known).toString());
    return `api/metrics?${query}`;
  }

  readonly #take = ({ data, lastEventId }: MessageEvent<string>): void => {
    const [head = '', ...lines] = data.split('\n');
    const { run, anew } = JSON.parse(head) as { run: string; anew: boolean };
    for (const [id, position] of new URLSearchParams(lastEventId)) this.#positions.set(id, position);
    const metrics = anew ? new RunMetrics() : (this.#metrics.get(run) ?? new RunMetrics());
    metrics.take(lines);
    this.#metrics.set(run, metrics);
    this.#changed();
  };
}
