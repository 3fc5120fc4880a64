import * as tf from '@tensorflow/tfjs-core';
import { Linear } from './layers.ts';
import type { Parameters } from './parameters.ts';
import { lengthsAfter, type Sequence, type Trunk, type TrunkResult } from './trunk.ts';

export interface GruOptions {
  /** C, of each step's vector and of the state. */
  width: number;
  layers: number;
}

/**
 * Gated recurrent units over the steps of an episode: a baseline for memory.
 *
 * @see Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation"
 */
export class Gru implements Trunk {
  readonly cacheShapes: readonly (readonly number[])[];
  readonly cacheSteps = 1;
  readonly #width: number;
  readonly #layers: { input: Linear; state: Linear }[];

  constructor(parameters: Parameters, { width: C, layers }: GruOptions) {
    this.#width = C;
    this.cacheShapes = Array.from({ length: layers }, () => [C]);
    this.#layers = this.cacheShapes.map((_, layer) => ({
      input: new Linear(parameters, `gru.${layer}.input`, [C, 3 * C], 1),
      state: new Linear(parameters, `gru.${layer}.state`, [C, 3 * C], 1),
    }));
  }

  run({ steps, starts, cache }: Sequence): TrunkResult {
    const N = cache.lengths.length;
    const T = starts.length / N;
    const C = this.#width;
    const goesOn = tf.tensor2d(
      Float32Array.from(starts, (start) => 1 - start),
      [N, T],
    );
    let x = steps;
    const states = this.#layers.map(({ input, state }, layer) => {
      const projected = tf.reshape(input.apply(x), [N, T, 3 * C]);
      let hidden = cache.tensors[layer] as tf.Tensor2D;
      const outputs: tf.Tensor2D[] = [];
      for (let t = 0; t < T; t++) {
        const remembered = tf.mul(hidden, tf.slice(goesOn, [0, t], [N, 1])) as tf.Tensor2D;
        const now = tf.reshape(tf.slice(projected, [0, t, 0], [N, 1, 3 * C]), [N, 3 * C]) as tf.Tensor2D;
        hidden = gruStep(now, state.apply(remembered), remembered);
        outputs.push(hidden);
      }
      x = tf.reshape(tf.stack(outputs, 1), [N * T, C]);
      return hidden;
    });
    const lengths = lengthsAfter(starts, cache.lengths, 1);
    return { features: x, cache: { tensors: states, lengths }, attention: null };
  }

  dispose(): void {}
}

/**
 * One step of a gated recurrent unit, gates in the order reset, update, new.
 *
 *   r = sigmoid(x_r + h_r),  z = sigmoid(x_z + h_z),  n = tanh(x_n + r h_n),  h' = (1 - z) n + z h
 *
 * @param fromInput [N, 3C] the input's affine map
 * @param fromState [N, 3C] the state's affine map
 * @param state     [N, C]
 */
export function gruStep(fromInput: tf.Tensor2D, fromState: tf.Tensor2D, state: tf.Tensor2D): tf.Tensor2D {
  const [inputReset, inputUpdate, inputNew] = tf.split(fromInput, 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const [stateReset, stateUpdate, stateNew] = tf.split(fromState, 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const reset = tf.sigmoid(tf.add(inputReset, stateReset));
  const update = tf.sigmoid(tf.add(inputUpdate, stateUpdate));
  const proposed = tf.tanh(tf.add(inputNew, tf.mul(reset, stateNew)));
  return tf.add(proposed, tf.mul(update, tf.sub(state, proposed)));
}
