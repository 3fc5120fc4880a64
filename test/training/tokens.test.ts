import { describe, expect, test } from 'vitest';
import { openDevice } from '../../src/device/device.ts';
import { evaluate } from '../../src/evaluate.ts';
import { Training } from '../../src/training.ts';
import { collectAndLearn } from '../../src/update.ts';
import { ACTION_SPACES, smallConfig, specOf } from './environments.ts';
import { TOKEN_PROBES, type TokenProbe, TokenProbeEnv } from './tokenProbes.ts';

await openDevice('simd');

const UPDATES = 60;

/** Mean return, of at most 1, after learning by PPO. */
async function learned(probe: TokenProbe, { head = 'Discrete', policy = 'transformer' } = {}): Promise<number> {
  const actions = ACTION_SPACES[head] as (typeof ACTION_SPACES)[string];
  const config = smallConfig({
    environment: 'probe',
    policy: policy as 'mlp',
    gamma: 0,
    initialLogStd: -1,
    envs: 16,
    minibatches: 4,
    learningRate: 2e-3,
    annealSteps: UPDATES * 512,
  });
  const training = new Training(
    config,
    specOf('probe', () => new TokenProbeEnv(probe, actions)),
    'simd',
  );
  training.envs.reset();
  for (let update = 0; update < UPDATES; update++) await collectAndLearn(training);
  const { mean } = await evaluate(training.player(), { episodes: 100, seed: 1, actions: 'likeliest' });
  training.dispose();
  return mean;
}

test.each(Object.entries(TOKEN_PROBES))('a policy acts by %s', async (_, probe) => {
  expect(await learned(probe)).toBeGreaterThan(0.9);
});

const MIXED = TOKEN_PROBES['a category beside a grid, numbers and words'] as TokenProbe;

describe.each(['gru', 'mlp'])('the %s policy', (policy) => {
  test('finds the token that matters among others', async () => {
    expect(await learned(MIXED, { policy })).toBeGreaterThan(0.9);
  });
});

test.each(Object.keys(ACTION_SPACES))('%s actions follow the token that matters', async (head) => {
  expect(await learned(MIXED, { head })).toBeGreaterThan(0.85);
});
