import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import type { Evaluation } from '../../agents/algorithms/learnMinibatches.ts';
import { ppoLoss } from '../../agents/algorithms/ppo.ts';
import { type EpisodicAttention, episodicAttention, Rotary } from '../../agents/model/attention.ts';
import { encoderFor } from '../../agents/model/encoder.ts';
import { Gru } from '../../agents/model/gru.ts';
import { headFor } from '../../agents/model/heads.ts';
import { gelu, layerNorm, linear, linearGelu } from '../../agents/model/layers.ts';
import { Parameters } from '../../agents/model/parameters.ts';
import { poolTokens } from '../../agents/model/pooling.ts';
import { Transformer } from '../../agents/model/transformer.ts';
import { Generator } from '../../envs/random.ts';
import { Discrete, type Space } from '../../envs/spaces.ts';
import { openDevice } from '../../src/device/device.ts';
import type { Call } from '../../src/device/simd/kernel.ts';
import { KERNELS } from '../../src/device/simd/register.ts';
import { numbers } from './compare.ts';
import { moveFromZero, observationsOf, TOKEN_SPACES } from './layers.ts';

// The gradients that our kernels compute, against what their outputs do when an input is moved a little.

/** Kernels that have run. */
const ran = new Set<string>();
/** Kernels without an output that has a slope, and where they are held to what they should do. */
const ELSEWHERE = {
  AdamStep: 'fused.test.ts: Adam equals the composite',
  EpisodicAttentionCache: 'fused.test.ts: a Transformer with gates equals the composite',
};

beforeAll(async () => {
  for (const [name, kernel] of Object.entries(KERNELS))
    Object.assign(KERNELS, {
      [name]: (call: Call) => {
        ran.add(name);
        return kernel(call);
      },
    });
  await openDevice('simd', { threads: 2 });
});

/** How far an input is moved: less, and the digits of its outputs run out; more, and they are no straight line. */
const STEP = 0.02;
const DIRECTIONS = 4;
const TOLERANCE = 5e-4;

interface Case {
  /** A layer as a function of what it is differentiated by; variables it may know by itself. */
  layer: (...inputs: tf.Tensor[]) => tf.Tensor;
  inputs: tf.Tensor[];
  /** A part of `STEP` that is enough where an input has many numbers, and all are moved at once. */
  reach?: number;
}

/** Slope of the weighted sum of `outputs` along a line, at 0. @see Richardson: two central differences cancel h^2 */
function slope(outputs: (at: number) => Float32Array, weights: Float32Array, step: number): number {
  const central = (h: number): number => {
    const [after, before] = [outputs(h), outputs(-h)];
    // In doubles: the sum must not lose what the two have different.
    return (
      weights.reduce((sum, weight, i) => sum + weight * ((after[i] as number) - (before[i] as number)), 0) / (2 * h)
    );
  };
  return (4 * central(step / 2) - central(step)) / 3;
}

/** Largest errors of each input's gradient, in parts of what such a gradient typically amounts to along a line. */
function errors({ layer, inputs, reach = 1 }: Case): number[] {
  const outputs = (...xs: tf.Tensor[]): Float32Array => tf.tidy(() => layer(...xs).dataSync() as Float32Array);
  const shape = tf.tidy(() => layer(...inputs).shape);
  const weights = tf.tidy(() => numbers(shape, 9).dataSync() as Float32Array);
  const gradients = tf.tidy(() =>
    tf
      .grads((...xs: tf.Tensor[]) => tf.sum(tf.mul(layer(...xs), tf.tensor(weights, shape))))(inputs)
      .map((gradient) => gradient.dataSync() as Float32Array),
  );
  return inputs.map((input, which) => {
    const gradient = gradients[which] as Float32Array;
    const size = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
    const found = Array.from({ length: DIRECTIONS }, (_, i) => {
      const direction = tf.tidy(() => numbers(input.shape, 100 + i).dataSync() as Float32Array);
      const expected = gradient.reduce((sum, g, j) => sum + g * (direction[j] as number), 0);
      const moved = (at: number): Float32Array =>
        tf.tidy(() => {
          const x = tf.add(input, tf.mul(tf.tensor(direction, input.shape), at));
          if (!(input instanceof tf.Variable)) return outputs(...inputs.map((other, j) => (j === which ? x : other)));
          const before = tf.clone(input);
          input.assign(x);
          const result = outputs(...inputs);
          input.assign(before);
          return result;
        });
      return Math.abs(slope(moved, weights, reach * STEP) - expected) / size;
    });
    return Math.max(...found);
  });
}

