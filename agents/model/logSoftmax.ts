import * as tf from '@tensorflow/tfjs-core';
import { fused } from './fused.ts';

/**
 * Logarithm of the softmax of each row: x - log(sum of e^x).
 *
 *   dx = dy - softmax(x) sum(dy)
 *
 * TFJS composes it of six operations; here it is one, where the device has such a kernel.
 *
 * @param x [rows, n]
 */
export function logSoftmax(x: tf.Tensor2D): tf.Tensor2D {
  const kernel = fused('LogSoftmax');
  if (!kernel) return tf.logSoftmax(x);
  const apply = tf.customGrad((x, save) => {
    const value = kernel({ logits: x as tf.Tensor }, { axis: -1 })[0] as tf.Tensor;
    (save as tf.GradSaveFunc)([value]);
    const gradFunc = (dy: tf.Tensor, [value]: tf.Tensor[]): tf.Tensor =>
      tf.sub(dy, tf.mul(tf.exp(value as tf.Tensor), tf.sum(dy, -1, true)));
    return { value, gradFunc };
  });
  return apply(x) as tf.Tensor2D;
}
