import * as tf from '@tensorflow/tfjs-core';
import type { PatchTokens, WaveformTokens } from '../../envs/tokens.ts';
import { gelu, Linear } from './layers.ts';
import type { Parameters } from './parameters.ts';
import type { MadeTokens } from './pooling.ts';

/**
 * Squares of an image, or stretches of a waveform, as tokens: the same map of the numbers for all of them, and what is
 * added for the place.
 *
 *   h_i = gelu(x_i W + b + p_i),  v_i = h_i / sqrt(tokens),  l_i = h_i K / sqrt(C)
 */
export class Patches {
  readonly #group: PatchTokens | WaveformTokens;
  readonly #numbers: Linear;
  readonly #keys: tf.Tensor2D;
  /** [tokens, C] */
  readonly #places: tf.Tensor2D;

  constructor(
    parameters: Parameters,
    group: PatchTokens | WaveformTokens,
    { width: C, heads: H }: { width: number; heads: number },
  ) {
    const name = group.name ? `encoder.${group.name}` : 'encoder';
    const { channels, tokens } = group;
    this.#group = group;
    const [part, numbers] =
      group.kind === 'patches' ? ['pixels', group.side ** 2 * channels] : ['samples', group.length * channels];
    this.#numbers = new Linear(parameters, `${name}.${part}`, [numbers as number, C], Math.SQRT2);
    this.#places = parameters.normal(`${name}.places`, [tokens, C], 1) as unknown as tf.Tensor2D;
    this.#keys = parameters.normal(`${name}.keys`, [C, H], 0) as unknown as tf.Tensor2D;
    for (const matrix of ['pixels.weight', 'keys']) parameters.use(`${name}.${matrix}`, tokens);
  }

  /** @param observations [N, size] */
  apply(observations: tf.Tensor2D): MadeTokens {
    const { tokens } = this.#group;
    const N = observations.shape[0];
    const seen = this.#numbers.apply(cut(observations, this.#group)); // [N * tokens, C]
    const C = seen.shape[1];
    const placed = tf.add(tf.reshape(seen, [N, tokens, C]), tf.reshape(this.#places, [1, tokens, C]));
    const hidden = gelu(tf.reshape(placed, [N * tokens, C]) as tf.Tensor2D);
    const values = tf.mul(hidden, 1 / Math.sqrt(tokens)) as tf.Tensor2D;
    return { values, logits: tf.mul(tf.matMul(hidden, this.#keys), 1 / Math.sqrt(C)) as tf.Tensor2D };
  }
}

/** [N, size] to the numbers of each patch: [N * tokens, numbers]. */
export function cut(observations: tf.Tensor2D, group: PatchTokens | WaveformTokens): tf.Tensor2D {
  return group.kind === 'patches' ? squares(observations, group) : stretches(observations, group);
}

/** [N, size] to [N * tokens, side * side * channels]; beyond the edges there is 0. */
function squares(observations: tf.Tensor2D, group: PatchTokens): tf.Tensor2D {
  const { pixels, shape, side, channels } = group;
  const N = observations.shape[0];
  const [first, second] = pixels;
  const image = tf.reshape(numbersOf(observations, group), [N, first, second, channels]);
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
/** [N, size] to [N * tokens, length * channels]; beyond the end there is 0. */
function stretches(observations: tf.Tensor2D, group: WaveformTokens): tf.Tensor2D {
  const { size, tokens, length, channels } = group;
  const N = observations.shape[0];
  const flat = numbersOf(observations, group);
  const missing = tokens * length * channels - size;
  const whole =
    missing > 0
      ? tf.pad(flat, [
          [0, 0],
          [0, missing],
        ])
      : flat;
  return tf.reshape(whole, [N * tokens, length * channels]);
}

/** [N, size] of the group's own numbers, scaled. */
function numbersOf(observations: tf.Tensor2D, { offset, size, scale }: PatchTokens | WaveformTokens): tf.Tensor2D {
  const flat = tf.slice(observations, [0, offset], [observations.shape[0], size]);
  return scale === null ? flat : (tf.mul(flat, scale) as tf.Tensor2D);
}
