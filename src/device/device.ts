import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of all operations: tfjs-core alone has none in Node, and its own list of them cannot be
// loaded there.
import '@tensorflow/tfjs-layers';
import { DEVICE_NAMES, type DeviceName } from './names.ts';
import type { SimdOptions } from './simd/load.ts';

/** What was found of a device. */
export interface DeviceReport {
  name: DeviceName;
  available: boolean;
  /** What was found; or why it is not available and how to get it. */
  detail: string;
}

export interface OpenDevice {
  name: DeviceName;
  /** Why this one, for a line of the log. */
  reason: string;
}

/** A device that was asked for by name and is not there. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
}

// Leaves out TFJS's advertisement for its other packages, and its checks of every argument.
tf.enableProdMode();

interface Device {
  /** Registers the backend with TFJS and says what it runs on. @throws Error saying why not, and how to get it */
  load(options?: SimdOptions): Promise<{ backend: string; detail: string; software?: boolean }>;
}

const DEVICES: Record<DeviceName, Device> = {
  cuda: { load: () => loadTensorFlow('@tensorflow/tfjs-node-gpu', 'CUDA 11 and cuDNN 8 with an NVIDIA GPU') },
  native: { load: () => loadTensorFlow('@tensorflow/tfjs-node', 'no more than a CPU') },
  webgpu: { load: loadWebGpu },
  simd: { load: async (options) => (await import('./simd/load.ts')).loadSimd(options) },
  wasm: { load: loadWasm },
  cpu: { load: loadCpu },
};

/** All devices, with what was found of each. */
export async function listDevices(): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const name of DEVICE_NAMES) {
    try {
      reports.push({ name, available: true, detail: (await DEVICES[name].load()).detail });
    } catch (error) {
      reports.push({ name, available: false, detail: (error as Error).message });
    }
  }
  return reports;
}

/**
 * Makes `name` the device of all tensors from now on; `auto` takes the first of a GPU with CUDA, a GPU by WebGPU, our CPU
 * backend.
 *
 * @param options of our CPU backend; the others have none
 * @throws DeviceError when a device asked for by name is not there, saying how to get it
 */
export async function openDevice(name: 'auto' | DeviceName, options: SimdOptions = {}): Promise<OpenDevice> {
  if (name !== 'auto') {
    try {
      const { backend, detail } = await DEVICES[name].load(options);
      await use(backend);
      return { name, reason: detail };
    } catch (error) {
      throw new DeviceError(`device ${name} is not available: ${(error as Error).message}`, { cause: error });
    }
  }
  const passedOver: string[] = [];
  for (const candidate of ['cuda', 'webgpu'] as const) {
    try {
      const { backend, detail, software } = await DEVICES[candidate].load();
      if (software) throw new Error(`${detail} is no GPU`);
      await use(backend);
      return { name: candidate, reason: detail };
    } catch {
      passedOver.push(candidate);
    }
  }
  const { backend, detail } = await DEVICES.simd.load(options);
  await use(backend);
  return { name: 'simd', reason: `${detail}; found no GPU for ${passedOver.join(' or ')}` };
}

async function use(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js could not start its ${backend} backend`);
  await tf.ready();
}

async function loadCpu(): Promise<{ backend: string; detail: string }> {
  await import('@tensorflow/tfjs-backend-cpu');
  return { backend: 'cpu', detail: 'plain JavaScript, the reference for all others' };
}

async function loadWasm(): Promise<{ backend: string; detail: string }> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(entry), '/'));
  return { backend: 'wasm', detail: 'WebAssembly with SIMD on one core' };
}

/** Kept for as long as the process lives: Dawn ends it when the GPU object is collected. */
let dawn: unknown;

async function loadWebGpu(): Promise<{ backend: string; detail: string; software: boolean }> {
  if (!mayHaveGpu()) throw new Error('this machine has no GPU that its system knows of (/dev/dri, /dev/nvidia0)');
  if (!dawn) {
    const { create, globals } = (await importOptional('webgpu', 'npm install webgpu')) as typeof import('webgpu');
    Object.assign(globalThis, globals);
    const gpu = create([]);
    if (!globalThis.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
    Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
    dawn = gpu;
  }
  const adapter = await (dawn as GPU).requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('Dawn found no GPU: wanted a Vulkan, Metal or Direct3D 12 driver');
  await import('@tensorflow/tfjs-backend-webgpu');
  const { vendor, architecture, description } = adapter.info;
  const detail = [description || vendor, architecture].filter(Boolean).join(', ') || 'a GPU without a name';
  return { backend: 'webgpu', detail, software: /swiftshader|llvmpipe|software/i.test(detail) };
}

/** Asked before Dawn is, which writes warnings of its own where there is no driver at all. */
function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return true;
  const namedDriver = process.env['VK_DRIVER_FILES'] ?? process.env['VK_ICD_FILENAMES'];
  return namedDriver !== undefined || ['/dev/dri', '/dev/nvidia0', '/dev/dxg'].some((path) => existsSync(path));
}

async function loadTensorFlow(packageName: string, needs: string): Promise<{ backend: string; detail: string }> {
  // tfjs-node still calls a function that Node 23 removed.
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  await importOptional(packageName, `npm install ${packageName} (needs ${needs})`);
  return { backend: 'tensorflow', detail: `${packageName}, libtensorflow ${tf.version_core}` };
}

async function importOptional(packageName: string, install: string): Promise<unknown> {
  try {
    return await import(packageName);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND' && message.includes(packageName))
      throw new Error(`${packageName} is not installed: ${install}`, { cause: error });
    throw new Error(`${packageName} is installed but does not load: ${message.split('\n')[0]}`, { cause: error });
  }
}
