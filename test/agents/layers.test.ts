import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { attention, episodeMask, Rotary } from '../../agents/model/attention.ts';
import { Gate } from '../../agents/model/gate.ts';
import { gruStep } from '../../agents/model/gru.ts';
import { gelu, layerNorm, linear } from '../../agents/model/layers.ts';
import { Parameters } from '../../agents/model/parameters.ts';
import { Generator } from '../../envs/random.ts';
import { openDevice } from '../../src/device/device.ts';
import { expectClose, gradients, reference } from './reference.ts';

describe.each(['cpu', 'wasm', 'simd'] as const)('on %s', (device) => {
  beforeAll(async () => {
    await openDevice(device);
  });

  test('layer normalisation and its gradients equal PyTorch', () => {
    const { shape, x, gamma, beta, output, dOutput, dx, dgamma, dbeta } = reference['layerNorm'];
    const inputs = [tf.tensor2d(x, shape), tf.tensor1d(gamma), tf.tensor1d(beta)];
    const f = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Tensor =>
      layerNorm(x as tf.Tensor2D, scale as tf.Tensor1D, shift as tf.Tensor1D);
    expectClose(f(...(inputs as [tf.Tensor, tf.Tensor, tf.Tensor])), output);
    const found = gradients(f as (...inputs: tf.Tensor[]) => tf.Tensor, inputs, dOutput);
    [dx, dgamma, dbeta].forEach((wanted: number[], i) => expectClose(found[i] as tf.Tensor, wanted));
  });

  test('GELU and its gradient equal PyTorch', () => {
    const { x, output, dx } = reference['geluTanh'];
    const input = tf.tensor2d(x, [1, x.length]);
    const f = (x: tf.Tensor): tf.Tensor => gelu(x as tf.Tensor2D);
    expectClose(f(input), output);
    expectClose(gradients(f, [input], new Array(x.length).fill(1))[0] as tf.Tensor, dx);
  });

  test("a linear layer's gradients equal finite differences", () => {
    const inputs = [
      tf.tensor2d([0.5, -1, 2, 0.25, 1.5, -0.75], [2, 3]),
      tf.tensor2d([0.1, 0.2, -0.3, 0.4, 0.5, -0.6], [3, 2]),
      tf.tensor1d([0.7, -0.8]),
    ];
    const dOutput = [1, -2, 0.5, 3];
    const f = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor =>
      linear(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D);
    const found = gradients(f as (...inputs: tf.Tensor[]) => tf.Tensor, inputs, dOutput);
    const objective = (values: tf.Tensor[]): number =>
      tf
        .sum(tf.mul(f(...(values as [tf.Tensor, tf.Tensor, tf.Tensor])), tf.tensor2d(dOutput, [2, 2])))
        .dataSync()[0] as number;
    inputs.forEach((input, i) => {
      const wanted = Array.from(input.dataSync(), (_, component) => {
        const shifted = (by: number): number =>
          objective(inputs.map((other, j) => (i === j ? tf.add(other, oneHot(other, component, by)) : other)));
        return (shifted(0.5) - shifted(-0.5)) / 1; // exact: the map is linear in each input
      });
      expectClose(found[i] as tf.Tensor, wanted, 1e-4);
    });
  });

  test('attention within a window and its gradients equal PyTorch', () => {
    const { shape, window, q, k, v, output, weights, dOutput, dq, dk, dv } = reference['attention'];
    const [N, , T] = shape as number[];
    // A window of W steps: the current one and W - 1 earlier ones, which is a context of W - 1 empty slots.
    const mask = windowMask(N as number, T as number, window);
    checkAttention({ shape, q, k, v, output, dOutput, dq, dk, dv }, mask);
    const found = attention(tf.tensor4d(q, shape), tf.tensor4d(k, shape), tf.tensor4d(v, shape), mask);
    expectClose(found.weights, weights);
  });

  test('attention within episodes and its gradients equal PyTorch', () => {
    const { episode, ...rest } = reference['attentionEpisodes'];
    const starts = Uint8Array.from(
      (episode as number[][]).flatMap((row) => row.map((id, t) => Number(t === 0 || id !== row[t - 1]))),
    );
    const N = episode.length as number;
    const T = starts.length / N;
    const mask = episodeMask(starts, new Int32Array(N), T);
    checkAttention(rest, tf.slice(mask, [0, 0, 0, T], [N, 1, T, T]));
  });

  test('a GRU and its gradients equal PyTorch', () => {
    const { x, h0, weight_ih, weight_hh, bias_ih, bias_hh, output, dOutput, dx, dWeight_ih, dWeight_hh } =
      gruReference();
    const [N, T, I, C] = [2, 5, 3, 4];
    const run = (x: tf.Tensor, inputWeight: tf.Tensor, stateWeight: tf.Tensor): tf.Tensor => {
      let state = tf.tensor2d(h0, [N, C]);
      const outputs = Array.from({ length: T }, (_, t) => {
        const now = tf.reshape(tf.slice(x, [0, t, 0], [N, 1, I]), [N, I]) as tf.Tensor2D;
        const fromInput = linear(now, tf.transpose(inputWeight) as tf.Tensor2D, tf.tensor1d(bias_ih));
        state = gruStep(
          fromInput,
          linear(state, tf.transpose(stateWeight) as tf.Tensor2D, tf.tensor1d(bias_hh)),
          state,
        );
        return state;
      });
      return tf.stack(outputs, 1);
    };
    const inputs = [tf.tensor3d(x, [N, T, I]), tf.tensor2d(weight_ih, [3 * C, I]), tf.tensor2d(weight_hh, [3 * C, C])];
    expectClose(run(...(inputs as [tf.Tensor, tf.Tensor, tf.Tensor])), output);
    const found = gradients(run as (...inputs: tf.Tensor[]) => tf.Tensor, inputs, dOutput);
    [dx, dWeight_ih, dWeight_hh].forEach((wanted, i) => expectClose(found[i] as tf.Tensor, wanted));
  });

  test('a gate equals its equations, and at first lets little through', () => {
    const C = 3;
    const parameters = new Parameters(new Generator(4));
    const gate = new Gate(parameters, 'gate', C);
    const [layer, , stream, , reset] = parameters.variables.map((variable) => variable.dataSync() as Float32Array);
    const [x, y] = [
      [0.5, -1, 2],
      [1.5, -0.25, 0.75],
    ] as const;
    const sigmoid = (u: number): number => 1 / (1 + Math.exp(-u));
    /** Column `column` of what a row becomes by a matrix that is so wide. */
    const times = (row: readonly number[], matrix: Float32Array | undefined, wide: number, column: number): number =>
      row.reduce((sum, value, i) => sum + value * (matrix?.[i * wide + column] as number), 0);
    const out = y.map((value) => Math.max(value, 0));
    const kept = x.map((value, i) => value * sigmoid(times(out, layer, 3 * C, i) + times(x, stream, 2 * C, i)));
    const wanted = x.map((value, i) => {
      const update = sigmoid(times(out, layer, 3 * C, C + i) + times(x, stream, 2 * C, C + i) - 2);
      return (1 - update) * value + update * Math.tanh(times(out, layer, 3 * C, 2 * C + i) + times(kept, reset, C, i));
    });
    expectClose(gate.apply(tf.tensor2d([...x], [1, C]), tf.tensor2d([...y], [1, C])), wanted);
    const still = gate.apply(tf.zeros([1, C]), tf.tensor2d([...y], [1, C])).dataSync();
    still.forEach((value) => expect(Math.abs(value)).toBeLessThan(0.5));
    parameters.dispose();
  });

  test('rotary positions make a product depend on the distance alone, and keep lengths', () => {
    const rotary = new Rotary(8);
    const vector = (seed: number): tf.Tensor4D => tf.randomNormal([1, 1, 1, 8], 0, 1, 'float32', seed) as tf.Tensor4D;
    const product = (queryAt: number, keyAt: number): number =>
      tf.sum(tf.mul(rotary.apply(vector(1), queryAt), rotary.apply(vector(2), keyAt))).dataSync()[0] as number;
    expect(product(9, 4)).toBeCloseTo(product(5, 0), 4);
    expect(product(9, 4)).not.toBeCloseTo(product(9, 5), 2);
    const length = (x: tf.Tensor): number => tf.norm(x).dataSync()[0] as number;
    expect(length(rotary.apply(vector(1), 7))).toBeCloseTo(length(vector(1)), 4);
  });
});

