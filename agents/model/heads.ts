import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../../envs/random.ts';
import { type Box, describeSpace, type Space } from '../../envs/spaces.ts';
import { MASKED } from './attention.ts';
import { fused, type Kernel } from './fused.ts';
import type { Parameters } from './parameters.ts';

/**
 * From the numbers that a policy puts out to a distribution over actions, twice: on plain numbers to act, one row at a
 * time, and on tensors to learn. Tests hold the two together.
 */
export interface Head {
  /** P: numbers that the network must put out for each step. */
  readonly inputs: number;
  /** A: numbers in the flat form of an action. */
  readonly actionSize: number;
  /** M: numbers in an action mask; 0 where the space has none. */
  readonly maskSize: number;
  /** From what the network puts out, [rows, P], to the parameters of the distributions, [rows, outputs]. */
  finish(raw: tf.Tensor2D): tf.Tensor2D;
  /** Draws an action into `action`; its log-probability is returned. */
  sample(output: Float32Array, mask: Uint8Array | null, random: Generator, action: Float32Array): number;
  /** The likeliest action, into `action`. */
  mode(output: Float32Array, mask: Uint8Array | null, action: Float32Array): void;
  /** What a viewer shows: probabilities, or means and then standard deviations. */
  describe(output: Float32Array, mask: Uint8Array | null): Float32Array;
  /** The action that the environment gets for an action drawn, in place. */
  toEnvironment(action: Float32Array): void;
  /** The action that the policy would have drawn for one that the environment got, in place. */
  fromEnvironment(action: Float32Array): void;
  /** What the distributions say of actions drawn, [rows, A]. */
  score(outputs: tf.Tensor2D, actions: tf.Tensor2D, masks: tf.Tensor2D | null): Score;
}

export interface Score {
  /** [rows] log-probability of the action. */
  logProbs: tf.Tensor1D;
  /** [rows] of the distribution. */
  entropies: tf.Tensor1D;
}

/** @throws RangeError for a space that no policy can act in */
export function headFor(space: Space, parameters: Parameters, { initialLogStd }: { initialLogStd: number }): Head {
  switch (space.kind) {
    case 'discrete':
      return new Categorical([space.n]);
    case 'multiDiscrete':
      return new Categorical(space.n);
    case 'multiBinary':
      return new Bernoulli(space.n);
    case 'box':
      return new Gaussian(space, parameters, initialLogStd);
    case 'text':
    case 'tuple':
    case 'dict':
      throw new RangeError(
        `${describeSpace(space)} cannot be an action space: wanted Discrete, MultiDiscrete, MultiBinary or Box`,
      );
    default:
      return space satisfies never;
  }
}

/** One or several independent categorical distributions, each over its own slice of the logits. */
class Categorical implements Head {
  readonly inputs: number;
  readonly actionSize: number;
  readonly maskSize: number;
  readonly #sizes: readonly number[];
  readonly #offsets: number[];

  constructor(sizes: readonly number[]) {
    this.#sizes = sizes;
    this.#offsets = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, n) => sum + n, 0));
    this.inputs = sizes.reduce((sum, n) => sum + n, 0);
    this.actionSize = sizes.length;
    this.maskSize = this.inputs;
  }

  finish(raw: tf.Tensor2D): tf.Tensor2D {
    return raw;
  }

  sample(logits: Float32Array, mask: Uint8Array | null, random: Generator, action: Float32Array): number {
    const probabilities = this.describe(logits, mask);
    let logProb = 0;
    this.#sizes.forEach((n, part) => {
      const offset = this.#offsets[part] as number;
      const choice = draw(probabilities, offset, n, random.random());
      action[part] = choice;
      logProb += Math.log(probabilities[offset + choice] as number);
    });
    return logProb;
  }

  mode(logits: Float32Array, mask: Uint8Array | null, action: Float32Array): void {
    const probabilities = this.describe(logits, mask);
    this.#sizes.forEach((n, part) => {
      const offset = this.#offsets[part] as number;
      const slice = probabilities.subarray(offset, offset + n);
      action[part] = slice.indexOf(Math.max(...slice));
    });
  }

  describe(logits: Float32Array, mask: Uint8Array | null): Float32Array {
    const probabilities = new Float32Array(this.inputs);
    this.#sizes.forEach((n, part) => softmax(logits, mask, this.#offsets[part] as number, n, probabilities));
    return probabilities;
  }

  toEnvironment(): void {}

  fromEnvironment(): void {}

  score(logits: tf.Tensor2D, actions: tf.Tensor2D, masks: tf.Tensor2D | null): Score {
    const rows = logits.shape[0];
    const parts = this.#sizes.map((n, part) => {
      if (this.#sizes.length === 1) return scoreCategorical(logits, actions, masks);
      const offset = this.#offsets[part] as number;
      const slice = (x: tf.Tensor2D): tf.Tensor2D => tf.slice(x, [0, offset], [rows, n]);
      return scoreCategorical(slice(logits), tf.slice(actions, [0, part], [rows, 1]), masks && slice(masks));
    });
    return {
      logProbs: sumParts(parts.map(({ logProbs }) => logProbs)),
      entropies: sumParts(parts.map(({ entropies }) => entropies)),
    };
  }
}

