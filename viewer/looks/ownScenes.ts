import type { RunEntry } from '../../src/server/listing.ts';
import { isOwn } from './loadScene.ts';

/** Which runs have environments that may ship a scene of their own, and whose has not failed. */
export class OwnScenes {
  readonly #failed = new Set<string>();
  readonly #notice: (title: string, detail: string) => void;
  #runs: readonly RunEntry[] = [];

  /** @param notice tells a person that a scene failed */
  constructor(notice: (title: string, detail: string) => void) {
    this.#notice = notice;
  }

  /** @param runs null without a server of runs */
  setRuns(runs: readonly RunEntry[] | null): void {
    this.#runs = runs ?? [];
  }

  /** The run of a replay of the server, if it may have such a scene; null where it has none. */
  ofReplay(id: string | null): string | null {
    return this.#offered(this.#runs.find(({ replays }) => replays.some((replay) => replay.id === id)));
  }

  /** The run itself, if it may have such a scene. */
  ofRun(id: string): string | null {
    return this.#offered(this.#runs.find((run) => run.id === id));
  }

  /** A run's scene failed: from now on `draw()` is shown. */
  fail(run: string | null, error: unknown): void {
    console.error(error); // with its stack, for the scene's author
    if (run !== null) this.#failed.add(run);
    const reason = error instanceof Error ? error.message : String(error);
    this.#notice('The environment\u2019s own scene failed:', `${reason}. Shown is what draw() gave.`);
  }

  #offered(run: RunEntry | undefined): string | null {
    return run && isOwn(run.environment) && !this.#failed.has(run.id) ? run.id : null;
  }
}