/** Sequences of which episodes end anywhere, by what they begin with and by each parameter. */
function transformer(): Case {
  const [N, T, heads, half, context] = [3, 7, 3, 3, 5];
  const C = 2 * half * heads;
  const random = new Generator(3);
  const parameters = new Parameters(random);
  const trunk = new Transformer(parameters, { width: C, layers: 2, heads, context, feedForward: 2 });
  const starts = Uint8Array.from({ length: N * T }, () => Number(random.random() < 0.2));
  const lengths = Int32Array.from({ length: N }, () => Math.floor(random.random() * (context + 1)));
  const cache = { tensors: trunk.cacheShapes.map((shape, i) => numbers([N, ...shape], 50 + i)), lengths };
  const options = { attention: false, remember: false };
  const run = (steps: tf.Tensor): tf.Tensor =>
    trunk.run({ steps: steps as tf.Tensor2D, starts, cache }, options).features;
  return { layer: (steps) => run(steps as tf.Tensor), inputs: [numbers([N * T, C], 7), ...parameters.variables] };
}

/** Two layers, of sequences in which episodes start. */
function gru(): Case {
  const [N, T, C] = [3, 5, 6];
  const parameters = new Parameters(new Generator(3));
  const trunk = new Gru(parameters, { width: C, layers: 2 });
  const starts = Uint8Array.from({ length: N * T }, (_, i) => Number(i % 7 === 3));
  const cache = { tensors: [numbers([N, C], 50), numbers([N, C], 51)], lengths: new Int32Array(N) };
  const options = { attention: false, remember: false };
  const run = (steps: tf.Tensor): tf.Tensor =>
    trunk.run({ steps: steps as tf.Tensor2D, starts, cache }, options).features;
  return { layer: (steps) => run(steps as tf.Tensor), inputs: [numbers([N * T, C], 7), ...parameters.variables] };
}

/** Attention of blocks that are not one kernel, by the projection. */
function episodic(): Case {
  const [N, T, H, D, slots] = [3, 7, 2, 6, 5];
  const starts = Uint8Array.from({ length: N * T }, (_, i) => Number(i % 5 === 2));
  const lengths = Int32Array.of(5, 0, 2);
  const attend = episodicAttention(new Rotary(D), starts, { lengths }, { slots, remember: false });
  const past = [numbers([N, H, slots, D], 50), numbers([N, H, slots, D], 51)] as [tf.Tensor4D, tf.Tensor4D];
  return {
    layer: (projection) => (attend as EpisodicAttention)(projection as tf.Tensor2D, ...past).output,
    inputs: [numbers([N * T, 3 * H * D], 7)],
  };
}

/** Log-probabilities and entropies of a head whose actions are not all possible. */
function categorical(): Case {
  const head = headFor(new Discrete(7), new Parameters(new Generator(0)), { initialLogStd: 0 });
  const actions = tf.tensor2d([0, 1, 2, 3, 6], [5, 1]);
  const masks = tf.tensor2d(
    Array.from({ length: 35 }, (_, i) => Number(i % 7 !== 5)),
    [5, 7],
  );
  const layer = (logits: tf.Tensor): tf.Tensor => {
    const { logProbs, entropies } = head.score(logits as tf.Tensor2D, actions, masks);
    return tf.concat([logProbs, entropies]);
  };
  return { layer: (logits) => layer(logits as tf.Tensor), inputs: [numbers([5, 7])] };
}

/** The encoder's output, by its parameters. */
function encoder(space: Space, { heads = 2, reach = 0 } = {}): Case {
  const parameters = new Parameters(new Generator(1));
  const encoder = encoderFor(parameters, space, { width: 10, heads, reach });
  moveFromZero(parameters);
  const observations = observationsOf(space, 4, new Generator(2));
  return { layer: () => encoder.apply(observations).steps, inputs: parameters.variables, reach: 0.2 };
}

