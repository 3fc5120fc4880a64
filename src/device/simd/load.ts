import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import * as tf from '@tensorflow/tfjs-core';
import { SimdBackend } from './backend.ts';
import { registerKernels } from './register.ts';

export interface SimdOptions {
  /** 0: as many as there are cores. */
  threads?: number;
  /** Without the instructions whose last bits differ between machines. */
  deterministic?: boolean;
}

let opened: { settings: string; detail: string } | null = null;

/**
 * Registers the backend `simd` with TFJS; anew where it runs with other options than those given.
 *
 * @param options as it runs already, or the defaults, where there are none
 * @returns what it runs on
 */
export function loadSimd(options?: SimdOptions): {
  backend: string;
  detail: string;
} {
  if (opened && !options) return { backend: 'simd', detail: opened.detail };
  const { threads = 0, deterministic = false } = options ?? {};
  const count = threads || availableParallelism();
  const settings = `${count} ${deterministic}`;
  if (opened?.settings === settings) return { backend: 'simd', detail: opened.detail };
  if (opened) tf.removeBackend('simd');
  const relaxed = !deterministic && hasRelaxedSimd();
  const file = new URL(`./generated/${relaxed ? 'kernels.relaxed' : 'kernels'}.wasm`, import.meta.url);
  const backend = new SimdBackend(new WebAssembly.Module(readFileSync(file)), count);
  if (!opened) registerKernels();
  tf.registerBackend('simd', () => backend);
  const detail = `WebAssembly with ${relaxed ? 'relaxed ' : ''}SIMD on ${count} ${count === 1 ? 'core' : 'cores'}`;
  opened = { settings, detail };
  return { backend: 'simd', detail };
}

/** (module (func (param v128 v128 v128) (result v128) local.get 0 local.get 1 local.get 2 f32x4.relaxed_madd)) */
const PROBE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x0d, 0x01, 0x0b, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfd, 0x85, 0x02, 0x0b],
]);

function hasRelaxedSimd(): boolean {
  if (WebAssembly.validate(PROBE)) return true;
  try {
    // Off by default in Node 20 and 21.
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  } catch {
    return false;
  }
  return WebAssembly.validate(PROBE);
}