/** Of one categorical distribution: logits and masks [rows, n], actions [rows, 1]. */
export function scoreCategorical(logits: tf.Tensor2D, actions: tf.Tensor2D, masks: tf.Tensor2D | null): Score {
  const kernel = fused('Categorical');
  if (kernel) return fusedScore(kernel, logits, actions, masks);
  const [rows, n] = logits.shape;
  const possible: tf.Tensor2D = masks ? tf.add(logits, tf.mul(tf.sub(1, masks), MASKED)) : logits;
  const logProbs = tf.logSoftmax(possible);
  const action = tf.cast(tf.reshape(actions, [rows]), 'int32') as tf.Tensor1D;
  return {
    logProbs: tf.sum(tf.mul(logProbs, tf.cast(tf.oneHot(action, n), 'float32')), 1),
    entropies: tf.neg(tf.sum(tf.mul(tf.exp(logProbs), logProbs), 1)),
  };
}

/** Both in one tensor, [2, rows], since a custom gradient has one output. */
function fusedScore(kernel: Kernel, logits: tf.Tensor2D, actions: tf.Tensor2D, masks: tf.Tensor2D | null): Score {
  const apply = tf.customGrad((logits, save) => {
    const inputs = { logits: logits as tf.Tensor, actions, ...(masks && { masks }) };
    const [value, logSoftmax] = kernel(inputs) as [tf.Tensor, tf.Tensor];
    (save as tf.GradSaveFunc)([value, logSoftmax, actions]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [score, logSoftmax, actions] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      return (fused('CategoricalGradient') as Kernel)({ score, logSoftmax, actions, dy });
    };
    return { value, gradFunc };
  });
  const [logProbs, entropies] = tf.unstack(apply(logits)) as [tf.Tensor1D, tf.Tensor1D];
  return { logProbs, entropies };
}

/** `n` independent switches; each output is the logit of a 1. */
class Bernoulli implements Head {
  readonly inputs: number;
  readonly actionSize: number;
  readonly maskSize = 0;

  constructor(n: number) {
    this.inputs = n;
    this.actionSize = n;
  }

  finish(raw: tf.Tensor2D): tf.Tensor2D {
    return raw;
  }

  sample(logits: Float32Array, _mask: null, random: Generator, action: Float32Array): number {
    let logProb = 0;
    for (let i = 0; i < this.inputs; i++) {
      const logit = logits[i] as number;
      const bit = random.random() < sigmoid(logit) ? 1 : 0;
      action[i] = bit;
      logProb += logSigmoid(bit ? logit : -logit);
    }
    return logProb;
  }

  mode(logits: Float32Array, _mask: null, action: Float32Array): void {
    for (let i = 0; i < this.inputs; i++) action[i] = (logits[i] as number) > 0 ? 1 : 0;
  }

  describe(logits: Float32Array): Float32Array {
    return logits.map(sigmoid);
  }

  toEnvironment(): void {}

  fromEnvironment(): void {}

  score(logits: tf.Tensor2D, actions: tf.Tensor2D): Score {
    // log sigmoid(x) of a 1, log sigmoid(-x) of a 0
    const sign = tf.sub(tf.mul(actions, 2), 1);
    const on = tf.sigmoid(logits);
    const surprise = tf.add(
      tf.mul(on, logSigmoidTensor(logits)),
      tf.mul(tf.sub(1, on), logSigmoidTensor(tf.neg(logits))),
    );
    return {
      logProbs: tf.sum(logSigmoidTensor(tf.mul(logits, sign)), 1),
      entropies: tf.neg(tf.sum(surprise, 1)),
    };
  }
}

const LOG_SQRT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * Independent normal distributions with a learned standard deviation that does not depend on the observation.
 *
 * Where a component is bounded on both sides, the policy works in units in which the bounds are -1 and 1, whatever the
 * environment's are. What it draws beyond its bounds is clipped for the environment only.
 */
class Gaussian implements Head {
  readonly inputs: number;
  readonly actionSize: number;
  readonly maskSize = 0;
  readonly #logStd: tf.Variable<tf.Rank.R1>;
  readonly #centre: Float32Array;
  readonly #scale: Float32Array;
  readonly #space: Box;

