import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { LoadedDevice } from '../names.ts';
import { TensorMemory } from './memory.ts';
import { hasRelaxedSimd, openSimd, type KernelOptions } from './open.ts';
import type { ThreadTask } from './pool.ts';

export interface SimdOptions extends KernelOptions {
  /** Most bytes of all tensors together; as it is, or else all there are, where it is left out. */
  memoryLimit?: number;
}

let opened: { settings: string; memoryLimit: number; result: LoadedDevice } | null = null;

/**
 * Registers the backend `simd` with TFJS in Node; anew where it runs with other options than those given.
 *
 * @param options as it runs already, or the defaults, where there are none
 * @returns what it runs on
 */
export function loadSimd(options?: SimdOptions): LoadedDevice {
  if (opened && !options) return opened.result;
  const { threads: wanted = 0, deterministic = false, memoryLimit = opened?.memoryLimit ?? Infinity } = options ?? {};
  const threads = wanted || availableParallelism();
  const settings = `${threads} ${deterministic} ${memoryLimit}`;
  if (opened?.settings === settings) return opened.result;
  const relaxed = !deterministic && turnedOnRelaxedSimd();
  const file = new URL(`./generated/${relaxed ? 'kernels.relaxed' : 'kernels'}.wasm`, import.meta.url);
  const module = new WebAssembly.Module(readFileSync(file));
  const result = openSimd({ module, threads, memory: new TensorMemory({ limit: memoryLimit }), spawn }, { relaxed });
  opened = { settings, memoryLimit, result };
  return result;
}

function spawn(task: ThreadTask): Worker {
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData: task });
  worker.unref();
  return worker;
}

function turnedOnRelaxedSimd(): boolean {
  if (hasRelaxedSimd()) return true;
  try {
    // Off by default in Node 20 and 21.
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  } catch {
    return false;
  }
  return hasRelaxedSimd();
}
