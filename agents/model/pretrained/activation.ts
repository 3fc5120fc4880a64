import * as tf from '@tensorflow/tfjs-core';
import { gelu } from '../layers.ts';
import type { Architecture } from './architecture.ts';

/** What stands between the two maps of a feed-forward layer. */
export function activate(x: tf.Tensor2D, kind: Architecture['activation']): tf.Tensor2D {
  switch (kind) {
    case 'gelu':
      return exactGelu(x);
    case 'gelu_new':
      return gelu(x);
    case 'relu':
      return tf.relu(x);
    default:
      return kind satisfies never;
  }
}

/**
 * Gaussian error linear unit: x Phi(x) = x (1 + erf(x / sqrt(2))) / 2.
 *
 * @see Hendrycks and Gimpel 2016, "Gaussian Error Linear Units", section 2
 */
function exactGelu(x: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}
