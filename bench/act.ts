import { Actor, openDevice } from 'gymformer';
import { Policy } from 'gymformer/agents';
import { Box, Discrete, Generator } from 'gymformer/envs';
import { devicesFor } from './devices.ts';
import type { BenchLine, BenchOptions } from './line.ts';

const ENVIRONMENTS = [1, 16, 64, 256];
const OBSERVATION = 8;
const POLICY = { policy: 'transformer', width: 64, heads: 4, layers: 2, context: 16, feedForward: 4 } as const;
const MOST_SECONDS = 2;

/** Microseconds that a policy takes for one environment's next action, cache and drawing included. */
export async function* act({ only, device, onProgress }: BenchOptions): AsyncGenerator<BenchLine> {
  const devices = await devicesFor(device);
  const counts = ENVIRONMENTS.filter((count) => !only || only === String(count));
  const total = devices.length * counts.length;
  let done = 0;
  for (const each of devices) {
    await openDevice(each);
    for (const count of counts) {
      onProgress?.(done++, total);
      const microseconds = (1000 * (await msPerStep(count))) / count;
      yield { bench: 'act', case: String(count), device: each, environments: count, microseconds };
    }
  }
}

/** Of the fastest of many steps, all environments together. */
async function msPerStep(count: number): Promise<number> {
  const random = new Generator(0);
  const policy = new Policy({
    observationSpace: new Box({ low: -1, high: 1, shape: [OBSERVATION] }),
    actionSpace: new Discrete(4),
    ...{ ...POLICY, initialLogStd: 0, random },
  });
  const actor = new Actor(policy, count);
  const observations = Float32Array.from({ length: count * OBSERVATION }, () => random.standardNormal());
  let best = Infinity;
  const end = performance.now() + 1000 * MOST_SECONDS;
  // Some groups of steps, since the fastest of single ones would be less than what a rollout sees.
  const group = 16;
  do {
    const from = performance.now();
    for (let i = 0; i < group; i++) await actor.act(observations, null, { draw: random });
    best = Math.min(best, (performance.now() - from) / group);
  } while (performance.now() < end);
  actor.dispose();
  policy.dispose();
  return best;
}
