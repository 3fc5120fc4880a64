import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { openDevice } from '../../src/device/device.ts';
import { evaluate } from '../../src/evaluate.ts';
import type { Config } from '../../src/settings.ts';
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
const TOLERANCE = 0.1;

/** About as many steps of the optimiser with each. */
const ALGORITHMS = {
  ppo: { updates: 25, settings: { minibatches: 2 } },
  a2c: { updates: 200, settings: { rolloutSteps: 8 } },
  reinforce: { updates: 200, settings: { rolloutSteps: 16 } },
} satisfies Partial<Record<Config['algo'], { updates: number; settings: Partial<Config> }>>;
/** Those that learn from the environment's rewards. */
type Algorithm = keyof typeof ALGORITHMS;
const ALGORITHM_NAMES = Object.keys(ALGORITHMS) as Algorithm[];
const POLICIES = ['transformer', 'gru', 'mlp'] as const satisfies Config['policy'][];

async function trained(
  probe: Probe,
  {
    head = 'Discrete',
    algo = 'ppo',
    policy = 'transformer',
  }: { head?: string; algo?: Algorithm; policy?: Config['policy'] },
): Promise<Training> {
  const actions = ACTION_SPACES[head] as (typeof ACTION_SPACES)[string];
  const { updates, settings } = ALGORITHMS[algo];
  const config = smallConfig({
    environment: 'probe',
    algo,
    policy,
    gamma: GAMMA,
    initialLogStd: -0.5,
    learningRate: 1e-2,
    ...settings,
  });
  const annealed = { ...config, annealSteps: updates * config.envs * config.rolloutSteps };
  const training = new Training(
    annealed,
    specOf('probe', () => new ProbeEnv(probe, actions)),
    'simd',
  );
  training.envs.reset();
  for (let update = 0; update < updates; update++) await collectAndLearn(training);
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

const PAIRS = ALGORITHM_NAMES.flatMap((algo) => POLICIES.map((policy) => [algo, policy] as const));

describe.each(PAIRS)('%s with the %s policy', (algo, policy) => {
  test('values a constant reward', async () => {
    expectNear(valueOf(await trained(PROBES['constant reward'], { algo, policy }), 1), 1);
  });

  test('values what the observation says', async () => {
    const training = await trained(PROBES['reward by observation'], { algo, policy });
    expectNear(valueOf(training, 1), 1);
    expectNear(valueOf(training, -1), -1);
  });

  test('discounts what comes a step later', async () => {
    expectNear(valueOf(await trained(PROBES['reward after two steps'], { algo, policy }), 1), GAMMA);
  });

  test('finds the action that pays', async () => {
    expect(await meanReturn(await trained(PROBES['reward by action'], { algo, policy }))).toBeGreaterThan(0.95);
  });

  test('finds the action that pays for what it sees', async () => {
    expect(
      await meanReturn(await trained(PROBES['reward by action and observation'], { algo, policy })),
    ).toBeGreaterThan(0.95);
  });
});

// The pairs above have discrete actions.
describe.each(Object.keys(ACTION_SPACES).filter((head) => head !== 'Discrete'))('with %s actions', (head) => {
  test.each(Object.entries(PROBES))('PPO solves the probe: %s', async (name, probe) => {
    const training = await trained(probe, { head });
    if (name.startsWith('reward by action')) expect(await meanReturn(training)).toBeGreaterThan(0.85);
    else expectNear(valueOf(training, 1), name === 'reward after two steps' ? GAMMA : 1);
  });

  test.each(['a2c', 'reinforce'] as const)('%s finds the action that pays for what it sees', async (algo) => {
    const training = await trained(PROBES['reward by action and observation'], { head, algo });
    expect(await meanReturn(training)).toBeGreaterThan(0.85);
  });
});
