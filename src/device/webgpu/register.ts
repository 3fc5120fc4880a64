import { registerKernel } from '@tensorflow/tfjs-core';
import { adamKernels } from './adam.ts';
import { attentionKernels } from './attention.ts';
import { categoricalKernels } from './categorical.ts';
import type { Call } from './kernel.ts';
import { layerKernels } from './layers.ts';
import { lossKernels } from './loss.ts';

/** Adds our kernels to TFJS's for its WebGPU backend, under the names that `agents/model/fused.ts` asks for. */
export function registerKernels(): void {
  const kernels = { ...layerKernels, ...attentionKernels, ...adamKernels, ...categoricalKernels, ...lossKernels };
  for (const [kernelName, kernel] of Object.entries(kernels))
    registerKernel({ kernelName, backendName: 'webgpu', kernelFunc: (params) => kernel(params as unknown as Call) });
}
