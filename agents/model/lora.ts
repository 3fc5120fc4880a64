import * as tf from '@tensorflow/tfjs-core';
import type { Parameters, StoredTensor } from './parameters.ts';

export interface LoraOptions {
  /** r, of the change that a map can learn. */
  rank: number;
  /** The change is multiplied by alpha / r, so that it is about as large for every rank. */
  alpha: number;
}

/** What the names of A and B end with, after that of the map they adapt. */
const [A, B] = ['.loraA', '.loraB'] as const;

/**
 * A low-rank change of a linear map, learned while the map itself stays as it is.
 *
 *   x W + b becomes x W + b + (alpha / r) x A B,  A [inputs, r] drawn, B [r, outputs] 0 at first
 *
 * So at first nothing changes, and r (inputs + outputs) numbers learn in place of inputs * outputs.
 *
 * @see Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models", section 4.1
 */
export class Adapter {
  /** A */
  readonly a: tf.Tensor2D;
  readonly #b: tf.Tensor2D;
  readonly #scale: number;

  /** @throws RangeError for a rank that no change of such a matrix can have */
  constructor(
    parameters: Parameters,
    name: string,
    { shape: [inputs, outputs], rank, alpha }: LoraOptions & { shape: readonly [number, number] },
  ) {
    const most = Math.min(inputs, outputs);
    if (rank > most)
      throw new RangeError(
        `loraRank is ${rank}, but ${name}.weight is [${inputs}, ${outputs}]: its rank is at most ${most}`,
      );
    // A variable is a tensor; TFJS types it by rank alone.
    this.a = parameters.normal(name + A, [inputs, rank], 1 / Math.sqrt(inputs)) as unknown as tf.Tensor2D;
    this.#b = parameters.normal(name + B, [rank, outputs], 0) as unknown as tf.Tensor2D;
    this.#scale = alpha / rank;
  }

  /** What the map puts out more. @param x [rows, inputs] */
  apply(x: tf.Tensor2D): tf.Tensor2D {
    return tf.mul(tf.matMul(tf.matMul(x, this.a), this.#b), this.#scale) as tf.Tensor2D;
  }
}

/** A model's tensors with their adapters, if there are any, added to the maps that they change: W + (alpha / r) A B. */
export function withoutAdapters(
  stored: ReadonlyMap<string, StoredTensor>,
  { rank, alpha }: LoraOptions,
): Map<string, StoredTensor> {
  const merged = new Map([...stored].filter(([name]) => !name.endsWith(A) && !name.endsWith(B)));
  for (const [name, a] of stored) {
    if (!name.endsWith(A)) continue;
    const map = name.slice(0, -A.length);
    const [weight, b] = [stored.get(`${map}.weight`), stored.get(map + B)];
    if (!weight || !b) throw new RangeError(`tensor ${map}${weight ? B : '.weight'} is missing`);
    merged.set(`${map}.weight`, { shape: weight.shape, data: changed(weight, a, b, alpha / rank) });
  }
  return merged;
}

function changed(weight: StoredTensor, a: StoredTensor, b: StoredTensor, scale: number): Float32Array {
  const outputs = weight.shape[1] as number;
  const rank = b.shape[0] as number;
  return weight.data.map((value, at) => {
    const [i, j] = [Math.floor(at / outputs), at % outputs];
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += (a.data[i * rank + k] as number) * (b.data[k * outputs + j] as number);
    return value + scale * sum;
  });
}
