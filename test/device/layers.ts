import * as tf from '@tensorflow/tfjs-core';
import { encoderFor } from '../../agents/model/encoder.ts';
import { Gru } from '../../agents/model/gru.ts';
import { headFor } from '../../agents/model/heads.ts';
import { layerNorm, linear, linearGelu } from '../../agents/model/layers.ts';
import { Parameters } from '../../agents/model/parameters.ts';
import { Transformer } from '../../agents/model/transformer.ts';
import { Adam } from '../../agents/optimizer.ts';
import { Generator } from '../../envs/random.ts';
import {
  Box,
  Dict,
  Discrete,
  flatSize,
  flatten,
  MultiBinary,
  MultiDiscrete,
  type Space,
  Text,
} from '../../envs/spaces.ts';
import { tokensOf } from '../../envs/tokens.ts';
import { WordNumbers } from '../../envs/words.ts';
import { numbers } from './compare.ts';

// What a device computes with kernels of its own, and another one with TFJS's operations: it has to be the same.

/** What `layer` puts out, and its gradients for all inputs. */
export function withGradients(layer: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): tf.Tensor[] {
  const output = layer(...inputs);
  const weighted = (...xs: tf.Tensor[]): tf.Tensor => tf.sum(tf.mul(layer(...xs), numbers(output.shape, 9)));
  return [output, ...tf.grads(weighted)(inputs)];
}

export const LAYERS: Record<string, (rows: number, n: number, m: number) => tf.Tensor[]> = {
  'a linear layer': (rows, n, m) =>
    withGradients(
      (x, weight, bias) => linear(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D),
      [numbers([rows, n]), numbers([n, m], 2), numbers([m], 3)],
    ),
  'layer normalisation': (rows, n) =>
    withGradients(
      (x, scale, shift) => layerNorm(x as tf.Tensor2D, scale as tf.Tensor1D, shift as tf.Tensor1D),
      [numbers([rows, n + 2]), numbers([n + 2], 2), numbers([n + 2], 3)],
    ),
  'a linear layer with GELU': (rows, n, m) =>
    withGradients(
      (x, weight, bias) => linearGelu(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D),
      [numbers([rows, n]), numbers([n, m], 2), numbers([m], 3)],
    ),
  'a GRU': (rows, n, m) => gru(Math.ceil(rows / 3), 1 + (m % 5), n),
  'a categorical head': (rows, n, m) => scores(rows, n + 1, null).concat(scores(rows, n + 1, m)),
};

/** Log-probabilities and entropies, and the gradient; with a mask where `every` says which actions are impossible. */
function scores(rows: number, n: number, every: number | null): tf.Tensor[] {
  const head = headFor(new Discrete(n), new Parameters(new Generator(0)), { initialLogStd: 0 });
  const random = new Generator(rows);
  const actions = tf.tensor2d(
    Float32Array.from({ length: rows }, () => random.integers(n)),
    [rows, 1],
  );
  const possible = Float32Array.from({ length: rows * n }, (_, i) => Number(i % n === 0 || i % (every ?? 1) !== 0));
  const masks = every === null ? null : tf.tensor2d(possible, [rows, n]);
  return withGradients(
    (logits) => {
      const { logProbs, entropies } = head.score(logits as tf.Tensor2D, actions, masks);
      // What is impossible has a log-probability of no use: a bound keeps it from drowning the rest.
      return tf.concat([tf.maximum(logProbs, -100), entropies]);
    },
    [tf.mul(numbers([rows, n]), 2)],
  );
}

/** States, what is remembered, and gradients of two layers for N sequences of T steps, of which some start episodes. */
function gru(N: number, T: number, C: number): tf.Tensor[] {
  const random = new Generator(N);
  const parameters = new Parameters(random);
  const trunk = new Gru(parameters, { width: C, layers: 2 });
  const starts = Uint8Array.from({ length: N * T }, () => Number(random.random() < 0.3));
  const cache = { tensors: [numbers([N, C], 50), numbers([N, C], 51)], lengths: new Int32Array(N) };
  const run = (steps: tf.Tensor, remember: boolean): ReturnType<Gru['run']> =>
    trunk.run({ steps: steps as tf.Tensor2D, starts, cache }, { attention: false, remember });
  const steps = numbers([N * T, C], 7);
  const { features, cache: next } = run(steps, true);
  const loss = (x: tf.Tensor): tf.Scalar => tf.sum(tf.mul(run(x, false).features, numbers([N * T, C], 8)));
  const { grads } = tf.variableGrads(() => loss(steps), parameters.variables);
  const gradients = parameters.variables.map(({ name }) => grads[name] as tf.Tensor);
  const dSteps = tf.grad(loss)(steps);
  parameters.dispose();
  return [features, ...next.tensors, dSteps, ...gradients];
}

export interface TransformerShape {
  N: number;
  T: number;
  heads: number;
  half: number;
  context: number;
  seed: number;
  gating?: 'none' | 'gru';
}

