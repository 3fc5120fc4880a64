import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of all operations: tfjs-core alone has none in Node, and its own list of them cannot be
// loaded there.
import '@tensorflow/tfjs-layers';
import { DEVICE_NAMES, type DeviceName, type Facts, type LoadedDevice } from './names.ts';
import type { SimdOptions } from './simd/load.ts';
import { loadTensorFlow } from './tensorflow.ts';

/** What was found of a device. */
export interface DeviceReport {
  name: DeviceName;
  available: boolean;
  /** What was found; or why it is not available and how to get it. */
  detail: string;
  /** The same in parts, and its limits; empty where it is not available. */
  facts: Facts;
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
  load(options?: SimdOptions): Promise<LoadedDevice>;
}

const DEVICES: Record<DeviceName, Device> = {
  cuda: { load: () => loadTensorFlow('cuda') },
  native: { load: () => loadTensorFlow('native') },
  webgpu: { load: async () => await (await import('./webgpu/load.ts')).loadWebGpu() },
  simd: { load: async (options) => (await import('./simd/load.ts')).loadSimd(options) },
  wasm: { load: loadWasm },
  cpu: { load: loadCpu },
};

/** All devices, with what was found of each. */
export async function listDevices(): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const name of DEVICE_NAMES) {
    try {
      const { detail, facts } = await DEVICES[name].load();
      reports.push({ name, available: true, detail, facts });
    } catch (error) {
      reports.push({ name, available: false, detail: (error as Error).message, facts: {} });
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

/** Does something on another device; afterwards the device is the one that it was. Tensors stay where they were made. */
export async function withDevice<Result>(name: DeviceName, work: () => Promise<Result>): Promise<Result> {
  const before = tf.getBackend();
  try {
    await openDevice(name);
    return await work();
  } finally {
    await use(before);
  }
}

async function use(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js could not start its ${backend} backend`);
  await tf.ready();
}

async function loadCpu(): Promise<LoadedDevice> {
  await import('@tensorflow/tfjs-backend-cpu');
  return { backend: 'cpu', detail: 'plain JavaScript, the reference for all others', facts: { threads: 1 } };
}

async function loadWasm(): Promise<LoadedDevice> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(entry), '/'));
  return { backend: 'wasm', detail: 'WebAssembly with SIMD on one core', facts: { threads: 1 } };
}