test('a step sees itself and the last steps of its own episode, in the cache and in the sequence', () => {
  const starts = Uint8Array.from([0, 0, 1, 0]);
  const mask = episodeMask(starts, Int32Array.from([2]), 3).dataSync();
  const seen = Array.from(mask, (value) => (value === 0 ? 1 : 0));
  expect(seen).toEqual([
    ...[0, 1, 1, 1, 0, 0, 0], // two cached steps of its episode
    ...[0, 1, 1, 1, 1, 0, 0], // three earlier steps: as many as the context holds
    ...[0, 0, 0, 0, 0, 1, 0], // a new episode sees nothing before it
    ...[0, 0, 0, 0, 0, 1, 1],
  ]);
});

function oneHot(like: tf.Tensor, component: number, value: number): tf.Tensor {
  const values = new Float32Array(like.size);
  values[component] = value;
  return tf.tensor(values, like.shape);
}

function windowMask(N: number, T: number, window: number): tf.Tensor4D {
  const slots = window - 1;
  const mask = episodeMask(new Uint8Array(N * T), new Int32Array(N), slots);
  return tf.slice(mask, [0, 0, 0, slots], [N, 1, T, T]) as tf.Tensor4D;
}

// oxlint-disable-next-line typescript/no-explicit-any -- see reference.ts
function checkAttention(recorded: Record<string, any>, mask: tf.Tensor): void {
  const { shape, q, k, v, output, dOutput, dq, dk, dv } = recorded;
  const inputs = [tf.tensor4d(q, shape), tf.tensor4d(k, shape), tf.tensor4d(v, shape)];
  const f = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor =>
    attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, mask as tf.Tensor4D).output;
  expectClose(f(...(inputs as [tf.Tensor, tf.Tensor, tf.Tensor])), output);
  const found = gradients(f as (...inputs: tf.Tensor[]) => tf.Tensor, inputs, dOutput);
  [dq, dk, dv].forEach((wanted, i) => expectClose(found[i] as tf.Tensor, wanted));
}

type GruArrays = Record<
  | 'x'
  | 'h0'
  | 'weight_ih'
  | 'weight_hh'
  | 'bias_ih'
  | 'bias_hh'
  | 'output'
  | 'dOutput'
  | 'dx'
  | 'dWeight_ih'
  | 'dWeight_hh',
  number[]
>;

function gruReference(): GruArrays {
  const recorded = reference['gru'] as Record<string, number[]>;
  // Names carry their shape: "weight_ih [12,3]".
  return Object.fromEntries(Object.entries(recorded).map(([key, value]) => [key.split(' ')[0], value])) as GruArrays;
}