/** A Transformer's outputs, caches and gradients for sequences whose episodes end anywhere. */
export function transformer({ N, T, heads, half, context, seed, gating = 'none' }: TransformerShape): tf.Tensor[] {
  const random = new Generator(seed);
  const C = 2 * half * heads;
  const parameters = new Parameters(random);
  const trunk = new Transformer(parameters, { width: C, layers: 2, heads, context, feedForward: 2, gating });
  const starts = Uint8Array.from({ length: N * T }, () => Number(random.random() < 0.2));
  const lengths = Int32Array.from({ length: N }, () => Math.floor(random.random() * (context + 1)));
  const cache = { tensors: trunk.cacheShapes.map((shape, i) => numbers([N, ...shape], 50 + i)), lengths };
  const run = (steps: tf.Tensor, remember = false): ReturnType<Transformer['run']> =>
    trunk.run({ steps: steps as tf.Tensor2D, starts, cache }, { attention: false, remember });
  const steps = numbers([N * T, C], 7);
  const { features, cache: next } = run(steps, true);
  const loss = (): tf.Scalar => tf.sum(tf.mul(run(steps).features, numbers([N * T, C], 8)));
  const { grads } = tf.variableGrads(loss, parameters.variables);
  const dSteps = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(run(x).features, numbers([N * T, C], 8))))(steps);
  const outputs = [
    features,
    ...next.tensors,
    dSteps,
    ...parameters.variables.map(({ name }) => grads[name] as tf.Tensor),
  ];
  trunk.dispose();
  parameters.dispose();
  return outputs;
}

const GRID = new Box({
  low: 0,
  high: 4,
  shape: [3, 5, 3],
  dtype: 'int32',
  tokens: 'cell',
  categories: [4, 1, 3],
  axes: 'xy',
});
const PLANES = new Box({ low: 0, high: 2, shape: [4, 3, 5], tokens: 'cell' });
const IMAGE = new Box({ low: 0, high: 255, shape: [18, 17, 3], dtype: 'uint8' });
const MISSION = new Text(25, { words: ['red', 'a', 'green'] });

/** Spaces of each kind of token, and of several. */
export const TOKEN_SPACES: Record<string, Space> = {
  'a grid of categories': GRID,
  'a grid of quantities': PLANES,
  'an image': IMAGE,
  'a text': MISSION,
  categories: new MultiDiscrete([3, 1, 7]),
  'all kinds': new Dict({
    numbers: new Box({ low: -Infinity, high: Infinity, shape: [7] }),
    GRID,
    mission: MISSION,
    bits: new MultiBinary(5),
    PLANES,
    left: IMAGE,
    what: new Discrete(4),
    right: IMAGE,
  }),
};

/** Observations as a policy takes them: drawn from the space, and words by number; some texts are empty. */
export function observationsOf(space: Space, N: number, random: Generator): tf.Tensor2D {
  const size = flatSize(space);
  const flat = new Float32Array(N * size);
  for (let n = 0; n < N; n++) flatten(space, space.sample(random), flat, n * size);
  for (const group of tokensOf(space)) if (group.kind === 'words') new WordNumbers(group).apply(flat, size);
  return tf.tensor2d(flat, [N, size]);
}

/** Attention starts where all weights are equal: away from there. */
export function moveFromZero(parameters: Parameters): void {
  parameters.variables.forEach((variable, i) => {
    variable.assign(tf.add(variable, tf.mul(numbers(variable.shape, i), 0.05)));
  });
}

/** What an encoder makes of observations, where it looked, and its gradients. */
export function encoded(
  space: Space,
  { N, width, heads, reach = 0 }: { N: number; width: number; heads: number; reach?: number },
): tf.Tensor[] {
  const parameters = new Parameters(new Generator(1));
  const encoder = encoderFor(parameters, space, { width, heads, reach });
  moveFromZero(parameters);
  const observations = observationsOf(space, N, new Generator(N));
  const { steps, weights } = encoder.apply(observations);
  const loss = (): tf.Scalar => tf.sum(tf.mul(encoder.apply(observations).steps, numbers([N, width], 8)));
  const { grads } = tf.variableGrads(loss, parameters.variables);
  const outputs = [steps, weights as tf.Tensor, ...parameters.variables.map(({ name }) => grads[name] as tf.Tensor)];
  parameters.dispose();
  return outputs;
}

/** Parameters after a few steps of Adam, and the norms of the gradients. */
export function trained(maxGradientNorm: number): tf.Tensor[] {
  const parameters = new Parameters(new Generator(1));
  const [a, b] = [parameters.normal('a', [5, 7], 1), parameters.normal('b', [7, 3], 1)];
  const bias = parameters.constant('bias', 3, 0.5);
  const adam = new Adam(parameters, { maxGradientNorm });
  const loss = (): tf.Scalar => {
    const hidden = linear(numbers([9, 5]) as tf.Tensor2D, a as unknown as tf.Tensor2D, tf.zeros([7]));
    return tf.mean(tf.square(linear(hidden, b as unknown as tf.Tensor2D, bias as unknown as tf.Tensor1D)));
  };
  const norms = Array.from({ length: 5 }, () => adam.minimize(loss, 0.01));
  const outputs = [...norms, ...parameters.variables.map((variable) => tf.clone(variable))];
  adam.dispose();
  parameters.dispose();
  return outputs;
}
