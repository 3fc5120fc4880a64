import * as tf from '@tensorflow/tfjs-core';
import { fused, type Kernel } from './fused.ts';

/** Added to the scores of what may not be seen: finite, since -Infinity makes NaN of a row that sees nothing. */
export const MASKED = -1e9;

export interface Attended {
  /** [N, H, T, D] */
  output: tf.Tensor4D;
  /** [N, H, T, S]: who looked at what, each row summing to 1. */
  weights: tf.Tensor4D;
}

/**
 * Scaled dot-product attention.
 *
 *   softmax(Q K^T / sqrt(D) + mask) V
 *
 * @param query [N, H, T, D]; D is the width of a head
 * @param key   [N, H, S, D]
 * @param value [N, H, S, D]
 * @param mask  [N, 1, T, S]: 0 where step t may look at step s, `MASKED` where not
 * @see Vaswani et al. 2017, "Attention Is All You Need", eq. 1
 */
export function attention(query: tf.Tensor4D, key: tf.Tensor4D, value: tf.Tensor4D, mask: tf.Tensor4D): Attended {
  const D = query.shape[3];
  const scores = tf.add(tf.matMul(tf.mul(query, 1 / Math.sqrt(D)), key, false, true), mask);
  const weights = tf.softmax(scores) as tf.Tensor4D;
  return { output: tf.matMul(weights, value) as tf.Tensor4D, weights };
}

/**
 * Who may look at what: step t of a sequence sees itself and at most `slots` earlier steps, all of its own episode.
 *
 * The first `slots` columns are the steps before the sequence, oldest first, of which the last `lengths[n]` belong to
 * the episode that its first step goes on with.
 *
 * @param starts  [N, T]: 1 where an episode starts
 * @param lengths [N]
 * @returns       [N, 1, T, slots + T] of 0 and `MASKED`
 */
export function episodeMask(starts: Uint8Array, lengths: Int32Array, slots: number): tf.Tensor4D {
  const N = lengths.length;
  const T = starts.length / N;
  const S = slots + T;
  const mask = new Float32Array(N * T * S).fill(MASKED);
  oldestSeen(starts, lengths, slots).forEach((oldest, row) =>
    mask.fill(0, row * S + oldest, row * S + slots + (row % T) + 1),
  );
  return tf.tensor4d(mask, [N, 1, T, S]);
}

/** [N * T] the first column of `episodeMask` that each step sees; it sees all from there to itself. */
export function oldestSeen(starts: Uint8Array, lengths: Int32Array, slots: number): Int32Array {
  const T = starts.length / lengths.length;
  const oldest = new Int32Array(starts.length);
  lengths.forEach((length, n) => {
    let first = slots - length; // the oldest column of the current episode
    for (let t = 0; t < T; t++) {
      if (starts[n * T + t]) first = slots + t;
      oldest[n * T + t] = Math.max(first, t);
    }
  });
  return oldest;
}

/** Self-attention over cached and new steps within episodes, as one kernel of the device's own. */
export interface EpisodicAttention {
  /**
   * @param projection [N * T, 3C]: query, key and value of each step, not turned yet
   * @param pastKeys   [N, H, P, D] of the steps before, not turned; no gradient goes there
   * @param pastValues [N, H, P, D]
   * @returns          output [N * T, C], and the last P keys and values of all where they are to be remembered
   */
  (
    projection: tf.Tensor2D,
    pastKeys: tf.Tensor4D,
    pastValues: tf.Tensor4D,
  ): { output: tf.Tensor2D; remembered: tf.Tensor[] };
}

/** Null where the device has no such kernel. Who may look at what is as `episodeMask` has it. */
export function episodicAttention(
  rotary: Rotary,
  starts: Uint8Array,
  { lengths }: { lengths: Int32Array },
  { slots, remember }: { slots: number; remember: boolean },
): EpisodicAttention | null {
  const kernel = fused('EpisodicAttention');
  if (!kernel) return null;
  const T = starts.length / lengths.length;
  const { cos, sin } = rotary.halves(-slots, slots + T);
  const first = tf.tensor1d(oldestSeen(starts, lengths, slots), 'int32');
  return (projection, pastKeys, pastValues) => {
    const rest = { pastKeys, pastValues, first, cos, sin };
    const attend = tf.customGrad((projection, save) => {
      (save as tf.GradSaveFunc)([projection as tf.Tensor, ...Object.values(rest)]);
      const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
        const names = ['projection', ...Object.keys(rest)];
        const inputs = Object.fromEntries(saved.map((tensor, i) => [names[i] as string, tensor]));
        return (fused('EpisodicAttentionGradient') as Kernel)({ ...inputs, dy });
      };
      return { value: kernel({ projection: projection as tf.Tensor, ...rest })[0] as tf.Tensor, gradFunc };
    });
    const output = attend(projection) as tf.Tensor2D;
    const shift = fused('EpisodicAttentionCache') as Kernel;
    return { output, remembered: remember ? shift({ projection, pastKeys, pastValues }) : [] };
  };
}

