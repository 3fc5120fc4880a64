import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdBackend } from './backend.ts';
import type { SimdKernel } from './kernel.ts';

/** Runs an elementwise kernel over whole vectors; `work` is what one number costs, in multiply-adds. */
export function mapped(
  backend: SimdBackend,
  x: TensorInfo,
  kernel: string,
  work: number,
  ...args: number[]
): TensorInfo | null {
  const address = x.dtype === 'float32' ? backend.address(x) : null;
  if (address === null) return null;
  const out = backend.output(x.shape);
  backend.run(kernel, vectors(x.shape), 4 * work, address, out.address, ...args);
  return out;
}

/** Vectors of four that hold a tensor's numbers. */
export function vectors(shape: number[]): number {
  return Math.ceil(util.sizeFromShape(shape) / 4);
}

const unary =
  (kernel: string, work = 1): SimdKernel =>
  ({ backend, inputs }) =>
    mapped(backend, inputs['x'] as TensorInfo, kernel, work);

export const unaryKernels: Record<string, SimdKernel> = {
  Neg: unary('neg'),
  Abs: unary('abs_'),
  Exp: unary('exp', 6),
  Log: unary('log', 8),
  Sqrt: unary('sqrt_', 2),
  Rsqrt: unary('rsqrt', 3),
  Square: unary('square'),
  Tanh: unary('tanh', 10),
  Sigmoid: unary('sigmoid', 8),
  Relu: unary('relu'),
  Softplus: unary('softplus', 14),
  Reciprocal: unary('reciprocal', 2),
  Floor: unary('floor_'),
  Ceil: unary('ceil_'),
  Step: ({ backend, inputs, attrs }) =>
    mapped(backend, inputs['x'] as TensorInfo, 'step', 1, (attrs as { alpha: number }).alpha),
  ClipByValue: ({ backend, inputs, attrs }) => {
    const { clipValueMin, clipValueMax } = attrs as { clipValueMin: number; clipValueMax: number };
    return mapped(backend, inputs['x'] as TensorInfo, 'clip', 1, clipValueMin, clipValueMax);
  },
  Fill: ({ backend, attrs }) => {
    const { shape, value, dtype } = attrs as { shape: number[]; value: unknown; dtype?: string };
    if (typeof value !== 'number' || (dtype ?? 'float32') !== 'float32') return null;
    return filled(backend, shape, value);
  },
  ZerosLike: ({ backend, inputs }) => {
    const x = inputs['x'] as TensorInfo;
    return x.dtype === 'float32' ? filled(backend, x.shape, 0) : null;
  },
  OnesLike: ({ backend, inputs }) => {
    const x = inputs['x'] as TensorInfo;
    return x.dtype === 'float32' ? filled(backend, x.shape, 1) : null;
  },
  Cast: ({ backend, inputs, attrs }) => {
    const x = inputs['x'] as TensorInfo;
    const { dtype } = attrs as { dtype: string };
    const address = backend.address(x);
    if (address === null) return null;
    const kernel = CASTS[`${x.dtype} ${dtype}`];
    if (!kernel) return null;
    const out = backend.output(x.shape, dtype as 'float32' | 'int32');
    backend.run(kernel, vectors(x.shape), 4, address, out.address);
    return out;
  },
};

const CASTS: Record<string, string> = {
  'int32 float32': 'intToFloat',
  'bool float32': 'boolToFloat',
  'float32 int32': 'floatToInt',
};

function filled(backend: SimdBackend, shape: number[], value: number): TensorInfo {
  const out = backend.output(shape);
  backend.run('fill', vectors(shape), 2, out.address, value);
  return out;
}
