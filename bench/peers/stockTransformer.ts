import * as tf from '@tensorflow/tfjs-core';
import { ACTIONS, FEED_FORWARD, OBSERVATION, type Size } from '../sizes.ts';

/**
 * The training step of trainStep.py as one writes it in TFJS: its operations, its gradients, its Adam. Nothing of ours,
 * and without rotary positions, which would only add to it.
 */
export class StockTransformer {
  readonly #size: Size;
  readonly #variables: Record<string, tf.Variable> = {};
  readonly #adam = tf.train.adam(1e-3, 0.9, 0.999, 1e-5);
  readonly #data: Record<string, tf.Tensor>;

  constructor(size: Size) {
    this.#size = size;
    const { width: C, layers, sequences: N, steps: T } = size;
    const weight = (name: string, inputs: number, outputs: number): void => {
      this.#variables[`${name}.weight`] = tf.variable(tf.randomNormal([inputs, outputs], 0, 1 / Math.sqrt(inputs)));
      this.#variables[`${name}.bias`] = tf.variable(tf.zeros([outputs]));
    };
    const norm = (name: string): void => {
      this.#variables[`${name}.scale`] = tf.variable(tf.ones([C]));
      this.#variables[`${name}.shift`] = tf.variable(tf.zeros([C]));
    };
    weight('encoder', OBSERVATION, C);
    for (let layer = 0; layer < layers; layer++) {
      norm(`${layer}.attentionNorm`);
      weight(`${layer}.queryKeyValue`, C, 3 * C);
      weight(`${layer}.mixHeads`, C, C);
      norm(`${layer}.feedForwardNorm`);
      weight(`${layer}.widen`, C, FEED_FORWARD * C);
      weight(`${layer}.narrow`, FEED_FORWARD * C, C);
    }
    norm('finalNorm');
    weight('action', C, ACTIONS);
    weight('value', C, 1);
    const future = Float32Array.from({ length: T * T }, (_, i) => (i % T > Math.floor(i / T) ? -1e9 : 0));
    this.#data = {
      observations: tf.randomNormal([N * T, OBSERVATION]),
      actions: tf.oneHot(tf.randomUniform([N * T], 0, ACTIONS, 'int32'), ACTIONS),
      advantages: tf.randomNormal([N * T]),
      returns: tf.randomNormal([N * T]),
      mask: tf.tensor2d(future, [T, T]),
    };
  }

  /** One step; the loss before it, a scalar. */
  step(): tf.Scalar {
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => this.#loss(), Object.values(this.#variables));
      const norm = tf.sqrt(tf.addN(Object.values(grads).map((gradient) => tf.sum(tf.square(gradient)))));
      const clip = tf.minimum(1, tf.div(0.5, tf.add(norm, 1e-6)));
      const clipped = Object.entries(grads).map(([name, gradient]) => ({ name, tensor: tf.mul(gradient, clip) }));
      this.#adam.applyGradients(clipped);
      return value;
    });
  }

  dispose(): void {
    tf.dispose([this.#variables, this.#data]);
    this.#adam.dispose();
  }

  #loss(): tf.Scalar {
    const { layers } = this.#size;
    const { observations, actions, advantages, returns } = this.#data as Record<string, tf.Tensor>;
    let x = gelu(this.#linear('encoder', observations as tf.Tensor));
    for (let layer = 0; layer < layers; layer++) {
      const attended = this.#attention(this.#linear(`${layer}.queryKeyValue`, this.#norm(`${layer}.attentionNorm`, x)));
      x = tf.add(x, this.#linear(`${layer}.mixHeads`, attended));
      const hidden = gelu(this.#linear(`${layer}.widen`, this.#norm(`${layer}.feedForwardNorm`, x)));
      x = tf.add(x, this.#linear(`${layer}.narrow`, hidden));
    }
    const features = this.#norm('finalNorm', x);
    const logProbs = tf.logSoftmax(this.#linear('action', features));
    const chosen = tf.sum(tf.mul(logProbs, tf.cast(actions as tf.Tensor, 'float32')), 1);
    const ratio = tf.exp(tf.add(chosen, Math.log(ACTIONS)));
    const gain = advantages as tf.Tensor;
    const surrogate = tf.minimum(tf.mul(ratio, gain), tf.mul(tf.clipByValue(ratio, 0.8, 1.2), gain));
    const values = tf.reshape(this.#linear('value', features), [gain.size]);
    const valueLoss = tf.mean(tf.square(tf.sub(values, returns as tf.Tensor)));
    const entropy = tf.neg(tf.mean(tf.sum(tf.mul(tf.exp(logProbs), logProbs), 1)));
    return tf.sub(tf.sub(tf.mul(0.25, valueLoss), tf.mean(surrogate)), tf.mul(0.01, entropy)) as tf.Scalar;
  }

  #linear(name: string, x: tf.Tensor): tf.Tensor {
    const [weight, bias] = [this.#variable(`${name}.weight`), this.#variable(`${name}.bias`)];
    return tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D), bias);
  }

  #norm(name: string, x: tf.Tensor): tf.Tensor {
    const { mean, variance } = tf.moments(x, 1, true);
    const normalised = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
    return tf.add(tf.mul(normalised, this.#variable(`${name}.scale`)), this.#variable(`${name}.shift`));
  }

  /** [N * T, 3C] to [N * T, C] */
  #attention(projection: tf.Tensor): tf.Tensor {
    const { width: C, heads: H, sequences: N, steps: T } = this.#size;
    const [query, key, value] = tf
      .split(projection, 3, 1)
      .map((part) => tf.transpose(tf.reshape(part, [N, T, H, C / H]), [0, 2, 1, 3])) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const scores = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(C / H));
    const weights = tf.softmax(tf.add(scores, this.#data['mask'] as tf.Tensor));
    return tf.reshape(tf.transpose(tf.matMul(weights, value), [0, 2, 1, 3]), [N * T, C]);
  }

  #variable(name: string): tf.Tensor {
    return this.#variables[name] as unknown as tf.Tensor;
  }
}

function gelu(x: tf.Tensor): tf.Tensor {
  const inner = tf.mul(tf.mul(x, tf.add(tf.mul(tf.square(x), 0.044715), 1)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}
