import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../../agents/algorithms/learnMinibatches.ts';
import { policyGradientLoss, type PolicyGradientOptions } from '../../agents/algorithms/policyGradient.ts';
import { ppoLoss } from '../../agents/algorithms/ppo.ts';
import { Rollout } from '../../agents/rollout.ts';
import { openDevice } from '../../src/device/device.ts';
import { expectClose, reference } from './reference.ts';

await openDevice('cpu');

const OPTIONS: PolicyGradientOptions = { valueCoefficient: 0.5, entropyCoefficient: 0.1, normalizeAdvantages: false };

/** Gradients of a loss for log-probabilities, entropies and values. */
function gradients(inputs: Evaluation, loss: (inputs: Evaluation) => tf.Scalar): tf.Tensor[] {
  return tf.grads((logProbs: tf.Tensor, entropies: tf.Tensor, values: tf.Tensor) =>
    loss({ ...inputs, logProbs, entropies, values } as Evaluation),
  )([inputs.logProbs, inputs.entropies, inputs.values]);
}

function evaluation(rows: Record<keyof Evaluation, number[]>): Evaluation {
  return Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [name, tf.tensor1d(row)]),
  ) as unknown as Evaluation;
}

test('the loss of A2C and REINFORCE and its gradients equal what the equations give by hand', () => {
  const inputs = evaluation({
    logProbs: [-0.5, -1],
    oldLogProbs: [-0.5, -1],
    entropies: [0.7, 0.6],
    advantages: [2, 1],
    values: [1, 3],
    oldValues: [1, 3],
    returns: [2, 1],
  });
  const { loss, terms } = policyGradientLoss(inputs, OPTIONS);
  expectClose(terms, [1, 1.25, 0.65]); // (0.5 * 2 + 1 * 1) / 2, (1 + 4) / 4
  expectClose(loss, [1 + 0.5 * 1.25 - 0.1 * 0.65]);
  const found = gradients(inputs, (moved) => policyGradientLoss(moved, OPTIONS).loss);
  expectClose(found[0] as tf.Tensor, [-1, -0.5]); // -A / 2
  expectClose(found[1] as tf.Tensor, [-0.05, -0.05]);
  expectClose(found[2] as tf.Tensor, [-0.25, 0.5]); // 0.5 (V - R) / 2
});

test.each([true, false])("of the policy that acted it has PPO's gradients, advantages normalised: %s", (normalise) => {
  const { newLogProb, advantage, value, ...rest } = reference['ppo'];
  const inputs = evaluation({
    logProbs: newLogProb,
    oldLogProbs: newLogProb,
    entropies: newLogProb.map((x: number) => -x),
    advantages: advantage,
    values: value,
    oldValues: value,
    returns: rest['return'],
  });
  const options = { ...OPTIONS, normalizeAdvantages: normalise };
  const ppo = { ...options, epochs: 1, minibatches: 1, clipRange: 0.2, clipValues: false, targetKl: null };
  const wanted = gradients(inputs, (moved) => ppoLoss(moved, ppo).loss);
  const found = gradients(inputs, (moved) => policyGradientLoss(moved, options).loss);
  found.forEach((gradient, i) => expectClose(gradient, (wanted[i] as tf.Tensor).dataSync()));
});

describe('what REINFORCE takes for the return of three steps of rewards 1, 2 and 3, halved with each step', () => {
  const CASES: [string, { ends?: 'terminated' | 'truncated'; at?: number }, number[]][] = [
    ['is that of the whole episode, where it ends in them', { ends: 'terminated', at: 2 }, [2.75, 3.5, 3]],
    ['goes on with the value where the rollout ends before it', {}, [1 + 1 + 0.75 + 1, 2 + 1.5 + 2, 3 + 4]],
    ['goes on with the value where a time limit ends it', { ends: 'truncated', at: 1 }, [1 + 1 + 1, 2 + 2, 3 + 4]],
    ['takes nothing from the next episode', { ends: 'terminated', at: 1 }, [2, 2, 3 + 4]],
  ];
  test.each(CASES)('%s', (_, { ends, at = 0 }, wanted) => {
    const shape = { environments: 1, steps: 3, sequenceSteps: 1, observationSize: 1, actionSize: 1, maskSize: 0 };
    const rollout = new Rollout(shape);
    rollout.rewards.set([1, 2, 3]);
    rollout.values.set([5, -7, 0.25]); // a baseline alone
    if (ends) rollout[ends][at] = 1;
    if (ends === 'truncated') rollout.nextValues[at] = 4;
    rollout.finish([8], { gamma: 0.5, lambda: 1 });
    expect([...rollout.returns]).toEqual(wanted);
    expect([...rollout.advantages]).toEqual(wanted.map((value, t) => value - (rollout.values[t] as number)));
  });
});
