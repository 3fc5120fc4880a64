import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { headFor } from '../../agents/model/heads.ts';
import { Parameters } from '../../agents/model/parameters.ts';
import { Generator } from '../../envs/random.ts';
import { Box, Discrete, MultiBinary, MultiDiscrete, type Space, Text } from '../../envs/spaces.ts';
import { openDevice } from '../../src/device/device.ts';
import { expectClose, reference } from './reference.ts';

await openDevice('cpu');

const head = (space: Space): ReturnType<typeof headFor> =>
  headFor(space, new Parameters(new Generator(0)), { initialLogStd: -0.5 });

test('the masked categorical and its gradient equal PyTorch', () => {
  const { logits, mask, action, logProb, entropy, ...rest } = reference['maskedCategorical'];
  const masks = tf.tensor2d(mask);
  const actions = tf.tensor2d(action, [action.length, 1]);
  const categorical = head(new Discrete(masks.shape[1]));
  const x = tf.tensor2d(logits, masks.shape);
  const score = categorical.score(x, actions, masks);
  expectClose(score.logProbs, logProb);
  expectClose(score.entropies, entropy);
  const gradient = tf.grad((x: tf.Tensor) => {
    const row = x as tf.Tensor2D;
    const { logProbs, entropies } = categorical.score(row, actions, masks);
    return tf.sum(tf.add(logProbs, tf.mul(0.5, entropies)));
  })(x);
  expectClose(gradient, rest['dLogits of sum(logProb + 0.5 entropy)']);
});

test('the diagonal Gaussian and its gradients equal PyTorch', () => {
  const { mean, logStd, action, logProb, entropy, dLogStd, ...rest } = reference['diagonalGaussian'];
  const A = logStd.length as number;
  const rows = mean.length / A;
  const gaussian = head(new Box({ low: -Infinity, high: Infinity, shape: [A] }));
  const actions = tf.tensor2d(action, [rows, A]);
  const outputs = (means: tf.Tensor, logStd: tf.Tensor): tf.Tensor2D =>
    tf.concat([means as tf.Tensor2D, tf.add(tf.zeros([rows, A]), logStd) as tf.Tensor2D], 1);
  const inputs = [tf.tensor2d(mean, [rows, A]), tf.tensor1d(logStd)] as const;
  const score = gaussian.score(outputs(...inputs), actions, null);
  expectClose(score.logProbs, logProb);
  expectClose(score.entropies, entropy);
  const [dMeanFound, dLogStdFound] = tf.grads((means: tf.Tensor, logStd: tf.Tensor) => {
    const both = outputs(means, logStd);
    const { logProbs, entropies } = gaussian.score(both, actions, null);
    return tf.sum(tf.add(logProbs, tf.mul(0.5, entropies)));
  })([...inputs]) as [tf.Tensor, tf.Tensor];
  expectClose(dMeanFound, rest['dMean of sum(logProb + 0.5 entropy)']);
  expectClose(dLogStdFound, dLogStd);
});

const SPACES: [string, Space, number[] | null][] = [
  ['Discrete', new Discrete(4), null],
  ['Discrete with a mask', new Discrete(4), [1, 0, 1, 1]],
  ['MultiDiscrete', new MultiDiscrete([2, 3]), null],
  ['MultiDiscrete with a mask', new MultiDiscrete([2, 3]), [0, 1, 1, 0, 1]],
  ['MultiBinary', new MultiBinary(3), null],
  ['Box', new Box({ low: [-1, -Infinity], high: [1, Infinity] }), null],
];

describe.each(SPACES)('%s', (_, space, maskValues) => {
  const mask = maskValues && Uint8Array.from(maskValues);
  const masks = maskValues && tf.tensor2d([maskValues]);

  test('the log-probability of acting equals that of learning', () => {
    const { inputs, actionSize, ...rest } = head(space);
    expect(rest).toBeDefined();
    const subject = head(space);
    const random = new Generator(3);
    const raw = tf.tensor2d(
      Float32Array.from({ length: inputs }, () => random.uniform(-1, 1)),
      [1, inputs],
    );
    const outputs = subject.finish(raw);
    const action = new Float32Array(actionSize);
    for (let i = 0; i < 20; i++) {
      const logProb = subject.sample(outputs.dataSync() as Float32Array, mask, random, action);
      const { logProbs } = subject.score(outputs, tf.tensor2d(action, [1, actionSize]), masks);
      expect(logProbs.dataSync()[0]).toBeCloseTo(logProb, 4);
    }
  });

  test('drawn actions have the distribution that is described, and the mode is its likeliest', () => {
    const subject = head(space);
    const random = new Generator(5);
    const raw = tf.tensor2d(
      Float32Array.from({ length: subject.inputs }, () => random.uniform(-1, 1)),
      [1, subject.inputs],
    );
    const output = subject.finish(raw).dataSync() as Float32Array;
    const described = subject.describe(output, mask);
    const draws = 20_000;
    const counts = new Float64Array(described.length);
    const action = new Float32Array(subject.actionSize);
    for (let i = 0; i < draws; i++) {
      subject.sample(output, mask, random, action);
      if (space.kind === 'box') {
        subject.toEnvironment(action.slice());
        action.forEach((x, component) => (counts[component] = (counts[component] as number) + x / draws));
      } else if (space.kind === 'multiBinary') {
        action.forEach((bit, component) => (counts[component] = (counts[component] as number) + bit / draws));
      } else {
        let offset = 0;
        (space.kind === 'discrete' ? [space.n] : (space as MultiDiscrete).n).forEach((n, part) => {
          const at = offset + (action[part] as number);
          counts[at] = (counts[at] as number) + 1 / draws;
          offset += n;
        });
      }
    }
    const compared = space.kind === 'box' ? subject.actionSize : described.length;
    for (let i = 0; i < compared; i++) expect(counts[i]).toBeCloseTo(described[i] as number, 1.5);
    subject.mode(output, mask, action);
    const { logProbs } = subject.score(
      tf.tensor2d(output, [1, output.length]),
      tf.tensor2d(action, [1, action.length]),
      masks,
    );
    const most = logProbs.dataSync()[0] as number;
    expect(subject.sample(output, mask, random, action.slice())).toBeLessThanOrEqual(most + 1e-4);
  });
});

test('masked actions are never drawn', () => {
  const subject = head(new Discrete(3));
  const action = new Float32Array(1);
  const random = new Generator(0);
  for (let i = 0; i < 1000; i++) {
    subject.sample(Float32Array.of(9, 0, 0), Uint8Array.of(0, 1, 1), random, action);
    expect(action[0]).not.toBe(0);
  }
});

test('bounded continuous actions reach the environment in its own units, clipped', () => {
  const subject = head(new Box({ low: [0, -2], high: [10, 2] }));
  const action = Float32Array.of(0.5, -7);
  subject.toEnvironment(action);
  expect([...action]).toEqual([7.5, -2]);
});

test('a continuous component that can have one value alone has it, and stays a number on the way back', () => {
  const subject = head(new Box({ low: [3, -2], high: [3, 2] }));
  const action = Float32Array.of(0.7, 0.5);
  subject.toEnvironment(action);
  expect([...action]).toEqual([3, 1]);
  subject.fromEnvironment(action);
  expect([...action]).toEqual([0, 0.5]);
});

test('a space that no policy can act in is refused by name', () => {
  expect(() => head(new Text(5))).toThrow('Text(5) cannot be an action space');
});
