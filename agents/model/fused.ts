import * as tf from '@tensorflow/tfjs-core';

export type Kernel = (inputs: Record<string, tf.Tensor>, attributes?: Record<string, unknown>) => tf.Tensor[];

/**
 * A whole layer, or its gradient, as one kernel of the device's own; null where the device has none of that name, and
 * the layer is made of TFJS's operations.
 *
 * It has no gradient: call it inside a `tf.customGrad`, or where none is needed.
 */
export function fused(name: string): Kernel | null {
  if (!tf.getKernel(name, tf.getBackend())) return null;
  return (inputs, attributes = {}) => {
    // Attributes may hold anything that their kernel takes.
    const outputs = tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap) as tf.Tensor | tf.Tensor[];
    return Array.isArray(outputs) ? outputs : [outputs];
  };
}
