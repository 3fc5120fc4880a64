/** Where tensors can live and kernels run. */
export const DEVICE_NAMES = ['cuda', 'webgpu', 'native', 'simd', 'wasm', 'cpu'] as const;

export type DeviceName = (typeof DEVICE_NAMES)[number];

/** Those whose tensors can be read in the middle of synchronous code. */
export const SYNCHRONOUS_DEVICES: readonly string[] = DEVICE_NAMES.filter((name) => name !== 'webgpu');

/** What was found of a device, for scripts: names, versions, limits in bytes. */
export type Facts = Record<string, string | number | boolean>;

/** A device that is there. */
export interface LoadedDevice {
  /** The name that TFJS has its backend under. */
  backend: string;
  /** What it runs on, in a line. */
  detail: string;
  facts: Facts;
  /** A GPU in name only. */
  software?: boolean;
}
