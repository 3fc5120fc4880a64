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
