import * as tf from '@tensorflow/tfjs-core';
import { MASKED } from '../attention.ts';

/** Several texts as the numbers of their tokens, the shorter ones filled up with 0 at the end. */
export interface TokenBatch {
  /** [N * T] */
  ids: tf.Tensor1D;
  /** [N] tokens of each text. */
  lengths: number[];
  /** T */
  longest: number;
}

/** @param texts ids of the tokens of each text; none is empty */
export function batchOf(texts: readonly (readonly number[])[]): TokenBatch {
  const lengths = texts.map(({ length }) => length);
  const longest = Math.max(...lengths);
  const ids = new Int32Array(texts.length * longest);
  texts.forEach((text, n) => ids.set(text, n * longest));
  return { ids: tf.tensor1d(ids, 'int32'), lengths, longest };
}

/** [N, 1, 1, T]: 0 where a text has a token, `MASKED` after its end. */
export function endMask({ lengths, longest: T }: TokenBatch): tf.Tensor4D {
  const mask = new Float32Array(lengths.length * T);
  lengths.forEach((length, n) => mask.fill(MASKED, n * T + length, (n + 1) * T));
  return tf.tensor4d(mask, [lengths.length, 1, 1, T]);
}

/** [N, 1, T, T]: each token sees itself and those before it. */
export function causalMask({ lengths, longest: T }: TokenBatch): tf.Tensor4D {
  const mask = new Float32Array(T * T);
  for (let t = 0; t < T; t++) mask.fill(MASKED, t * T + t + 1, (t + 1) * T);
  return tf.tile(tf.tensor4d(mask, [1, 1, T, T]), [lengths.length, 1, 1, 1]);
}

/**
 * The mean of each text's vectors, without what fills it up.
 *
 * @param hidden [N * T, C]
 * @returns      [N, C]
 */
export function meanOfTexts(hidden: tf.Tensor2D, { lengths, longest: T }: TokenBatch): tf.Tensor2D {
  const shares = new Float32Array(lengths.length * T);
  lengths.forEach((length, n) => shares.fill(1 / length, n * T, n * T + length));
  const byText = tf.reshape(hidden, [lengths.length, T, -1]);
  return tf.sum(tf.mul(byText, tf.tensor3d(shares, [lengths.length, T, 1])), 1) as tf.Tensor2D;
}

/**
 * The vector of each text at one of its tokens.
 *
 * @param at [N]
 */
export function atToken(hidden: tf.Tensor2D, { longest: T }: TokenBatch, at: readonly number[]): tf.Tensor2D {
  const rows = at.map((token, n) => n * T + token);
  return tf.gather(hidden, tf.tensor1d(rows, 'int32'));
}