/** Inside the clip range, since its ends are kinks. */
function ppo(): Case {
  const rest = {
    oldLogProbs: tf.mul(numbers([9], 5), 0.02) as tf.Tensor1D,
    advantages: numbers([9], 6) as tf.Tensor1D,
    oldValues: numbers([9], 7) as tf.Tensor1D,
    returns: numbers([9], 8) as tf.Tensor1D,
  };
  const options = { epochs: 1, minibatches: 1, clipRange: 0.5, clipValues: false, targetKl: null };
  const layer = (logProbs: tf.Tensor, entropies: tf.Tensor, values: tf.Tensor): tf.Tensor =>
    ppoLoss({ ...rest, logProbs, entropies, values } as Evaluation, {
      ...options,
      valueCoefficient: 0.5,
      entropyCoefficient: 0.1,
      normalizeAdvantages: true,
    }).loss;
  const inputs = [tf.mul(numbers([9], 1), 0.02), numbers([9], 2), numbers([9], 3)];
  return { layer: (...xs) => layer(...(xs as [tf.Tensor, tf.Tensor, tf.Tensor])), inputs };
}

const CASES: Record<string, () => Case> = {
  'a linear layer': () => ({
    layer: (x, weight, bias) => linear(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D),
    inputs: [numbers([7, 13]), numbers([13, 18], 2), numbers([18], 3)],
  }),
  'layer normalisation': () => ({
    layer: (x, scale, shift) => layerNorm(x as tf.Tensor2D, scale as tf.Tensor1D, shift as tf.Tensor1D),
    inputs: [numbers([9, 19]), numbers([19], 2), numbers([19], 3)],
  }),
  GELU: () => ({ layer: (x) => gelu(x as tf.Tensor2D), inputs: [tf.mul(numbers([9, 17]), 1.5)] }),
  softmax: () => ({ layer: (x) => tf.softmax(x), inputs: [numbers([9, 7])] }),
  'a linear layer with GELU': () => ({
    layer: (x, weight, bias) => linearGelu(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D),
    inputs: [numbers([7, 5]), numbers([5, 18], 2), numbers([18], 3)],
  }),
  'a categorical head': categorical,
  "PPO's loss": ppo,
  gather: () => ({
    layer: (x) => tf.gather(x, tf.tensor1d([4, 0, 4, 2, 4], 'int32')),
    inputs: [numbers([6, 19])],
  }),
  'a Transformer': transformer,
  'tokens made elsewhere, in what heads see of them': () => ({
    layer: (values, logits) => {
      const made = { values: values as tf.Tensor2D, logits: logits as tf.Tensor2D };
      return poolTokens(tf.zeros([3, 1]), [], [], made).output;
    },
    inputs: [numbers([12, 6]), tf.mul(numbers([12, 2], 2), 0.2)],
    reach: 0.2,
  }),
  ...Object.fromEntries(
    Object.entries(TOKEN_SPACES)
      // Among so many tokens most move the output by less than its last digits: fused.test.ts compares these.
      .filter(([name]) => name !== 'all kinds' && name !== 'an image')
      .map(([name, space]) => [`the encoder of ${name}`, () => encoder(space)]),
  ),
  'the encoder of neighbourhoods': () => ({
    ...encoder(TOKEN_SPACES['a grid of quantities'] as Space, { reach: 1 }),
    // Further, and the curve shows (its error grows with the step); nearer, and the last digits do.
    reach: 0.3,
  }),
  'the encoder of wide neighbourhoods by one head': () =>
    encoder(TOKEN_SPACES['a grid of quantities'] as Space, { heads: 1, reach: 2 }),
  'attention within episodes': episodic,
  'a GRU': gru,
};

test.each(Object.entries(CASES))('the gradients of %s are the slopes of its outputs', (_, make) => {
  const found = errors(make());
  expect(found.filter((error) => !(error < TOLERANCE))).toEqual([]);
});

test('every kernel that TFJS has no name for was among them', () => {
  const ours = Object.keys(KERNELS).filter((name) => !tf.getKernel(name, 'cpu'));
  expect(ours.filter((name) => !ran.has(name) && !(name in ELSEWHERE))).toEqual([]);
});
