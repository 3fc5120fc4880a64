import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
import { evaluateMinibatch } from '../../agents/algorithms/learnMinibatches.ts';
import type { Env } from '../../envs/env.ts';
import { environmentSpec } from '../../envs/registry.ts';
import { Box, Discrete } from '../../envs/spaces.ts';
import { openDevice } from '../../src/device/device.ts';
import type { Config } from '../../src/settings.ts';
import { RunDirectory } from '../../src/run.ts';
import { train } from '../../src/trainer.ts';
import { Training } from '../../src/training.ts';
import { collect, collectAndLearn } from '../../src/update.ts';
import { smallConfig, specOf } from './environments.ts';

await openDevice('simd');

const folder = mkdtempSync(join(tmpdir(), 'gymformer-training-'));
afterAll(() => rmSync(folder, { recursive: true }));

const POLICIES: [string, Pick<Config, 'policy'> & Partial<Config>][] = [
  ['transformer', { policy: 'transformer' }],
  ['gated transformer', { policy: 'transformer', gating: 'gru' }],
  ['gru', { policy: 'gru' }],
  ['mlp', { policy: 'mlp' }],
];

const ALGORITHMS = ['ppo', 'a2c', 'reinforce'] as const;

describe.each(POLICIES)('the %s policy', (_, policy) => {
  test.each(['CartPole-v1', 'ProofofMemory-v0', 'Pendulum-v1'])(
    'has a probability ratio of 1 right after a rollout in %s',
    async (environment) => {
      const config = smallConfig({ environment, ...policy, layers: 2 });
      const training = new Training(config, environmentSpec(environment), 'simd');
      training.envs.reset();
      // The second rollout starts with what the policy remembers of the first.
      for (let i = 0; i < 2; i++) {
        training.rollout.clear();
        await collect(training);
      }
      const { rollout } = training;
      const all = Int32Array.from({ length: rollout.sequences }, (_, i) => i);
      tf.tidy(() => {
        const { evaluation } = evaluateMinibatch(training.policy, rollout.minibatch(all));
        const { logProbs, oldLogProbs, values, oldValues } = evaluation;
        const ratio = tf.exp(tf.sub(logProbs, oldLogProbs)).dataSync();
        for (const r of ratio) expect(Math.abs(r - 1)).toBeLessThan(1e-4);
        const difference = tf.max(tf.abs(tf.sub(values, oldValues))).dataSync()[0] as number;
        expect(difference).toBeLessThan(1e-4);
      });
      training.dispose();
    },
  );

  test.each(ALGORITHMS)('leaves as many tensors after each update of %s', async (algo) => {
    const training = new Training(
      smallConfig({ environment: 'CartPole-v1', ...policy, algo, reconstructionCoefficient: 0.1 }),
      environmentSpec('CartPole-v1'),
      'simd',
    );
    training.envs.reset();
    await collectAndLearn(training);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) await collectAndLearn(training);
    expect(tf.memory().numTensors).toBe(before);
    training.dispose();
  });
});

test.each(ALGORITHMS)(
  'with %s a policy learns to tell what it saw, where that is wanted, and reports it',
  async (algo) => {
    const losses = async (coefficient: number): Promise<unknown[]> => {
      const environment = 'ProofofMemory-v0';
      const config = smallConfig({ environment, algo, reconstructionCoefficient: coefficient, learningRate: 3e-3 });
      const training = new Training(config, environmentSpec(environment), 'simd');
      training.envs.reset();
      const found: unknown[] = [];
      for (let i = 0; i < 60; i++) found.push((await collectAndLearn(training))['reconstructionLoss']);
      training.dispose();
      return found;
    };
    const found = (await losses(1)) as number[];
    expect(found.at(-1)).toBeLessThan(0.3 * (found[0] as number));
    expect((await losses(0))[0]).toBeUndefined();
  },
);

test('a run leaves no tensors behind', async () => {
  const options = {
    config: smallConfig({ environment: 'CartPole-v1', steps: 512 }),
    spec: environmentSpec('CartPole-v1'),
  };
  await train({ ...options, run: join(folder, 'first') });
  const before = tf.memory().numTensors;
  await train({ ...options, run: join(folder, 'second') });
  expect(tf.memory().numTensors).toBe(before);
});

test('a loss that is no longer a number stops training, names the term and keeps the checkpoint from before', async () => {
  let steps = 0;
  const environment: Env = {
    observationSpace: new Box({ low: -1, high: 1 }),
    actionSpace: new Discrete(2),
    reset: () => ({ observation: [0], info: {} }),
    step: () => ({
      observation: [0],
      reward: ++steps > 600 ? 1e38 : 1,
      terminated: false,
      truncated: steps % 10 === 0,
      info: {},
    }),
  };
  const run = join(folder, 'diverges');
  const config = smallConfig({ environment: 'diverges', steps: 2000, checkpointEvery: 256 });
  const training = train({ config, spec: specOf('diverges', () => environment), run });
  await expect(training).rejects.toThrow(/(valueLoss|policyLoss|gradientNorm) became (Infinity|NaN).*--learning-rate/);
  expect(new RunDirectory(run).checkpoints()?.latest).toBe('000000512');
});

test('an environment that breaks its contract is named, with the step and the seed that show it again', async () => {
  let steps = 0;
  const environment: Env = {
    observationSpace: new Box({ low: -1, high: 1 }),
    actionSpace: new Discrete(2),
    reset: () => ({ observation: [0], info: {} }),
    step: () => ({
      observation: [++steps === 5 ? Number.NaN : 0],
      reward: 1,
      terminated: false,
      truncated: false,
      info: {},
    }),
  };
  const config = smallConfig({ environment: 'broken', steps: 2000, envs: 1, minibatches: 2 });
  await expect(
    train({ config, spec: specOf('broken', () => environment), run: join(folder, 'broken') }),
  ).rejects.toMatchObject({
    name: 'EnvError',
    details: { environment: 'broken', method: 'step', step: 4, seed: expect.any(Number) as number },
  });
});
