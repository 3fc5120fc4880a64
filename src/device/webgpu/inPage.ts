import * as tf from '@tensorflow/tfjs-core';
import type { LoadedDevice } from '../names.ts';
import { openAdapter } from './open.ts';

/**
 * Makes the browser's GPU the device of all tensors in a page, or in a worker of one.
 *
 * @throws Error saying why there is none
 */
export async function openWebGpuInPage(): Promise<LoadedDevice> {
  if (!('gpu' in navigator)) throw new Error('this browser has no WebGPU');
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('the browser found no GPU');
  const device = await openAdapter(adapter, 'WebGPU');
  if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js could not start its webgpu backend');
  return device;
}
