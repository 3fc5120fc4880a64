/** Where tensors can live and kernels run. */
export const DEVICE_NAMES = ['cuda', 'webgpu', 'native', 'simd', 'wasm', 'cpu'] as const;

export type DeviceName = (typeof DEVICE_NAMES)[number];
