import * as tf from '@tensorflow/tfjs-core';
import { fused, type Kernel } from './fused.ts';
import { Adapter, type LoraOptions } from './lora.ts';
import { areFrozen, type Parameters } from './parameters.ts';

/**
 * An affine map of the last axis: x W + b.
 *
 * Its gradient transposes explicitly, since the stock WASM backend multiplies transposed operands in a naive loop.
 */
export class Linear {
  /** [inputs, outputs] */
  readonly weight: tf.Tensor2D;
  /** [outputs] */
  readonly bias: tf.Tensor1D;
  readonly #name: string;
  #adapter: Adapter | null = null;

  /** @param initial the gain of an orthogonal matrix beside a bias of 0, or the numbers of both */
  constructor(
    parameters: Parameters,
    name: string,
    [inputs, outputs]: [number, number],
    initial: number | { weight: Float32Array | null; bias: Float32Array | null },
  ) {
    this.#name = name;
    const drawn = typeof initial === 'number';
    // A variable is a tensor; TFJS types it by rank alone.
    this.weight = (drawn
      ? parameters.orthogonal(`${name}.weight`, [inputs, outputs], initial)
      : parameters.given(`${name}.weight`, [inputs, outputs], initial.weight)) as unknown as tf.Tensor2D;
    this.bias = (drawn
      ? parameters.constant(`${name}.bias`, outputs, 0)
      : parameters.given(`${name}.bias`, [outputs], initial.bias)) as unknown as tf.Tensor1D;
  }

  /** Whether it is more than x W + b, which is all that kernels of several layers know. */
  get isAdapted(): boolean {
    return this.#adapter !== null;
  }

  /** What takes in x: of each, [inputs, …], row i takes in x_i and nothing else. */
  get inputWeights(): tf.Tensor2D[] {
    return this.#adapter ? [this.weight, this.#adapter.a] : [this.weight];
  }

  /** Adds a low-rank change that learns; for the map itself not to, freeze it. */
  adapt(parameters: Parameters, options: LoraOptions): void {
    this.#adapter = new Adapter(parameters, this.#name, { shape: this.weight.shape, ...options });
  }

  /** @param x [rows, inputs] */
  apply(x: tf.Tensor2D): tf.Tensor2D {
    const plain = linear(x, this.weight, this.bias);
    return this.#adapter ? tf.add(plain, this.#adapter.apply(x)) : plain;
  }

  /** gelu(x W + b) */
  applyGelu(x: tf.Tensor2D): tf.Tensor2D {
    return this.#adapter ? gelu(this.apply(x)) : linearGelu(x, this.weight, this.bias);
  }

  /** `applyGelu` of an input that no gradient goes to. */
  applyGeluToConstant(x: tf.Tensor2D): tf.Tensor2D {
    return this.#adapter ? gelu(this.apply(x)) : linearGeluOfConstant(x, this.weight, this.bias);
  }
}

/** gelu(x W + b), in one go where the device can. Shapes as in `linear`. */
export function linearGelu(...inputs: [x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D]): tf.Tensor2D {
  const kernel = fused('LinearGelu');
  if (!kernel) return gelu(linear(...inputs));
  const [, matrix, offset] = inputs;
  const isFrozen = areFrozen(matrix, offset);
  const apply = tf.customGrad((...args) => {
    const [x, save] = [args[0] as tf.Tensor, saver(args)];
    const [value, slope] = kernel({ x, weight: matrix, bias: offset }) as [tf.Tensor, tf.Tensor];
    save([x, matrix, slope]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [x, weight, slope] = saved as [tf.Tensor, tf.Tensor2D, tf.Tensor];
      if (isFrozen) return [backThrough(tf.mul(dy, slope), weight)];
      return (fused('LinearGeluGradient') as Kernel)({ x, weight, slope, dy });
    };
    return { value, gradFunc };
  });
  return apply(...learning(inputs, isFrozen)) as tf.Tensor2D;
}

/**
 * x W + b.
 *
 * @param x      [rows, inputs]
 * @param weight [inputs, outputs]
 * @param bias   [outputs]
 */
export function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  const isFrozen = areFrozen(weight, bias);
  const apply = tf.customGrad((...args) => {
    const [input, save] = [args[0] as tf.Tensor2D, saver(args)];
    save([input, weight]);
    const [whole] = fused('Linear')?.({ x: input, weight, bias }) ?? [];
    const value = whole ?? tf.add(tf.matMul(input, weight), bias);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [input, matrix] = saved as [tf.Tensor2D, tf.Tensor2D];
      if (isFrozen) return [backThrough(dy, matrix)];
      const gradients = fused('LinearGradient')?.({ x: input, weight: matrix, dy });
      if (gradients) return gradients;
      return [backThrough(dy, matrix), tf.matMul(tf.transpose(input), dy as tf.Tensor2D), tf.sum(dy, 0)];
    };
    return { value, gradFunc };
  });
  return apply(...learning([x, weight, bias], isFrozen)) as tf.Tensor2D;
}

/** The function that keeps tensors for a gradient, which TFJS passes last. */
function saver(args: readonly unknown[]): tf.GradSaveFunc {
  return args.at(-1) as tf.GradSaveFunc;
}

/** What of a layer's inputs a gradient is computed of: x alone, where the parameters are frozen. */
function learning(inputs: [tf.Tensor, ...tf.Tensor[]], isFrozen: boolean): tf.Tensor[] {
  return isFrozen ? [inputs[0]] : inputs;
}

/** dy W^T: what of the gradient flows through a linear map to its input. */
function backThrough(dy: tf.Tensor, weight: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(dy as tf.Tensor2D, tf.transpose(weight));
}

