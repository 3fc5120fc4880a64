import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { SimdBackend } from './backend.ts';
import { binaryKernels } from './binary.ts';
import { fusedKernels } from './fused.ts';
import { layoutKernels } from './layout.ts';
import { matmulKernels } from './matmul.ts';
import { reductionKernels } from './reductions.ts';
import { unaryKernels } from './unary.ts';

export interface Call {
  backend: SimdBackend;
  inputs: Record<string, tf.TensorInfo>;
  attrs: Record<string, unknown>;
}

/** A kernel of this backend; null where it leaves the case to the `cpu` backend's. */
export type SimdKernel = (call: Call) => tf.TensorInfo | tf.TensorInfo[] | null;

const OVERRIDES: Record<string, SimdKernel> = {
  ...unaryKernels,
  ...binaryKernels,
  ...reductionKernels,
  ...layoutKernels,
  ...matmulKernels,
  ...fusedKernels,
};

/** Registers all kernels of the backend `simd`: the `cpu` backend's, and ours in place of those that take time. */
export function registerKernels(): void {
  tf.copyRegisteredKernels('cpu', 'simd');
  for (const [kernelName, kernel] of Object.entries(OVERRIDES)) {
    const stock = tf.getKernel(kernelName, 'simd');
    if (stock) tf.unregisterKernel(kernelName, 'simd');
    tf.registerKernel({
      kernelName,
      backendName: 'simd',
      kernelFunc: (params) => {
        const found = kernel(params as unknown as Call);
        if (found) return found;
        if (!stock) throw new RangeError(`simd: ${kernelName} does not take these inputs`);
        return stock.kernelFunc(params);
      },
    });
  }
}
