import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { openDevice } from '../../src/device/device.ts';
import { evaluate } from '../../src/evaluate.ts';
import { Training } from '../../src/training.ts';
import { collectAndLearn } from '../../src/update.ts';
import { ACTION_SPACES, type Probe, ProbeEnv, smallConfig, specOf } from './environments.ts';

await openDevice('simd');

const PROBES = {
  'constant reward': { steps: 1, reward: () => 1, tells: false, varies: false },
  'reward by observation': { steps: 1, reward: () => 1, tells: false, varies: true },
  'reward after two steps': { steps: 2, reward: (_, t) => t, tells: false, varies: false },
  'reward by action': { steps: 1, reward: (rightness) => rightness, tells: false, varies: false },
  'reward by action and observation': { steps: 1, reward: (rightness) => rightness, tells: true, varies: true },
} satisfies Record<string, Probe>;

const GAMMA = 0.5;
const UPDATES = 25;
const TOLERANCE = 0.1;

async function trained(
  probe: Probe,
  { head = 'Discrete', policy = 'transformer' }: { head?: string; policy?: string },
): Promise<Training> {
  const actions = ACTION_SPACES[head] as (typeof ACTION_SPACES)[string];
  const config = smallConfig({
    environment: 'probe',
    policy: policy as 'mlp',
    gamma: GAMMA,
    initialLogStd: -0.5,
    minibatches: 2,
    learningRate: 1e-2,
    annealSteps: UPDATES * 256,
  });
  const training = new Training(
    config,
    specOf('probe', () => new ProbeEnv(probe, actions)),
    'simd',
  );
  training.envs.reset();
  for (let update = 0; update < UPDATES; update++) await collectAndLearn(training);
  return training;
}

/** Value of an observation that starts an episode. */
function valueOf({ policy }: Training, observation: number): number {
  return tf.tidy(
    () =>
      policy
        .run(tf.tensor2d([observation], [1, 1]), Uint8Array.of(1), policy.emptyCache(1))
        .values.dataSync()[0] as number,
  );
}

function expectNear(found: number, wanted: number): void {
  expect(Math.abs(found - wanted), `${found} for ${wanted}`).toBeLessThan(TOLERANCE);
}

async function meanReturn(training: Training): Promise<number> {
  const { mean } = await evaluate(training.player(), { episodes: 50, seed: 1, actions: 'likeliest' });
  return mean;
}

describe.each(['transformer', 'gru', 'mlp'])('PPO with the %s policy', (policy) => {
  test('values a constant reward', async () => {
    expectNear(valueOf(await trained(PROBES['constant reward'], { policy }), 1), 1);
  });

  test('values what the observation says', async () => {
    const training = await trained(PROBES['reward by observation'], { policy });
    expectNear(valueOf(training, 1), 1);
    expectNear(valueOf(training, -1), -1);
  });

  test('discounts what comes a step later', async () => {
    expectNear(valueOf(await trained(PROBES['reward after two steps'], { policy }), 1), GAMMA);
  });

  test('finds the action that pays', async () => {
    expect(await meanReturn(await trained(PROBES['reward by action'], { policy }))).toBeGreaterThan(0.95);
  });

  test('finds the action that pays for what it sees', async () => {
    expect(await meanReturn(await trained(PROBES['reward by action and observation'], { policy }))).toBeGreaterThan(
      0.95,
    );
  });
});

describe.each(Object.keys(ACTION_SPACES))('PPO with %s actions', (head) => {
  test.each(Object.entries(PROBES))('solves the probe: %s', async (name, probe) => {
    const training = await trained(probe, { head });
    if (name.startsWith('reward by action')) expect(await meanReturn(training)).toBeGreaterThan(0.85);
    else expectNear(valueOf(training, 1), name === 'reward after two steps' ? GAMMA : 1);
  });
});
