import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { attentionKernels } from './attention.ts';
import { binaryKernels } from './binary.ts';
import { fusedKernels } from './fused.ts';
import { gruKernels } from './gru.ts';
import type { Call, SimdKernel } from './kernel.ts';
import { layoutKernels } from './layout.ts';
import { lossKernels } from './loss.ts';
import { matmulKernels } from './matmul.ts';
import { reductionKernels } from './reductions.ts';
import { tokenKernels } from './tokens.ts';
import { transformerKernels } from './transformer.ts';
import { unaryKernels } from './unary.ts';

/** All kernels that are ours: in place of TFJS's of that name, or such as TFJS does not know. */
export const KERNELS: Readonly<Record<string, SimdKernel>> = {
  ...unaryKernels,
  ...binaryKernels,
  ...reductionKernels,
  ...layoutKernels,
  ...matmulKernels,
  ...fusedKernels,
  ...attentionKernels,
  ...gruKernels,
  ...transformerKernels,
  ...tokenKernels,
  ...lossKernels,
};

/** Registers all kernels of the backend `simd`: the `cpu` backend's, and ours in place of those that take time. */
export function registerKernels(): void {
  tf.copyRegisteredKernels('cpu', 'simd');
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
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
