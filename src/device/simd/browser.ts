import * as tf from '@tensorflow/tfjs-core';
import type { LoadedDevice } from '../names.ts';
import { TensorMemory } from './memory.ts';
import { hasRelaxedSimd, openSimd, type KernelOptions } from './open.ts';
import type { ThreadTask } from './pool.ts';
import { unshared } from './unshared.ts';

/**
 * Makes our CPU backend the device of all tensors in a page, or in a worker of one.
 *
 * Where the page is cross-origin isolated (its server sends `Cross-Origin-Opener-Policy: same-origin` and
 * `Cross-Origin-Embedder-Policy: require-corp`) it has as many threads as there are cores, elsewhere one. A page's main
 * thread may not sleep: while others finish their pieces of an operation it keeps its core busy, so acting belongs there,
 * and training into a worker. A Content-Security-Policy must allow 'wasm-unsafe-eval'.
 *
 * @returns what it runs on
 * @throws Error when the kernels cannot be loaded, or the engine has no SIMD
 * @see https://web.dev/articles/coop-coep
 */
export async function openSimdInPage({
  threads = 0,
  deterministic = false,
}: KernelOptions = {}): Promise<LoadedDevice> {
  const relaxed = !deterministic && hasRelaxedSimd();
  // Each written out whole, for bundlers to find.
  const url = relaxed
    ? new URL('./generated/kernels.relaxed.wasm', import.meta.url)
    : new URL('./generated/kernels.wasm', import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`cannot load ${url.href}: ${response.status} ${response.statusText}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const shared = crossOriginIsolated;
  const module = await WebAssembly.compile(shared ? bytes : unshared(bytes));
  const memory = new TensorMemory({ shared });
  const count = shared ? threads || navigator.hardwareConcurrency : 1;
  const result = openSimd({ module, threads: count, memory, spawn }, { relaxed });
  if (!(await tf.setBackend('simd'))) throw new Error('TensorFlow.js could not start its simd backend');
  return shared ? result : { ...result, detail: `${result.detail}, since the page is not cross-origin isolated` };
}

function spawn(task: ThreadTask): Worker {
  const worker = new Worker(new URL('./pageWorker.mjs', import.meta.url), { type: 'module' });
  worker.postMessage(task, []);
  return worker;
}