interface Table {
  cos: tf.Tensor2D;
  sin: tf.Tensor2D;
}

/**
 * Rotary positions: turns each pair of components of a key or query by an angle that grows with its position, so that
 * their product depends on how far apart they are.
 *
 *   y = x cos(p theta) + rotateHalf(x) sin(p theta),   theta_i = 10000^(-2i / D)
 *
 * @see Su et al. 2021, "RoFormer: Enhanced Transformer with Rotary Position Embedding", eq. 34
 */
export class Rotary {
  readonly #width: number;
  readonly #rotateHalf: tf.Tensor2D;
  readonly #tables = new Map<string, Table>();

  /** @param width of a head; even */
  constructor(width: number) {
    if (width % 2) throw new RangeError(`Rotary: a head is ${width} wide, wanted an even number`);
    this.#width = width;
    // x R = [-x2, x1] for x = [x1, x2]
    const half = width / 2;
    const matrix = new Float32Array(width * width);
    for (let i = 0; i < half; i++) {
      matrix[(half + i) * width + i] = -1;
      matrix[i * width + half + i] = 1;
    }
    this.#rotateHalf = tf.keep(tf.tensor2d(matrix, [width, width]));
  }

  /** @param x [N, H, T, D], of the positions `start`, `start + 1`, … */
  apply(x: tf.Tensor4D, start: number): tf.Tensor4D {
    const [N, H, T, D] = x.shape;
    const { cos, sin } = this.#table(start, T);
    const rotateHalf = this.#rotateHalf;
    const turned = (y: tf.Tensor, matrix: tf.Tensor2D): tf.Tensor =>
      tf.reshape(tf.matMul(tf.reshape(y, [N * H * T, D]) as tf.Tensor2D, matrix), [N, H, T, D]);
    const rotate = tf.customGrad((x) => ({
      value: tf.add(tf.mul(x as tf.Tensor, cos), tf.mul(turned(x as tf.Tensor, rotateHalf), sin)),
      gradFunc: (dy: tf.Tensor) => tf.add(tf.mul(dy, cos), turned(tf.mul(dy, sin), tf.transpose(rotateHalf))),
    }));
    return rotate(x) as tf.Tensor4D;
  }

  /** [steps, D / 2] cosines and sines of the positions from `start` on: each stands for both halves of a row. */
  halves(start: number, steps: number): Table {
    const name = `halves ${start}+${steps}`;
    const known = this.#tables.get(name);
    if (known) return known;
    const { cos, sin } = this.#table(start, steps);
    const half = (table: tf.Tensor2D): tf.Tensor2D => tf.keep(tf.slice(table, [0, 0], [steps, this.#width / 2]));
    const table = { cos: half(cos), sin: half(sin) };
    this.#tables.set(name, table);
    return table;
  }

  dispose(): void {
    this.#rotateHalf.dispose();
    for (const { cos, sin } of this.#tables.values()) tf.dispose([cos, sin]);
  }

  #table(start: number, T: number): Table {
    const name = `${start}+${T}`;
    const known = this.#tables.get(name);
    if (known) return known;
    const D = this.#width;
    const angles = Float64Array.from({ length: T * D }, (_, i) => {
      const position = start + Math.floor(i / D);
      return position * 10000 ** ((-2 * (i % (D / 2))) / D);
    });
    const table = {
      cos: tf.keep(tf.tensor2d(Float32Array.from(angles, Math.cos), [T, D])),
      sin: tf.keep(tf.tensor2d(Float32Array.from(angles, Math.sin), [T, D])),
    };
    this.#tables.set(name, table);
    return table;
  }
}
