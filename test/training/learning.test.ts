import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { environmentSpec } from '../../envs/registry.ts';
import { resolveConfig } from '../../src/config.ts';
import type { EvalEvent } from '../../src/metrics.ts';
import { train } from '../../src/trainer.ts';

const folder = mkdtempSync(join(tmpdir(), 'gymformer-learning-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Trains with an environment's preset and returns the last evaluation. */
async function learn(environment: string, flags: Record<string, unknown>): Promise<EvalEvent> {
  const spec = environmentSpec(environment);
  const config = resolveConfig({ environment, preset: spec.preset ?? {}, flags: { device: 'simd', ...flags } });
  let last: EvalEvent | undefined;
  await train({
    config,
    spec,
    run: join(folder, `${environment}-${Object.values(flags).join('-')}`),
    onEvent: (event) => {
      if (event.event === 'eval') last = event;
    },
  });
  return last as EvalEvent;
}

test('the Transformer solves CartPole-v1', async () => {
  const { mean, step } = await learn('CartPole-v1', { untilReturn: 475, steps: 50_000 });
  expect(mean).toBeGreaterThanOrEqual(475);
  expect(step).toBeLessThan(50_000);
});

test.each(['a2c', 'reinforce'])('the Transformer solves CartPole-v1 with %s', async (algo) => {
  const { mean } = await learn('CartPole-v1', { algo, untilReturn: 475, steps: 200_000 });
  expect(mean).toBeGreaterThanOrEqual(475);
});

test('the Transformer remembers the cue of ProofofMemory-v0, which no policy without memory can', async () => {
  const withMemory = await learn('ProofofMemory-v0', { steps: 25_000 });
  expect(withMemory.mean).toBeGreaterThanOrEqual(1.15);
  expect(withMemory.success).toBe(1);
  const without = await learn('ProofofMemory-v0', { steps: 25_000, policy: 'mlp', evalEpisodes: 2000 });
  // The first step shows the cue and can move, and 7 of 10 episodes can be won by where that leads: 0.28 at best.
  expect(without.mean).toBeLessThan(0.3);
});

test('a policy learns to act on what it hears beside what it sees', async () => {
  const { success } = await learn('SoundCue-v0', { steps: 40_000, annealSteps: 40_000 });
  expect(success).toBeGreaterThan(0.95);
});

test('the Transformer learns continuous actions in Pendulum-v1', async () => {
  const pendulum = await learn('Pendulum-v1', { steps: 100_000, evalEpisodes: 50 });
  expect(pendulum.mean).toBeGreaterThan(-400); // -1200 untrained
}, 300_000);
