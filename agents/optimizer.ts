import * as tf from '@tensorflow/tfjs-core';
import { fused, type Kernel } from './model/fused.ts';
import type { Parameters, StoredTensor } from './model/parameters.ts';

export interface AdamOptions {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  /** Gradients are scaled down so that all of them together have at most this Euclidean norm. */
  maxGradientNorm: number;
}

/**
 * Adam with clipping by the global norm of the gradient.
 *
 *   g <- g min(1, maxNorm / (|g| + 1e-6))
 *   m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
 *   p <- p - rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * All parameters are one long vector here, so that a step is a handful of tensor operations.
 *
 * @see Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization", algorithm 1
 * @see Huang et al. 2022, "The 37 Implementation Details of PPO", on epsilon 1e-5
 */
export class Adam {
  readonly #parameters: Parameters;
  readonly #options: Required<AdamOptions>;
  #mean: tf.Tensor1D;
  #variance: tf.Tensor1D;
  #steps = 0;

  constructor(parameters: Parameters, { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-5, maxGradientNorm }: AdamOptions) {
    this.#parameters = parameters;
    this.#options = { beta1, beta2, epsilon, maxGradientNorm };
    this.#mean = tf.zeros([parameters.count]);
    this.#variance = tf.zeros([parameters.count]);
  }

  /**
   * One step against the gradient of `loss`.
   *
   * @param loss a scalar made from the parameters
   * @returns    the norm of the gradient before clipping, a scalar tensor that the caller disposes
   */
  minimize(loss: () => tf.Scalar, learningRate: number): tf.Scalar {
    const { beta1, beta2, epsilon, maxGradientNorm } = this.#options;
    const variables = this.#parameters.variables;
    this.#steps++;
    const kernel = fused('AdamStep');
    if (kernel) return this.#minimizeFused(kernel, loss, learningRate);
    const rate = learningRate / (1 - beta1 ** this.#steps);
    const varianceScale = 1 / (1 - beta2 ** this.#steps);
    const [norm, mean, variance] = tf.tidy(() => {
      const { grads } = tf.variableGrads(loss, variables);
      const raw = tf.concat1d(
        variables.map((variable) => tf.reshape(grads[variable.name] as tf.Tensor, [variable.size])),
      );
      const norm = tf.sqrt(tf.sum(tf.square(raw))) as tf.Scalar;
      const gradient = tf.mul(raw, tf.minimum(1, tf.div(maxGradientNorm, tf.add(norm, 1e-6))));
      const mean = tf.add(tf.mul(this.#mean, beta1), tf.mul(gradient, 1 - beta1)) as tf.Tensor1D;
      const variance = tf.add(tf.mul(this.#variance, beta2), tf.mul(tf.square(gradient), 1 - beta2)) as tf.Tensor1D;
      const deviation = tf.add(tf.sqrt(tf.mul(variance, varianceScale)), epsilon);
      const change = tf.mul(tf.div(mean, deviation), -rate) as tf.Tensor1D;
      let offset = 0;
      for (const variable of variables) {
        variable.assign(tf.add(variable, tf.reshape(tf.slice1d(change, offset, variable.size), variable.shape)));
        offset += variable.size;
      }
      return [norm, mean, variance] as const;
    });
    tf.dispose([this.#mean, this.#variance]);
    // The caller's tidy would take them along.
    this.#mean = tf.keep(mean);
    this.#variance = tf.keep(variance);
    return norm;
  }

  /** Parameters and moments change in place. */
  #minimizeFused(kernel: Kernel, loss: () => tf.Scalar, learningRate: number): tf.Scalar {
    const { beta1, beta2 } = this.#options;
    const variables = this.#parameters.variables;
    const inputs: Record<string, tf.Tensor> = { mean: this.#mean, variance: this.#variance };
    for (const variable of variables) {
      // A clone of a parameter stays what it was.
      if (tf.backend().refCount(variable.dataId) > 1) tf.tidy(() => variable.assign(tf.add(variable, 0)));
    }
    return tf.tidy(() => {
      const { grads } = tf.variableGrads(loss, variables);
      variables.forEach((variable, i) => {
        inputs[`p${i}`] = variable;
        inputs[`g${i}`] = grads[variable.name] as tf.Tensor;
      });
      const [norm] = kernel(inputs, {
        ...this.#options,
        count: variables.length,
        rate: learningRate / (1 - beta1 ** this.#steps),
        varianceScale: 1 / (1 - beta2 ** this.#steps),
      });
      return norm as tf.Scalar;
    });
  }

  async save(): Promise<{ steps: number; tensors: Map<string, StoredTensor> }> {
    const stored = async (tensor: tf.Tensor1D): Promise<StoredTensor> => ({
      shape: tensor.shape,
      data: (await tensor.data()) as Float32Array,
    });
    const tensors = new Map([
      ['mean', await stored(this.#mean)],
      ['variance', await stored(this.#variance)],
    ]);
    return { steps: this.#steps, tensors };
  }

  /** @throws RangeError when the moments are not those of as many parameters */
  load({ steps, tensors }: { steps: number; tensors: ReadonlyMap<string, StoredTensor> }): void {
    const moment = (name: string): tf.Tensor1D => {
      const found = tensors.get(name);
      if (found?.data.length !== this.#parameters.count)
        throw new RangeError(
          `tensor ${name} has ${found?.data.length ?? 'no'} numbers, wanted ${this.#parameters.count}`,
        );
      return tf.tensor1d(found.data);
    };
    const [mean, variance] = [moment('mean'), moment('variance')];
    this.dispose();
    this.#mean = mean;
    this.#variance = variance;
    this.#steps = steps;
  }

  dispose(): void {
    tf.dispose([this.#mean, this.#variance]);
  }
}
