import { localEngine } from '../envs/localEngine.ts';
import type { Opponent } from '../envs/opponent.ts';
import { type EnvSpec, make } from '../envs/registry.ts';
import { type SeedRange, VectorEnv } from '../envs/vector.ts';
import { workerEngine, type WorkerRestart } from '../envs/workers/workerEngine.ts';

export interface VectorEnvOptions {
  /** Environments side by side. */
  count: number;
  seed: number;
  /** What the seeds of episodes may be; any where it says nothing. */
  episodeSeeds?: SeedRange;
  /** Threads for them, which find the environment by the spec's `id`; 0: this one. */
  workers?: number;
  /** Plays the other side, in this thread; for environments that need somebody. */
  opponent?: Opponent;
  onRestart?: (restart: WorkerRestart) => void;
}

/** The environments of a spec, in this thread or in workers. @throws EnvError when they cannot be made */
export function openVectorEnv(spec: EnvSpec, options: VectorEnvOptions): VectorEnv {
  const { count, seed, episodeSeeds, workers = 0, opponent, onRestart } = options;
  const entry = new URL('./envWorker.mjs', import.meta.url);
  return new VectorEnv(() => make(spec), {
    count,
    seed,
    name: spec.id,
    ...(episodeSeeds && { episodeSeeds }),
    ...(opponent && { engine: (makeOne, rows) => localEngine(makeOne, rows, { opponent }) }),
    ...(workers > 0 && {
      engine: workerEngine({ reference: spec.id, workers, entry, ...(onRestart && { onRestart }) }),
    }),
  });
}
