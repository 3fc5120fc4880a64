import * as tf from '@tensorflow/tfjs-core';
import type { PatchTokens } from '../../envs/tokens.ts';
import { gelu, Linear } from './layers.ts';
import type { Parameters } from './parameters.ts';
import type { MadeTokens } from './pooling.ts';

/**
 * Squares of an image as tokens: the same map of the pixels for all of them, and what is added for the place.
 *
 *   h_i = gelu(x_i W + b + p_i),  v_i = h_i / sqrt(tokens),  l_i = h_i K / sqrt(C)
 */
export class Patches {
  readonly #group: PatchTokens;
  readonly #pixels: Linear;
  readonly #keys: tf.Tensor2D;
  /** [tokens, C] */
  readonly #places: tf.Tensor2D;

  constructor(parameters: Parameters, group: PatchTokens, { width: C, heads: H }: { width: number; heads: number }) {
    const name = group.name ? `encoder.${group.name}` : 'encoder';
    const { side, channels, tokens } = group;
    this.#group = group;
    this.#pixels = new Linear(parameters, `${name}.pixels`, [side * side * channels, C], Math.SQRT2);
    this.#places = parameters.normal(`${name}.places`, [tokens, C], 1) as unknown as tf.Tensor2D;
    this.#keys = parameters.normal(`${name}.keys`, [C, H], 0) as unknown as tf.Tensor2D;
    for (const matrix of ['pixels.weight', 'keys']) parameters.use(`${name}.${matrix}`, tokens);
  }

  /** @param observations [N, size] */
  apply(observations: tf.Tensor2D): MadeTokens {
    const { tokens } = this.#group;
    const N = observations.shape[0];
    const pixels = this.#pixels.apply(this.#squares(observations)); // [N * tokens, C]
    const C = pixels.shape[1];
    const placed = tf.add(tf.reshape(pixels, [N, tokens, C]), tf.reshape(this.#places, [1, tokens, C]));
    const hidden = gelu(tf.reshape(placed, [N * tokens, C]) as tf.Tensor2D);
    const values = tf.mul(hidden, 1 / Math.sqrt(tokens)) as tf.Tensor2D;
    return { values, logits: tf.mul(tf.matMul(hidden, this.#keys), 1 / Math.sqrt(C)) as tf.Tensor2D };
  }

  /** [N, size] to [N * tokens, side * side * channels]; beyond the edges there is 0. */
  #squares(observations: tf.Tensor2D): tf.Tensor2D {
    const { offset, size, pixels, shape, side, channels, scale } = this.#group;
    const N = observations.shape[0];
    const [first, second] = pixels;
    const flat = tf.slice(observations, [0, offset], [N, size]);
    const image = tf.reshape(scale === null ? flat : tf.mul(flat, scale), [N, first, second, channels]);
    const missing = [shape[0] * side - first, shape[1] * side - second] as const;
    const whole =
      missing[0] || missing[1]
        ? tf.pad(image, [
            [0, 0],
            [0, missing[0]],
            [0, missing[1]],
            [0, 0],
          ])
        : image;
    const squares = tf.transpose(tf.reshape(whole, [N, shape[0], side, shape[1], side * channels]), [0, 1, 3, 2, 4]);
    return tf.reshape(squares, [N * shape[0] * shape[1], side * side * channels]) as tf.Tensor2D;
  }
}
