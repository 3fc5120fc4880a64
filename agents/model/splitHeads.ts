import * as tf from '@tensorflow/tfjs-core';

/** [N * T, H * D] to [N, H, T, D] */
export function splitHeads(x: tf.Tensor, [N, T, H]: [number, number, number]): tf.Tensor4D {
  return tf.transpose(tf.reshape(x, [N, T, H, x.size / (N * T * H)]), [0, 2, 1, 3]);
}

/** [N, H, T, D] to [N * T, H * D] */
export function joinHeads(x: tf.Tensor4D): tf.Tensor2D {
  const [N, H, T, D] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [N * T, H * D]);
}
