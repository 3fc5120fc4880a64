import * as tf from '@tensorflow/tfjs-core';
import { Linear } from './layers.ts';
import type { Parameters } from './parameters.ts';

/** With it, a gate lets little of a layer through at first: the policy begins as one without memory. */
const INITIAL_BIAS = 2;

/**
 * A gated residual connection: how much of what a layer puts out, y, joins what came in, x.
 *
 *   r = sigmoid(y W_r + x U_r),  z = sigmoid(y W_z + x U_z - b),  h = tanh(y W_h + (r x) U_h)
 *   g(x, y) = (1 - z) x + z h
 *
 * y is max(0, .) of what the layer's last linear map puts out, or two linear maps would follow one another.
 *
 * @see Parisotto et al. 2020, "Stabilizing Transformers for Reinforcement Learning", section 3.2, "Gated-Recurrent-Unit-
 *      type gating"
 */
export class Gate {
  readonly #fromLayer: Linear;
  readonly #fromStream: Linear;
  readonly #fromReset: Linear;
  /** b, [C] */
  readonly #bias: tf.Tensor1D;

  constructor(parameters: Parameters, name: string, width: number) {
    this.#fromLayer = new Linear(parameters, `${name}.layer`, [width, 3 * width], 1);
    this.#fromStream = new Linear(parameters, `${name}.stream`, [width, 2 * width], 1);
    this.#fromReset = new Linear(parameters, `${name}.reset`, [width, width], 1);
    // A variable is a tensor; TFJS types it by rank alone.
    this.#bias = parameters.constant(`${name}.bias`, width, INITIAL_BIAS) as unknown as tf.Tensor1D;
  }

  get linears(): readonly Linear[] {
    return [this.#fromLayer, this.#fromStream, this.#fromReset];
  }

  /**
   * @param x [rows, C]
   * @param y [rows, C]
   */
  apply(x: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor2D {
    const [layerReset, layerUpdate, layerNew] = parts(this.#fromLayer.apply(tf.relu(y)), 3);
    const [streamReset, streamUpdate] = parts(this.#fromStream.apply(x), 2);
    const reset = tf.sigmoid(tf.add(layerReset, streamReset));
    const update = tf.sigmoid(tf.sub(tf.add(layerUpdate, streamUpdate), this.#bias));
    const proposed = tf.tanh(tf.add(layerNew, this.#fromReset.apply(tf.mul(reset, x))));
    return tf.add(x, tf.mul(update, tf.sub(proposed, x)));
  }
}

function parts(x: tf.Tensor2D, count: 2 | 3): [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D] {
  return tf.split(x, count, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
}
