import * as tf from '@tensorflow/tfjs-core';
import { generalisedAdvantages } from './algorithms/advantages.ts';
import type { Cache } from './model/trunk.ts';

export interface RolloutShape {
  /** B environments. */
  environments: number;
  /** T steps of each. */
  steps: number;
  /** L steps of a sequence, the unit of learning; divides T. */
  sequenceSteps: number;
  observationSize: number;
  actionSize: number;
  /** 0 without action masks. */
  maskSize: number;
}

/** Sequences drawn from a rollout, as a loss takes them: N sequences of L steps. */
export interface Minibatch {
  /** [N * L, observationSize] */
  observations: tf.Tensor2D;
  /** [N * L] */
  starts: Uint8Array;
  cache: Cache;
  /** [N * L, actionSize] */
  actions: tf.Tensor2D;
  /** [N * L, maskSize] */
  masks: tf.Tensor2D | null;
  /** [N * L] each */
  logProbs: tf.Tensor1D;
  values: tf.Tensor1D;
  advantages: tf.Tensor1D;
  returns: tf.Tensor1D;
}

/**
 * What B environments did in T steps, cut into sequences of L steps.
 *
 * Each sequence keeps the cache that acting had when it started, so that learning sees exactly the past that acting
 * saw. Step t of environment b is row (segment * B + b) * L + t % L, with segment = floor(t / L): a sequence's steps
 * are neighbours.
 */
export class Rollout {
  readonly shape: RolloutShape;
  readonly observations: Float32Array;
  readonly actions: Float32Array;
  readonly masks: Uint8Array;
  readonly starts: Uint8Array;
  readonly logProbs: Float32Array;
  readonly values: Float32Array;
  readonly rewards: Float32Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  /** Value of the state that a truncated or last step led to; `finish` fills in the rest. */
  readonly nextValues: Float32Array;
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
  readonly #caches: Cache[] = [];

  constructor(shape: RolloutShape) {
    const { environments, steps, sequenceSteps, observationSize, actionSize, maskSize } = shape;
    if (steps % sequenceSteps)
      throw new RangeError(`Rollout: ${steps} steps cannot be cut into sequences of ${sequenceSteps}`);
    this.shape = shape;
    const rows = environments * steps;
    this.observations = new Float32Array(rows * observationSize);
    this.actions = new Float32Array(rows * actionSize);
    this.masks = new Uint8Array(rows * maskSize);
    this.starts = new Uint8Array(rows);
    this.logProbs = new Float32Array(rows);
    this.values = new Float32Array(rows);
    this.rewards = new Float32Array(rows);
    this.terminated = new Uint8Array(rows);
    this.truncated = new Uint8Array(rows);
    this.nextValues = new Float32Array(rows);
    this.advantages = new Float32Array(rows);
    this.returns = new Float32Array(rows);
  }

  get rows(): number {
    return this.starts.length;
  }

  get sequences(): number {
    return this.rows / this.shape.sequenceSteps;
  }

  /** Row of step `t` of environment `b`. */
  row(t: number, b: number): number {
    const { environments: B, sequenceSteps: L } = this.shape;
    return (Math.floor(t / L) * B + b) * L + (t % L);
  }

  /** Keeps the cache with which step `t` is about to be taken, where a sequence starts; it stays the caller's to dispose. */
  keepCache(t: number, { tensors, lengths }: Cache): void {
    if (t % this.shape.sequenceSteps) return;
    this.#caches[t / this.shape.sequenceSteps] = {
      tensors: tensors.map((tensor) => tf.clone(tensor)),
      lengths: lengths.slice(),
    };
  }

  /**
   * Advantages and returns of all steps, once all are there.
   *
   * @param lastValues [B] value of the state after the last step, where the episode goes on
   */
  finish(lastValues: ArrayLike<number>, { gamma, lambda }: { gamma: number; lambda: number }): void {
    const { environments: B, steps: T, sequenceSteps: L } = this.shape;
    const { rewards, values, nextValues, terminated, truncated, advantages, returns } = this;
    const inputs = {
      rewards: new Float32Array(T),
      values: new Float32Array(T),
      nextValues: new Float32Array(T),
      terminated: new Uint8Array(T),
      truncated: new Uint8Array(T),
      gamma,
      lambda,
    };
    const along = new Float32Array(T);
    for (let b = 0; b < B; b++) {
      for (let t = 0; t < T; t++) {
        const row = this.row(t, b);
        if (!truncated[row]) nextValues[row] = (t + 1 < T ? values[this.row(t + 1, b)] : lastValues[b]) as number;
        inputs.rewards[t] = rewards[row] as number;
        inputs.values[t] = values[row] as number;
        inputs.nextValues[t] = nextValues[row] as number;
        inputs.terminated[t] = terminated[row] as number;
        inputs.truncated[t] = truncated[row] as number;
      }
      generalisedAdvantages(inputs, along);
      for (let t = 0; t < T; t += L) advantages.set(along.subarray(t, t + L), this.row(t, b));
    }
    for (let row = 0; row < this.rows; row++) returns[row] = (advantages[row] as number) + (values[row] as number);
  }

  /** The sequences numbered `indices`, as tensors of the current tidy. */
  minibatch(indices: Int32Array): Minibatch {
    const { sequenceSteps: L, observationSize, actionSize, maskSize } = this.shape;
    const rows = indices.length * L;
    const vector = (array: Float32Array): tf.Tensor1D => tf.tensor1d(pick(array, indices, L));
    return {
      observations: tf.tensor2d(pick(this.observations, indices, L * observationSize), [rows, observationSize]),
      starts: pick(this.starts, indices, L),
      cache: this.#cacheOf(indices),
      actions: tf.tensor2d(pick(this.actions, indices, L * actionSize), [rows, actionSize]),
      masks: maskSize
        ? tf.tensor2d(Float32Array.from(pick(this.masks, indices, L * maskSize)), [rows, maskSize])
        : null,
      logProbs: vector(this.logProbs),
      values: vector(this.values),
      advantages: vector(this.advantages),
      returns: vector(this.returns),
    };
  }

  /** Gives back the caches; the arrays are written anew by the next rollout. */
  clear(): void {
    for (const { tensors } of this.#caches) tf.dispose(tensors);
    this.#caches.length = 0;
  }

  #cacheOf(indices: Int32Array): Cache {
    const { tensors, lengths } = this.#wholeCache();
    const rows = tf.tensor1d(indices, 'int32');
    return {
      tensors: tensors.map((tensor) => tf.gather(tensor, rows)),
      lengths: indices.map((index) => lengths[index] as number),
    };
  }

  /** The caches of all sequences in one, in the order of the sequences. */
  #wholeCache(): Cache {
    const [first, ...others] = this.#caches as [Cache, ...Cache[]];
    if (others.length === 0) return first;
    const B = this.shape.environments;
    const lengths = new Int32Array(this.#caches.length * B);
    this.#caches.forEach((cache, segment) => lengths.set(cache.lengths, segment * B));
    const tensors = first.tensors.map((_, i) =>
      tf.keep(tf.concat(this.#caches.map(({ tensors }) => tensors[i] as tf.Tensor))),
    );
    this.clear();
    const whole = { tensors, lengths };
    this.#caches.push(whole);
    return whole;
  }
}

/** The pieces numbered `indices` of an array made of pieces of `size`. */
function pick<A extends Float32Array | Uint8Array>(array: A, indices: Int32Array, size: number): A {
  const picked = new (array.constructor as new (length: number) => A)(indices.length * size);
  indices.forEach((index, i) => picked.set(array.subarray(index * size, (index + 1) * size), i * size));
  return picked;
}
