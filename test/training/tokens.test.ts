import { describe, expect, test } from 'vitest';
import { countTokens, tokensOf } from '../../envs/tokens.ts';
import { openDevice } from '../../src/device/device.ts';
import { evaluate } from '../../src/evaluate.ts';
import { Training } from '../../src/training.ts';
import { collectAndLearn } from '../../src/update.ts';
import { ACTION_SPACES, smallConfig, specOf } from './environments.ts';
import { NAMED, NEIGHBOURS, TOKEN_PROBES, type TokenProbe, TokenProbeEnv } from './tokenProbes.ts';

await openDevice('simd');

const UPDATES = 60;

/** Mean return, of at most 1, after learning by PPO, and what the encoder looked at in one more observation. */
async function learned(
  probe: TokenProbe,
  { head = 'Discrete', policy = 'transformer', reach = 0, queries = 'learned', updates = UPDATES } = {},
): Promise<{ mean: number; looked: Float32Array }> {
  const actions = ACTION_SPACES[head] as (typeof ACTION_SPACES)[string];
  const config = smallConfig({
    environment: 'probe',
    policy: policy as 'mlp',
    gamma: 0,
    initialLogStd: -1,
    envs: 16,
    minibatches: 4,
    learningRate: 2e-3,
    annealSteps: updates * 512,
    reach,
    queries: queries as 'text',
  });
  const training = new Training(
    config,
    specOf('probe', () => new TokenProbeEnv(probe, actions)),
    'simd',
  );
  training.envs.reset();
  for (let update = 0; update < updates; update++) await collectAndLearn(training);
  const { mean } = await evaluate(training.player(), { episodes: 100, seed: 1, actions: 'likeliest' });
  const { envs, actor, observationNormalizer } = training;
  await actor.act(observationNormalizer.apply(envs.observations), null, 'likeliest', { attention: true });
  const looked = actor.tokenAttention as Float32Array;
  training.dispose();
  return { mean, looked };
}

test.each(Object.entries(TOKEN_PROBES))('a policy acts by %s', async (_, probe) => {
  expect((await learned(probe)).mean).toBeGreaterThan(0.9);
});

const MIXED = TOKEN_PROBES['a category beside a grid, numbers and words'] as TokenProbe;

describe.each(['gru', 'mlp'])('the %s policy', (policy) => {
  test('finds the token that matters among others', async () => {
    expect((await learned(MIXED, { policy })).mean).toBeGreaterThan(0.9);
  });
});

test('a policy learns what is left of what, anywhere among others, if it sees neighbours together', async () => {
  const updates = 16;
  expect((await learned(NEIGHBOURS, { reach: 1, updates })).mean).toBeGreaterThan(0.9);
  expect((await learned(NEIGHBOURS, { updates })).mean).toBeLessThan(0.8);
});

test('a policy finds the thing that a text names, wherever it lies, if the text asks where to look', async () => {
  const updates = 30;
  const { mean, looked } = await learned(NAMED, { queries: 'text', updates });
  expect(mean).toBeGreaterThan(0.9);
  const count = countTokens(tokensOf(NAMED.space));
  const heads = looked.length / count / 16; // of as many environments: two learned ones, then two of the text
  expect(heads).toBe(4);
  const onWords = Array.from({ length: 4 }, (_, head) => looked[head * count + count - 1] as number);
  expect(onWords.slice(2)).toEqual([0, 0]);
  expect((await learned(NAMED, { updates })).mean).toBeLessThan(0.75);
});

test.each(Object.keys(ACTION_SPACES))('%s actions follow the token that matters', async (head) => {
  expect((await learned(MIXED, { head })).mean).toBeGreaterThan(0.85);
});

test('a policy looks more at the token that it acts by than at others', async () => {
  const { looked } = await learned(MIXED);
  const groups = tokensOf(MIXED.space);
  const count = countTokens(groups);
  const before = groups.slice(
    0,
    groups.findIndex(({ name }) => name === 'what'),
  );
  const rows = looked.length / count;
  for (let row = 0; row < rows; row++) {
    const weights = looked.subarray(row * count, (row + 1) * count);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
  }
  const onIt = Array.from({ length: rows }, (_, row) => looked[row * count + countTokens(before)] as number);
  expect(onIt.reduce((sum, weight) => sum + weight, 0) / rows).toBeGreaterThan(3 / count);
});
