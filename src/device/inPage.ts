import * as tf from '@tensorflow/tfjs-core';
import type { LoadedDevice } from './names.ts';

/** Where tensors can live in a page, or in a worker of one. */
const PAGE_DEVICES = ['simd', 'webgpu', 'cpu'] as const;

export type PageDevice = (typeof PAGE_DEVICES)[number];

export interface OpenPageDevice {
  name: PageDevice;
  /** What it runs on, in a line. */
  detail: string;
  /** Why it is not the one that was asked for; null where it is. */
  instead: string | null;
}

/**
 * Makes a device the one of all tensors in a page or worker; where it is not there, the next slower one that is.
 *
 * @throws Error when not even the slowest can be opened
 */
export async function openDeviceInPage(wanted: PageDevice): Promise<OpenPageDevice> {
  tf.enableProdMode();
  const reasons: string[] = [];
  for (const name of [wanted, ...PAGE_DEVICES.filter((other) => other !== 'webgpu' && other !== wanted)]) {
    try {
      const { detail } = await LOADERS[name]();
      return { name, detail, instead: reasons.length > 0 ? reasons.join('; ') : null };
    } catch (error) {
      reasons.push(`${name}: ${(error as Error).message}`);
    }
  }
  throw new Error(`no device can be opened: ${reasons.join('; ')}`);
}

const LOADERS: Record<PageDevice, () => Promise<LoadedDevice>> = {
  // A step of acting is too little to share between threads, which would keep cores awake that the page can use.
  simd: async () => await (await import('./simd/browser.ts')).openSimdInPage({ threads: 1 }),
  webgpu: async () => await (await import('./webgpu/inPage.ts')).openWebGpuInPage(),
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    if (!(await tf.setBackend('cpu'))) throw new Error('TensorFlow.js could not start its cpu backend');
    return { backend: 'cpu', detail: 'plain JavaScript on 1 core', facts: {} };
  },
};

/**
 * Does something on TFJS's own `cpu` backend, whose layers have gradients to all that they are given; afterwards the
 * device is the one that it was. Tensors stay on the device that they were made on.
 */
export async function onPlainDevice<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = tf.getBackend();
  await Promise.all([
    import('@tensorflow/tfjs-backend-cpu'),
    import('@tensorflow/tfjs-core/dist/register_all_gradients.js'), // only a bundler can load it: see ARCHITECTURE.md
  ]);
  try {
    if (!(await tf.setBackend('cpu'))) throw new Error('TensorFlow.js could not start its cpu backend');
    return await work();
  } finally {
    await tf.setBackend(before);
  }
}
