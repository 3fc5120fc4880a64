import { existsSync } from 'node:fs';
import type { LoadedDevice } from '../names.ts';
import { importOptional } from '../optional.ts';
import { openAdapter } from './open.ts';

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
  return await openAdapter(adapter, API[process.platform as keyof typeof API] ?? 'Vulkan');
}

const API = { darwin: 'Metal', win32: 'Direct3D 12' } as const;

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

function wantedDriver(): string {
  if (process.platform === 'darwin') return 'a Mac with Metal';
  if (process.platform === 'win32') return 'a graphics driver with Direct3D 12';
  return 'a Vulkan driver and its loader, libvulkan.so.1 (Debian, Ubuntu: apt install libvulkan1 mesa-vulkan-drivers; NVIDIA: its driver brings one)';
}
