import { appendFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServedRuns } from './inViewer.ts';

/** A folder of runs with one run in it, as training leaves them, for the server to find; each test has it as it was at first. */
export class RunFolder implements ServedRuns {
  readonly path = mkdtempSync(join(tmpdir(), 'gymformer-viewer-'));
  readonly #run = join(this.path, 'marker-run');
  #replays = 0;

  renew(): void {
    rmSync(this.path, { recursive: true, force: true });
    this.#replays = 0;
    mkdirSync(join(this.#run, 'replays'), { recursive: true });
    const config = { environment: 'Marker-v0', policy: 'transformer', algo: 'ppo', seed: 1, steps: 100 };
    writeFileSync(join(this.#run, 'config.json'), JSON.stringify(config));
    for (const [i, meanReturn] of [1, 5, 12.5].entries()) {
      const update = { event: 'update', step: 10 * i, meanReturn };
      appendFileSync(join(this.#run, 'metrics.jsonl'), `${JSON.stringify(update)}\n`);
    }
  }

  /** Another run, without replays. */
  add(name: string, { environment = 'Marker-v0', policy = 'mlp' } = {}): void {
    mkdirSync(join(this.path, name, 'replays'), { recursive: true });
    const config = { environment, policy, algo: 'ppo', seed: 1, steps: 100 };
    writeFileSync(join(this.path, name, 'config.json'), JSON.stringify(config));
  }

  /** Adds lines to a run's metrics. */
  report(events: readonly object[], run = 'marker-run'): void {
    appendFileSync(join(this.path, run, 'metrics.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }

  /** Says that this process trains the run. */
  train(): void {
    writeFileSync(join(this.#run, 'running.json'), JSON.stringify({ pid: process.pid }));
  }

  /**
   * Writes a replay, newer than those before, or more of one.
   *
   * @returns its id on the server
   */
  write(name: string, bytes: Uint8Array, run = 'marker-run'): string {
    const file = join(this.path, run, 'replays', name);
    const time = new Date(Date.UTC(2024, 0, 1, 0, ++this.#replays));
    writeFileSync(file, bytes);
    utimesSync(file, time, time);
    return `${run}/${name}`;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
