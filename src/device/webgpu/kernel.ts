import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from './backend.ts';

/** What a kernel is called with. */
export interface Call {
  backend: GpuBackend;
  inputs: Record<string, TensorInfo>;
  attrs: Record<string, unknown>;
}

export type GpuKernel = (call: Call) => TensorInfo | TensorInfo[];
