import { findBackend, findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import type { Facts, LoadedDevice } from '../names.ts';
import type { GpuBackend } from './backend.ts';

/** Of the shader with the most, an attention's gradient. */
const STORAGE_BUFFERS = 9;

/**
 * Registers TFJS's backend `webgpu` on a GPU, with our kernels beside TFJS's own.
 *
 * @param api  by which the GPU is spoken to, where that is known
 * @throws Error when the GPU cannot do what our kernels need
 */
export async function openAdapter(adapter: GPUAdapter, api: string): Promise<LoadedDevice> {
  const { maxStorageBuffersPerShaderStage: buffers } = adapter.limits;
  if (buffers < STORAGE_BUFFERS)
    throw new Error(`the GPU gives ${buffers} buffers to a shader, and ours need ${STORAGE_BUFFERS}`);
  const { vendor, architecture, description } = adapter.info;
  const software = adapter.info.isFallbackAdapter || /swiftshader|llvmpipe|software/i.test(description);
  const detail = [description || vendor || 'a GPU without a name', architecture, software && 'software, not a GPU']
    .filter(Boolean)
    .join(', ');
  // One for as long as it works: its tensors stay when it is asked for again.
  if ((findBackend('webgpu') as GpuBackend | null)?.failed ?? true) await register(adapter);
  return { backend: 'webgpu', detail, software, facts: factsOf(adapter, software, api) };
}

let registered = false;

async function register(adapter: GPUAdapter): Promise<void> {
  // Not before Dawn is there: TFJS's module looks for it when it is loaded.
  const [{ GpuBackend: Backend }, { registerKernels }] = await Promise.all([
    import('./backend.ts'),
    import('./register.ts'),
  ]);
  const { limits } = adapter;
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, limits[name]])),
  });
  if (!registered) registerKernels();
  registered = true;
  if (findBackendFactory('webgpu')) removeBackend('webgpu'); // TFJS's own, or one that failed
  registerBackend('webgpu', () => new Backend(device, adapter.info));
}

/** As large as the GPU has them; the defaults are those of the smallest GPUs. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const;

function factsOf({ info, limits }: GPUAdapter, software: boolean, api: string): Facts {
  const { vendor, architecture, device, description } = info;
  return {
    adapter: description || device,
    vendor,
    architecture,
    device,
    api,
    software,
    ...Object.fromEntries(LIMITS.map((name) => [name, limits[name]])),
  };
}
