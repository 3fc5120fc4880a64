import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig, resolveEnvironment, train } from 'gymformer';
import type { BenchLine, BenchOptions } from './line.ts';

const ENVIRONMENT = 'ProofofMemory-v0';
/** CleanRL's ppo_trxl for this task. */
const SIZES = {
  ...{ envs: 16, rolloutSteps: 128, epochs: 3, minibatches: 8 },
  ...{ layers: 2, heads: 4, width: 64, context: 16, sequenceSteps: 16 },
};
/** CleanRL's feed-forward layers are as wide as the rest; the Transformer's usual ones four times that. */
const CASES: Record<string, number> = { 'feed-forward 4': 4, 'feed-forward 1': 1 };
const UPDATES = 64;
/** Updates that a figure is the mean over; the fastest run of them counts, since whatever else a machine does only adds. */
const WINDOW = 8;

/** Environment steps a second of PPO as a whole: acting, environments, storage, advantages, learning. */
export async function* ppo({ only, device = 'auto', onProgress }: BenchOptions): AsyncGenerator<BenchLine> {
  const cases = Object.entries(CASES).filter(([name]) => !only || only === name);
  for (const [i, [name, feedForward]] of cases.entries()) {
    onProgress?.(i, cases.length);
    const steps = UPDATES * SIZES.envs * SIZES.rolloutSteps;
    const flags = { ...SIZES, feedForward, steps, device, evalEpisodes: 1, checkpointEvery: steps, seed: 1 };
    const spec = await resolveEnvironment(ENVIRONMENT);
    const config = resolveConfig({ environment: ENVIRONMENT, flags });
    const folder = mkdtempSync(join(tmpdir(), 'gymformer-bench-'));
    const at: { time: number; step: number }[] = [];
    let used = '';
    try {
      await train({
        config,
        spec,
        run: join(folder, 'run'),
        onEvent(event) {
          if (event.event === 'start') used = event.device;
          if (event.event === 'update') at.push({ time: performance.now(), step: event.step });
        },
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
    const stepsPerSecond = Math.max(
      ...at.slice(WINDOW).map(({ time, step }, i) => {
        const first = at[i] as (typeof at)[0];
        return (1000 * (step - first.step)) / (time - first.time);
      }),
    );
    yield { bench: 'ppo', case: name, device: used, stepsPerSecond };
  }
}
