import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { Decoder } from '../../agents/model/decoder.ts';
import { Parameters } from '../../agents/model/parameters.ts';
import { Generator } from '../../envs/random.ts';
import { Box, Dict, Discrete, MultiBinary, MultiDiscrete, type Space, Text, Tuple } from '../../envs/spaces.ts';
import { openDevice } from '../../src/device/device.ts';
import { expectClose } from './reference.ts';

const C = 6;

function decoderOf(space: Space): { decoder: Decoder; parameters: Parameters } {
  const parameters = new Parameters(new Generator(2));
  return { decoder: new Decoder(parameters, space, C), parameters };
}

const cells = (categories?: number[]): Box =>
  new Box({ low: 0, high: categories ? 9 : 1, shape: [1, 2, 2], tokens: 'cell', ...(categories && { categories }) });

/** Spaces, the flat form of an observation, and its error where nothing is known: 0 is told, or all is equally likely. */
const SPACES: [string, Space, number[], number][] = [
  ['quantities', new Box({ low: -9, high: 9, shape: [2] }), [2, -4], (4 + 16) / 2],
  ['bytes', new Box({ low: 0, high: 255, shape: [2], dtype: 'uint8' }), [0, 255], 0.5],
  ['bits', new MultiBinary(3), [1, 0, 1], Math.log(2)],
  ['a category', new Discrete(5), [3], Math.log(5)],
  ['several categories', new MultiDiscrete([2, 4]), [1, 3], (Math.log(2) + Math.log(4)) / 2],
  ['cells of bits', cells(), [1, 0, 0, 1], Math.log(2)],
  ['cells of categories', cells([3, 7]), [2, 6, 0, 5], (2 * Math.log(3) + 2 * Math.log(7)) / 4],
  [
    'all of them at once, but text',
    new Dict({ where: new Tuple([new Box({ low: -9, high: 9 }), new Text(2)]), what: new Discrete(4) }),
    [3, 65, 66, 1],
    (9 + Math.log(4)) / 2,
  ],
];

describe.each(['cpu', 'simd'] as const)('on %s', (device) => {
  beforeAll(async () => void (await openDevice(device)));

  test.each(SPACES)('of %s, knowing nothing costs what it must', (_, space, observation, wanted) => {
    const { decoder, parameters } = decoderOf(space);
    for (const variable of parameters.variables) variable.assign(tf.zerosLike(variable));
    const rows = tf.tensor2d([observation, observation]);
    expectClose(decoder.loss(tf.ones([2, C]), rows), [wanted]);
  });

  test.each(SPACES)('of %s, the gradients are the slopes of the loss', (_, space, observation) => {
    const { decoder, parameters } = decoderOf(space);
    const random = new Generator(7);
    const draw = (shape: number[]): tf.Tensor =>
      tf.tensor(
        Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.uniform(-1, 1)),
        shape,
      );
    const features = tf.variable(draw([2, C]));
    const rows = tf.tensor2d([observation, observation]);
    const loss = (): tf.Scalar => decoder.loss(features as unknown as tf.Tensor2D, rows);
    const all = [features, ...parameters.variables];
    const { grads } = tf.variableGrads(loss, all);
    for (const variable of all) {
      const direction = draw(variable.shape);
      const expected = tf.sum(tf.mul(grads[variable.name] as tf.Tensor, direction)).dataSync()[0] as number;
      const before = tf.clone(variable);
      const at = (step: number): number => {
        variable.assign(tf.add(before, tf.mul(direction, step)));
        return loss().dataSync()[0] as number;
      };
      const found = (at(0.02) - at(-0.02)) / 0.04;
      variable.assign(before);
      expect(Math.abs(found - expected)).toBeLessThan(2e-3 * Math.max(1, Math.abs(expected)));
    }
  });

  test.each(SPACES)('%s are told after some steps of learning', (_, space, observation, unknown) => {
    const { decoder, parameters } = decoderOf(space);
    // A second observation, so that it has to be read off the features.
    const other = observation.map((value) => (value === 0 ? 1 : 0));
    const rows = tf.tensor2d([observation, other]);
    const features = tf.tensor2d([new Array<number>(C).fill(1), new Array<number>(C).fill(-1)]);
    const optimizer = tf.train.adam(0.03);
    for (let i = 0; i < 150; i++) tf.tidy(() => void optimizer.minimize(() => decoder.loss(features, rows)));
    expect(decoder.loss(features, rows).dataSync()[0]).toBeLessThan(0.05 * unknown);
    parameters.dispose();
  });
});

test('a space of which nothing can be told is refused by name', () => {
  expect(() => decoderOf(new Text(5))).toThrow('Text(5) cannot be reconstructed');
});