  constructor(space: Box, parameters: Parameters, initialLogStd: number) {
    this.#space = space;
    this.inputs = space.size;
    this.actionSize = space.size;
    const bounded = (i: number): boolean => Number.isFinite(space.low[i]) && Number.isFinite(space.high[i]);
    this.#centre = space.low.map((low, i) => (bounded(i) ? (low + (space.high[i] as number)) / 2 : 0));
    this.#scale = space.low.map((low, i) => (bounded(i) ? ((space.high[i] as number) - low) / 2 : 1));
    this.#logStd = parameters.constant('head.logStd', space.size, initialLogStd);
  }

  /** [rows, A] means to [rows, 2A] means and log standard deviations. */
  finish(means: tf.Tensor2D): tf.Tensor2D {
    return tf.concat([means, tf.add(tf.zerosLike(means), this.#logStd)], 1);
  }

  sample(output: Float32Array, _mask: null, random: Generator, action: Float32Array): number {
    let logProb = 0;
    for (let i = 0; i < this.inputs; i++) {
      const logStd = output[this.inputs + i] as number;
      const noise = random.standardNormal();
      action[i] = (output[i] as number) + Math.exp(logStd) * noise;
      logProb -= 0.5 * noise * noise + logStd + LOG_SQRT_TWO_PI;
    }
    return logProb;
  }

  mode(output: Float32Array, _mask: null, action: Float32Array): void {
    action.set(output.subarray(0, this.inputs));
  }

  /** In the environment's units. */
  describe(output: Float32Array): Float32Array {
    const A = this.inputs;
    return Float32Array.from({ length: 2 * A }, (_, i) =>
      i < A
        ? (this.#centre[i] as number) + (this.#scale[i] as number) * (output[i] as number)
        : (this.#scale[i - A] as number) * Math.exp(output[i] as number),
    );
  }

  toEnvironment(action: Float32Array): void {
    const { low, high } = this.#space;
    for (let i = 0; i < this.inputs; i++) {
      const wanted = (this.#centre[i] as number) + (this.#scale[i] as number) * (action[i] as number);
      action[i] = Math.min(Math.max(wanted, low[i] as number), high[i] as number);
    }
  }

  fromEnvironment(action: Float32Array): void {
    for (let i = 0; i < this.inputs; i++) {
      const scale = this.#scale[i] as number;
      // Of a component that can have one value alone, any would have been drawn.
      action[i] = scale > 0 ? ((action[i] as number) - (this.#centre[i] as number)) / scale : 0;
    }
  }

  score(outputs: tf.Tensor2D, actions: tf.Tensor2D): Score {
    const [means, logStd] = this.#split(outputs);
    const standardised = tf.div(tf.sub(actions, means), tf.exp(logStd));
    const density = tf.add(tf.add(tf.mul(tf.square(standardised), 0.5), logStd), LOG_SQRT_TWO_PI);
    return {
      logProbs: tf.neg(tf.sum(density, 1)),
      entropies: tf.sum(tf.add(logStd, LOG_SQRT_TWO_PI + 0.5), 1),
    };
  }

  #split(outputs: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] {
    return tf.split(outputs, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  }
}

function sumParts(parts: tf.Tensor[]): tf.Tensor1D {
  return parts.reduce((sum, part) => tf.add(sum, part)) as tf.Tensor1D;
}

/** Index of the slice in which `fraction` of its probability is reached. */
function draw(probabilities: Float32Array, offset: number, n: number, fraction: number): number {
  let rest = fraction;
  let last = 0;
  for (let i = 0; i < n; i++) {
    const probability = probabilities[offset + i] as number;
    if (probability === 0) continue;
    last = i;
    rest -= probability;
    if (rest < 0) return i;
  }
  return last; // rounding left a remainder
}

function softmax(logits: Float32Array, mask: Uint8Array | null, offset: number, n: number, out: Float32Array): void {
  let max = -Infinity;
  for (let i = offset; i < offset + n; i++) if (!mask || mask[i]) max = Math.max(max, logits[i] as number);
  let sum = 0;
  for (let i = offset; i < offset + n; i++) {
    const weight = !mask || mask[i] ? Math.exp((logits[i] as number) - max) : 0;
    out[i] = weight;
    sum += weight;
  }
  for (let i = offset; i < offset + n; i++) out[i] = (out[i] as number) / sum;
}

/** Not TFJS's own, whose gradient reads a tensor that the WASM backend has given back by then. */
function logSigmoidTensor(x: tf.Tensor): tf.Tensor {
  return tf.neg(tf.softplus(tf.neg(x)));
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const logSigmoid = (x: number): number => (x < 0 ? x - Math.log1p(Math.exp(x)) : -Math.log1p(Math.exp(-x)));
