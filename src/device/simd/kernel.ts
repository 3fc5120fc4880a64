import type * as tf from '@tensorflow/tfjs-core';
import type { SimdBackend } from './backend.ts';

/** What a kernel is called with. */
export interface Call {
  backend: SimdBackend;
  inputs: Record<string, tf.TensorInfo>;
  attrs: Record<string, unknown>;
}

/** A kernel of this backend; null where it leaves the case to the `cpu` backend's. */
export type SimdKernel = (call: Call) => tf.TensorInfo | tf.TensorInfo[] | null;

/** Addresses of the inputs named. @throws RangeError for one that is not of floating-point numbers */
export function addresses<const Names extends readonly string[]>(
  { backend, inputs }: Call,
  ...names: Names
): { [i in keyof Names]: number } {
  // As many as there are names.
  return names.map((name) => {
    const tensor = inputs[name] as tf.TensorInfo;
    const address = tensor.dtype === 'float32' ? backend.address(tensor) : null;
    if (address === null) throw new RangeError(`simd: input ${name} is ${tensor.dtype}, wanted float32`);
    return address;
  }) as { [i in keyof Names]: number };
}
