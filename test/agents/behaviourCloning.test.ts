import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { behaviourCloningLoss } from '../../agents/algorithms/behaviourCloning.ts';
import { Condition } from '../../agents/model/condition.ts';
import { headFor } from '../../agents/model/heads.ts';
import { Parameters } from '../../agents/model/parameters.ts';
import { Policy } from '../../agents/model/policy.ts';
import { Generator } from '../../envs/random.ts';
import { Box, Discrete, MultiBinary, MultiDiscrete } from '../../envs/spaces.ts';
import { openDevice } from '../../src/device/device.ts';

await openDevice('simd');

test('the loss is the mean surprise at what was decided, and half the squared error of its value', () => {
  const vector = (...numbers: number[]): tf.Tensor1D => tf.tensor1d(numbers);
  const [imitation, value, entropy] = tf.tidy(() => {
    const zeros = vector(0, 0, 0);
    const evaluation = {
      logProbs: vector(-1, -3, -100),
      entropies: vector(0.5, 1.5, 100),
      advantages: vector(1, 1, 0), // the last step is an episode's last observation
      values: vector(2, 0, 50),
      returns: vector(1, 2, 0),
      ...{ oldLogProbs: zeros, oldValues: zeros },
    };
    const { loss, terms } = behaviourCloningLoss(evaluation, { valueCoefficient: 0.5 });
    expect(loss.dataSync()[0]).toBeCloseTo(2 + 0.5 * 1.25, 6);
    return [...terms.dataSync()] as [number, number, number];
  });
  expect(imitation).toBeCloseTo((1 + 3) / 2, 6);
  expect(value).toBeCloseTo(0.5 * ((1 + 4) / 2), 6);
  expect(entropy).toBeCloseTo(1, 6);
});

test.each([
  ['Discrete', new Discrete(3, { start: 1 }), [2]],
  ['MultiDiscrete', new MultiDiscrete([2, 3]), [1, 2]],
  ['MultiBinary', new MultiBinary(2), [1, 0]],
  ['Box', new Box({ low: [-2, 0, -Infinity], high: [4, 10, 3] }), [-2, 7.5, 2]],
])('%s: an action comes back from the policy as it came from the environment', (_, space, action) => {
  const head = headFor(space, new Parameters(new Generator(0)), { initialLogStd: 0 });
  const there = Float32Array.from(action);
  head.fromEnvironment(there);
  if (space.kind === 'box') expect([...there]).toEqual([-1, 0.5, 2]);
  head.toEnvironment(there);
  expect([...there]).toEqual(action);
});

test('a condition is the return to go, and the action before: one-hot, or its numbers; zeros before the first', () => {
  const written = (space: Box | Discrete | MultiDiscrete, action: number[] | null): number[] => {
    const condition = new Condition(new Parameters(new Generator(0)), space, 4);
    const row = new Float32Array(condition.size).fill(9);
    condition.write(0.5, action, row);
    return [...row];
  };
  expect(written(new Discrete(3), [2])).toEqual([0.5, 0, 0, 1]);
  expect(written(new Discrete(3), null)).toEqual([0.5, 0, 0, 0]);
  expect(written(new MultiDiscrete([2, 3]), [0, 1])).toEqual([0.5, 1, 0, 0, 1, 0]);
  expect(written(new Box({ low: -1, high: 1, shape: [2] }), [0.25, -1])).toEqual([0.5, 0.25, -1]);
});

test('a policy that is told a condition wants it', () => {
  const policy = new Policy({
    ...{ observationSpace: new Box({ low: [-1], high: [1] }), actionSpace: new Discrete(2), conditioned: true },
    ...{ policy: 'mlp', width: 4, layers: 1, heads: 1, context: 1, feedForward: 1, initialLogStd: 0 },
    random: new Generator(0),
  });
  const run = (row: number[]): unknown => policy.run(tf.tensor2d([row]), Uint8Array.of(1), policy.emptyCache(1));
  expect(() => run([0])).toThrow('Policy: 1 numbers a step, wanted 4');
  tf.tidy(() => void run([0, 1, 0, 0]));
  policy.dispose();
});
