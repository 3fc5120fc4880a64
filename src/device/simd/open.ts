import * as tf from '@tensorflow/tfjs-core';
import type { LoadedDevice } from '../names.ts';
import { SimdBackend, type SimdParts } from './backend.ts';
import { registerKernels } from './register.ts';

/** What of our CPU backend a user may choose. */
export interface KernelOptions {
  /** 0: as many as there are cores. */
  threads?: number;
  /** Without the instructions whose last bits differ between machines. */
  deterministic?: boolean;
}

/** Registers the backend `simd` with TFJS, in place of one that was there before. */
export function openSimd(parts: SimdParts, { relaxed }: { relaxed: boolean }): LoadedDevice {
  const isAnew = tf.findBackendFactory('simd') !== null;
  if (isAnew) tf.removeBackend('simd');
  const backend = new SimdBackend(parts);
  if (!isAnew) registerKernels();
  tf.registerBackend('simd', () => backend);
  const { threads, memory } = parts;
  return {
    backend: 'simd',
    detail: `WebAssembly with ${relaxed ? 'relaxed ' : ''}SIMD on ${threads} ${threads === 1 ? 'core' : 'cores'}`,
    facts: { threads, relaxedSimd: relaxed, maxMemory: memory.limit },
  };
}

/** Bytes that all tensors together may have; Infinity on a device that does not say. */
export function memoryLimit(): number {
  const backend = tf.backend();
  return backend instanceof SimdBackend ? backend.memoryOfTensors.limit : Infinity;
}

/** Whether this engine has relaxed SIMD, and it is turned on. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(PROBE);
}

/** (module (func (param v128 v128 v128) (result v128) local.get 0 local.get 1 local.get 2 f32x4.relaxed_madd)) */
const PROBE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x0d, 0x01, 0x0b, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfd, 0x85, 0x02, 0x0b],
]);