/** `linearGelu` where x is no function of parameters: time is not spent on its gradient. */
function linearGeluOfConstant(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  const kernel = fused('LinearGelu');
  if (!kernel) return linearGelu(x, weight, bias);
  const apply = tf.customGrad((weight, bias, save) => {
    const matrix = weight as tf.Tensor;
    const [value, slope] = kernel({ x, weight: matrix, bias: bias as tf.Tensor }) as [tf.Tensor, tf.Tensor];
    (save as tf.GradSaveFunc)([x, matrix, slope]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [x, weight, slope] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      return (fused('LinearGeluGradient') as Kernel)({ x, weight, slope, dy }, { isConstant: true });
    };
    return { value, gradFunc };
  });
  return apply(weight, bias) as tf.Tensor2D;
}

/** Layer normalisation with a learned scale and shift. */
export class LayerNorm {
  /** [C] each */
  readonly scale: tf.Tensor1D;
  readonly shift: tf.Tensor1D;

  constructor(parameters: Parameters, name: string, width: number) {
    this.scale = parameters.constant(`${name}.scale`, width, 1) as unknown as tf.Tensor1D;
    this.shift = parameters.constant(`${name}.shift`, width, 0) as unknown as tf.Tensor1D;
  }

  apply(x: tf.Tensor2D): tf.Tensor2D {
    return layerNorm(x, this.scale, this.shift);
  }
}

/**
 * Each row to mean 0 and variance 1, then scaled and shifted.
 *
 *   y = (x - mean(x)) / sqrt(var(x) + epsilon) * scale + shift
 *
 * @param x [rows, C]
 * @see Ba et al. 2016, "Layer Normalization"
 */
export function layerNorm(x: tf.Tensor2D, scale: tf.Tensor1D, shift: tf.Tensor1D, epsilon = 1e-5): tf.Tensor2D {
  const whole = fused('LayerNorm');
  if (whole) return fusedLayerNorm(whole, [x, scale, shift], epsilon);
  const isFrozen = areFrozen(scale, shift);
  const apply = tf.customGrad((...args) => {
    const [input, save] = [args[0] as tf.Tensor2D, saver(args)];
    const centred = tf.sub(input, tf.mean(input, 1, true));
    const inverseDeviation = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon));
    const normalised = tf.mul(centred, inverseDeviation);
    save([normalised, inverseDeviation, scale]);
    const value = tf.add(tf.mul(normalised, scale), shift);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [normalised, inverseDeviation, gain] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
      const dNormalised = tf.mul(dy, gain);
      const along = tf.mul(normalised, tf.mean(tf.mul(dNormalised, normalised), 1, true));
      const dx = tf.mul(tf.sub(tf.sub(dNormalised, tf.mean(dNormalised, 1, true)), along), inverseDeviation);
      return isFrozen ? [dx] : [dx, tf.sum(tf.mul(dy, normalised), 0), tf.sum(dy, 0)];
    };
    return { value, gradFunc };
  });
  return apply(...learning([x, scale, shift], isFrozen)) as tf.Tensor2D;
}

function fusedLayerNorm(kernel: Kernel, inputs: [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D], epsilon: number): tf.Tensor2D {
  const [, scale, shift] = inputs;
  const isFrozen = areFrozen(scale, shift);
  const apply = tf.customGrad((...args) => {
    const [x, save] = [args[0] as tf.Tensor, saver(args)];
    const [value, statistics] = kernel({ x, scale, shift }, { epsilon }) as [tf.Tensor, tf.Tensor];
    save([x, scale, statistics]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [x, scale, statistics] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      return (fused('LayerNormGradient') as Kernel)({ x, scale, statistics, dy }, { isFrozen });
    };
    return { value, gradFunc };
  });
  return apply(...learning(inputs, isFrozen)) as tf.Tensor2D;
}

const GELU_SCALE = 2 * Math.sqrt(2 / Math.PI);
const GELU_CUBIC = 0.044715;

/**
 * Gaussian error linear unit in its tanh form, as in GPT-2: x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)).
 *
 * @see Hendrycks and Gimpel 2016, "Gaussian Error Linear Units"
 */
export function gelu(x: tf.Tensor2D): tf.Tensor2D {
  const whole = fused('Gelu');
  if (whole) return fusedGelu(whole, x);
  const apply = tf.customGrad((x, save) => {
    const input = x as tf.Tensor2D;
    const squared = tf.square(input);
    const gate = tf.sigmoid(tf.mul(input, tf.add(tf.mul(squared, GELU_SCALE * GELU_CUBIC), GELU_SCALE)));
    (save as tf.GradSaveFunc)([input, squared, gate]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => {
      const [input, squared, gate] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      // d/dx [x s(u)] = s + x s (1 - s) u', u' = scale (1 + 3 cubic x^2)
      const inner = tf.add(tf.mul(squared, 3 * GELU_SCALE * GELU_CUBIC), GELU_SCALE);
      const slope = tf.mul(tf.mul(input, inner), tf.sub(gate, tf.square(gate)));
      return tf.mul(dy, tf.add(gate, slope));
    };
    return { value: tf.mul(input, gate), gradFunc };
  });
  return apply(x) as tf.Tensor2D;
}

function fusedGelu(kernel: Kernel, x: tf.Tensor2D): tf.Tensor2D {
  const apply = tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor]);
    const gradFunc = (dy: tf.Tensor, [x]: tf.Tensor[]): tf.Tensor[] =>
      (fused('GeluGradient') as Kernel)({ x: x as tf.Tensor, dy });
    return { value: kernel({ x: x as tf.Tensor })[0] as tf.Tensor, gradFunc };
  });
  return apply(x) as tf.Tensor2D;
}
