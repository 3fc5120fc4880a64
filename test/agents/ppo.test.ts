import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { generalisedAdvantages } from '../../agents/algorithms/advantages.ts';
import { type Evaluation, explainedVariance } from '../../agents/algorithms/learnMinibatches.ts';
import { ppoLoss, type PpoOptions } from '../../agents/algorithms/ppo.ts';
import { Parameters } from '../../agents/model/parameters.ts';
import { Adam } from '../../agents/optimizer.ts';
import { Generator } from '../../envs/random.ts';
import { openDevice } from '../../src/device/device.ts';
import { expectClose, reference } from './reference.ts';

await openDevice('cpu');

const OPTIONS: PpoOptions = {
  epochs: 1,
  minibatches: 1,
  clipRange: 0.2,
  clipValues: false,
  valueCoefficient: 1,
  entropyCoefficient: 0,
  normalizeAdvantages: true,
  targetKl: null,
};

describe.each(['cpu', 'simd'] as const)('the PPO loss on %s equals PyTorch', (device) => {
  beforeAll(async () => void (await openDevice(device)));

  const recorded = (): Evaluation => {
    const { newLogProb, oldLogProb, advantage, value, oldValue, ...rest } = reference['ppo'];
    return {
      logProbs: tf.tensor1d(newLogProb),
      oldLogProbs: tf.tensor1d(oldLogProb),
      entropies: tf.zeros([newLogProb.length]),
      advantages: tf.tensor1d(advantage),
      values: tf.tensor1d(value),
      oldValues: tf.tensor1d(oldValue),
      returns: tf.tensor1d(rest['return']),
    };
  };

  test('in every term', () => {
    const { policyLoss, valueLoss, clippedValueLoss, clipFraction, ...rest } = reference['ppo'];
    const kl = rest['approxKl ((r-1)-log r)'];
    expectClose(ppoLoss(recorded(), OPTIONS).terms, [policyLoss, valueLoss, 0, kl, clipFraction]);
    const clipped = ppoLoss(recorded(), { ...OPTIONS, clipValues: true });
    expectClose(clipped.terms, [policyLoss, clippedValueLoss, 0, kl, clipFraction]);
  });

  test('in its gradients', () => {
    const { dNewLogProb, dValue, dValueClipped } = reference['ppo'];
    const inputs = recorded();
    const found = (clipValues: boolean): tf.Tensor[] =>
      tf.grads(
        (logProbs: tf.Tensor, values: tf.Tensor) =>
          ppoLoss(
            { ...inputs, logProbs: logProbs as tf.Tensor1D, values: values as tf.Tensor1D },
            { ...OPTIONS, clipValues },
          ).loss,
      )([inputs.logProbs, inputs.values]);
    const [dLogProbs, dValues] = found(false) as [tf.Tensor, tf.Tensor];
    expectClose(dLogProbs, dNewLogProb);
    expectClose(dValues, dValue);
    expectClose(found(true)[1] as tf.Tensor, dValueClipped);
  });
});

test('generalised advantages equal the recorded ones', () => {
  const { gamma, lambda, reward, value, nextValue, terminated, truncated, advantage } = reference['gae'];
  expectClose(
    generalisedAdvantages({
      rewards: reward,
      values: value,
      nextValues: nextValue,
      terminated,
      truncated,
      gamma,
      lambda,
    }),
    advantage,
  );
});

test('a truncated step bootstraps from what followed, a terminated one does not', () => {
  const step = { rewards: [1], values: [0], nextValues: [10], gamma: 0.5, lambda: 1 };
  expect([...generalisedAdvantages({ ...step, terminated: [0], truncated: [1] })]).toEqual([6]);
  expect([...generalisedAdvantages({ ...step, terminated: [1], truncated: [0] })]).toEqual([1]);
});

test('arrays of different lengths are refused by name', () => {
  const inputs = { rewards: [1, 2], values: [0], nextValues: [0, 0], terminated: [0, 0], truncated: [0, 0] };
  expect(() => generalisedAdvantages({ ...inputs, gamma: 1, lambda: 1 })).toThrow('values has 1 steps, rewards has 2');
});

test('Adam with a clipped gradient equals PyTorch, step for step', async () => {
  const { lr, beta1, beta2, epsilon, maxGradNorm, start, steps } = reference['adam'];
  const parameters = new Parameters(new Generator(0));
  const variables = (start as number[][]).map((values, i) => {
    const variable = parameters.constant(String(i), values.length, 0);
    variable.assign(tf.tensor1d(values));
    return variable;
  });
  const adam = new Adam(parameters, { beta1, beta2, epsilon, maxGradientNorm: maxGradNorm });
  for (const step of steps as { gradient: number[][]; norm: number; parameters: number[][] }[]) {
    // The gradient of sum(g * p) is g.
    const loss = (): tf.Scalar =>
      tf.addN(
        variables.map((variable, i) => tf.sum(tf.mul(variable, tf.tensor1d(step.gradient[i] as number[])))),
      ) as tf.Scalar;
    expectClose(adam.minimize(loss, lr), [step.norm]);
    variables.forEach((variable, i) => expectClose(variable, step.parameters[i] as number[]));
  }
});

test('explained variance is 1 for perfect values, 0 for constant ones, negative for worse', () => {
  const returns = Float32Array.of(1, 2, 3);
  expect(explainedVariance(returns, returns)).toBe(1);
  expect(explainedVariance(new Float32Array(3), returns)).toBeCloseTo(0);
  expect(explainedVariance(Float32Array.of(3, 2, 1), returns)).toBeLessThan(0);
  expect(explainedVariance(returns, new Float32Array(3))).toBe(0);
});
