import * as tf from '@tensorflow/tfjs-core';
import type { CellTokens, TokenGroup } from '../../envs/tokens.ts';
import { Linear } from './layers.ts';
import type { Parameters } from './parameters.ts';
import { GAIN, type Pooled } from './pooling.ts';

/** F, numbers that a neighbourhood becomes. */
const FILTERS = 16;

/**
 * Cells of a grid of quantities, each seen together with those around it: what is next to what is learned once, for all
 * places. Heads then look at the n cells by a softmax each, and take in what is where.
 *
 *   h_i    = gelu(x_i W + b), x_i the numbers of cell i and of its neighbours, 0 beyond the edges
 *   w      = softmax over i of GAIN h_i K
 *   output = gelu([n w_1 h_1, …, n w_n h_n] V + c), of each head
 *
 * With equal weights, as at first, this is a convolution and the dense layer after it.
 */
export class Neighbourhoods {
  readonly #group: CellTokens;
  readonly #around: Int32Array;
  readonly #local: Linear;
  /** [F, H] */
  readonly #keys: tf.Tensor2D;
  readonly #heads: Linear[];

  /** @param reach how many cells around a cell belong to its neighbourhood, in each direction; at least 1 */
  constructor(
    parameters: Parameters,
    group: CellTokens,
    { width: C, heads: H, reach }: { width: number; heads: number; reach: number },
  ) {
    const name = group.name ? `encoder.${group.name}` : 'encoder';
    const { tokens, channels } = group;
    this.#group = group;
    this.#around = neighbours(group, reach);
    const inputs = (this.#around.length / tokens) * channels;
    this.#local = new Linear(parameters, `${name}.local`, [inputs, FILTERS], Math.SQRT2);
    this.#keys = parameters.normal(`${name}.keys`, [FILTERS, H], 0) as unknown as tf.Tensor2D;
    for (const matrix of ['local.weight', 'keys']) parameters.use(`${name}.${matrix}`, tokens);
    this.#heads = Array.from(
      { length: H },
      (_, h) => new Linear(parameters, `${name}.places.${h}`, [tokens * FILTERS, C / H], Math.SQRT2),
    );
  }

  /** @param observations [N, size] */
  apply(observations: tf.Tensor2D): Pooled {
    const { tokens } = this.#group;
    const N = observations.shape[0];
    const local = this.#local.applyGeluToConstant(this.#gathered(observations)); // [N * tokens, F]
    const scores = tf.reshape(tf.mul(tf.matMul(local, this.#keys), GAIN), [N, tokens, this.#heads.length]);
    const weights = tf.softmax(tf.transpose(scores, [0, 2, 1])) as tf.Tensor3D; // [N, H, tokens]
    const counted = tf.mul(weights, tokens);
    // TFJS has no gradient of unstacking one.
    const factors = this.#heads.length === 1 ? [counted] : tf.unstack(counted, 1);
    const seen = this.#heads.map((head, h) => {
      const weighted = tf.mul(local, tf.reshape(factors[h] as tf.Tensor, [N * tokens, 1]));
      return head.applyGelu(tf.reshape(weighted, [N, tokens * FILTERS]) as tf.Tensor2D);
    });
    return { output: tf.concat(seen, 1) as tf.Tensor2D, weights };
  }

  /** [N, size] to [N * tokens, cells of a neighbourhood * channels] */
  #gathered(observations: tf.Tensor2D): tf.Tensor2D {
    const { offset, tokens, channels, scale } = this.#group;
    const N = observations.shape[0];
    const flat = tf.slice(observations, [0, offset], [N, tokens * channels]);
    const scaled = scale === null || scale === 1 ? flat : tf.mul(flat, scale);
    const cells = tf.reshape(tf.concat([scaled, tf.zeros([N, channels])], 1), [N, tokens + 1, channels]);
    const around = tf.gather(cells, tf.tensor1d(this.#around, 'int32'), 1);
    return tf.reshape(around, [N * tokens, (this.#around.length / tokens) * channels]) as tf.Tensor2D;
  }
}

/** The one grid of quantities there is. @throws RangeError where an observation is, or has, anything else */
export function onlyGrid(groups: readonly TokenGroup[]): CellTokens {
  const [first] = groups;
  if (groups.length === 1 && first?.kind === 'cells' && !first.categories) return first;
  const found = groups.map(({ name, kind }) => (name ? `${name} (${kind})` : kind)).join(', ');
  const which = groups.length === 1 && first?.kind === 'cells' ? 'a grid of categories' : found;
  throw new RangeError(
    `reach works on observations that are one grid of quantities, and here there is ${which}: set reach to 0`,
  );
}

/** Numbers of the cells around each cell, row by row, itself among them; beyond the edges, the number after the last. */
function neighbours({ shape: [rows, columns], tokens }: CellTokens, reach: number): Int32Array {
  const offsets = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
  return Int32Array.from(
    Array.from({ length: tokens }, (_, i) => [Math.floor(i / columns), i % columns] as const).flatMap(([row, column]) =>
      offsets.flatMap((down) =>
        offsets.map((right) => {
          const [y, x] = [row + down, column + right];
          return y >= 0 && y < rows && x >= 0 && x < columns ? y * columns + x : tokens;
        }),
      ),
    ),
  );
}
