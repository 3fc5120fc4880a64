import type * as tf from '@tensorflow/tfjs-core';
import { layerNorm, Linear } from '../layers.ts';
import type { Parameters, StoredTensor } from '../parameters.ts';

/** A tensor that is missing, or of another shape than its model wants. */
export class WeightsError extends Error {
  override readonly name = 'WeightsError';
}

/** Where tensors are read from, one after the other. */
export type TensorSource = Pick<ReadonlyMap<string, StoredTensor>, 'get'>;

/** What brings each row of x to mean 0 and variance 1, then scales and shifts it. */
export type Norm = (x: tf.Tensor2D) => tf.Tensor2D;

/**
 * Weights under the names that Hugging Face gives them, without the prefix of the model (`transformer.`, `bert.`), and the
 * layers that are made of them.
 *
 * They become tensors of a model under the same names. Matrices are kept as [inputs, outputs].
 */
export class Weights {
  readonly #parameters: Parameters;
  readonly #prefix: string;
  readonly #stored: TensorSource | null;

  /**
   * @param prefix what the tensors' names in the model begin with
   * @param stored null where the model's own tensors are loaded later, as those of a checkpoint are
   */
  constructor(parameters: Parameters, prefix: string, stored: TensorSource | null) {
    this.#parameters = parameters;
    this.#prefix = prefix;
    this.#stored = stored;
  }

  /**
   * A map as PyTorch's `Linear` holds it, [outputs, inputs].
   *
   * @throws WeightsError naming the tensor that is missing, or of another shape than wanted
   */
  linear(name: string, [inputs, outputs]: [number, number]): Linear {
    const turned = this.#numbers(`${name}.weight`, [outputs, inputs]);
    return this.#map(name, [inputs, outputs], turned && transposed(turned, outputs, inputs));
  }

  /** A map as GPT-2's `Conv1D` holds it, [inputs, outputs]. @throws WeightsError as `linear` does */
  conv1d(name: string, shape: [number, number]): Linear {
    return this.#map(name, shape, this.#numbers(`${name}.weight`, shape));
  }

  layerNorm(name: string, width: number, epsilon: number): Norm {
    const [scale, shift] = [this.vector(`${name}.weight`, width), this.vector(`${name}.bias`, width)];
    return (x) => layerNorm(x, scale, shift, epsilon);
  }

  matrix(name: string, shape: [number, number]): tf.Tensor2D {
    return this.#tensor(name, shape) as tf.Tensor2D;
  }

  /** A matrix of which a step looks up a row. */
  table(name: string, shape: [number, number]): tf.Tensor2D {
    this.#parameters.use(this.#prefix + name, 1 / shape[0]);
    return this.matrix(name, shape);
  }

  vector(name: string, size: number): tf.Tensor1D {
    return this.#tensor(name, [size]) as tf.Tensor1D;
  }

  #map(name: string, shape: [number, number], weight: Float32Array | null): Linear {
    const bias = this.#numbers(`${name}.bias`, [shape[1]]);
    return new Linear(this.#parameters, this.#prefix + name, shape, { weight, bias });
  }

  #tensor(name: string, shape: number[]): tf.Tensor {
    return this.#parameters.given(this.#prefix + name, shape, this.#numbers(name, shape));
  }

  /** Null where they are loaded later. */
  #numbers(name: string, shape: readonly number[]): Float32Array | null {
    if (!this.#stored) return null;
    const found = this.#stored.get(name);
    if (!found) throw new WeightsError(`tensor ${name} is missing, wanted [${shape.join(', ')}]`);
    if (found.shape.join() !== shape.join())
      throw new WeightsError(`tensor ${name} has shape [${found.shape.join(', ')}], wanted [${shape.join(', ')}]`);
    return found.data;
  }
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = data[row * columns + column] as number;
  return turned;
}
