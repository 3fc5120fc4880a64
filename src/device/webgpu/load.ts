import { existsSync } from 'node:fs';
import { findBackend, findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import type { Facts, LoadedDevice } from '../names.ts';
import { importOptional } from '../optional.ts';
import type { GpuBackend } from './backend.ts';

/** Of the shader with the most, an attention's gradient. */
const STORAGE_BUFFERS = 9;

/** Kept for as long as the process lives: Dawn ends it when the GPU object is collected. */
let dawn: GPU | undefined;

/**
 * Registers TFJS's backend `webgpu`, on Dawn, with our kernels beside TFJS's own.
 *
 * @throws Error saying why there is no GPU, and how to get one
 */
export async function loadWebGpu(): Promise<LoadedDevice> {
  if (!mayHaveGpu())
    throw new Error(
      'this machine has no GPU that its system knows of (/dev/dri, /dev/nvidia0, /dev/dxg); a software one counts when VK_ICD_FILENAMES names its driver',
    );
  dawn ??= await openDawn();
  const adapter = await dawn.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error(`Dawn found no GPU: wanted ${wantedDriver()}`);
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
  return { backend: 'webgpu', detail, software, facts: factsOf(adapter, software) };
}

/** Asked before Dawn is, which writes warnings of its own where there is no driver at all. */
function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return true;
  const namedDriver = process.env['VK_DRIVER_FILES'] ?? process.env['VK_ICD_FILENAMES'];
  return namedDriver !== undefined || ['/dev/dri', '/dev/nvidia0', '/dev/dxg'].some((path) => existsSync(path));
}

async function openDawn(): Promise<GPU> {
  const { create, globals } = (await importOptional('webgpu', 'npm install webgpu')) as typeof import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([]);
  if (!globalThis.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  return gpu;
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

function factsOf({ info, limits }: GPUAdapter, software: boolean): Facts {
  const { vendor, architecture, device, description } = info;
  return {
    adapter: description || device,
    vendor,
    architecture,
    device,
    api: API[process.platform as keyof typeof API] ?? 'Vulkan',
    software,
    ...Object.fromEntries(LIMITS.map((name) => [name, limits[name]])),
  };
}

const API = { darwin: 'Metal', win32: 'Direct3D 12' } as const;

function wantedDriver(): string {
  if (process.platform === 'darwin') return 'a Mac with Metal';
  if (process.platform === 'win32') return 'a graphics driver with Direct3D 12';
  return 'a Vulkan driver and its loader, libvulkan.so.1 (Debian, Ubuntu: apt install libvulkan1 mesa-vulkan-drivers; NVIDIA: its driver brings one)';
}
