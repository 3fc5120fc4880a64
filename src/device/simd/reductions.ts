import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdBackend } from './backend.ts';
import type { SimdKernel } from './kernel.ts';

/** A reduction of neighbouring axes is one of the middle axis of [before, n, after]; null where they are apart. */
function reduction(
  { shape }: TensorInfo,
  { axis, keepDims }: { axis?: number | number[] | null; keepDims?: boolean },
): { before: number; n: number; after: number; outShape: number[] } | null {
  const axes = util.parseAxisParam((axis ?? shape.map((_, i) => i)) as number | number[], shape).sort((x, y) => x - y);
  if (axes.length === 0) return null;
  const [first, last] = [axes[0] as number, axes.at(-1) as number];
  if (last - first + 1 !== axes.length) return null;
  return {
    before: util.sizeFromShape(shape.slice(0, first)),
    n: util.sizeFromShape(shape.slice(first, last + 1)),
    after: util.sizeFromShape(shape.slice(last + 1)),
    outShape: shape.flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size])),
  };
}

const sum =
  (isMean: boolean): SimdKernel =>
  ({ backend, inputs, attrs }) => {
    const x = inputs['x'] as TensorInfo;
    const plan = x.dtype === 'float32' ? reduction(x, attrs) : null;
    const address = plan && backend.address(x);
    if (!plan || address === null) return null;
    const { before, n, after, outShape } = plan;
    return summed(backend, address, { before, n, after, outShape, scale: isMean ? 1 / n : 1 });
  };

/** Sums the middle axis of [before, n, after]. */
export function summed(
  backend: SimdBackend,
  address: number,
  {
    before,
    n,
    after,
    outShape,
    scale = 1,
  }: { before: number; n: number; after: number; outShape: number[]; scale?: number },
): TensorInfo & { address: number } {
  const out = backend.output(outShape);
  if (after === 1) backend.run('sumRows', before, n + 4, address, out.address, n, scale);
  else backend.run('sumColumns', before * Math.ceil(after / 16), 16 * n, address, out.address, n, after, scale);
  return out;
}

/** Of the last axis. */
const softmax: SimdKernel = ({ backend, inputs, attrs }) => {
  const x = inputs['logits'] as TensorInfo;
  const { dim } = attrs as { dim: number };
  if (x.dtype !== 'float32' || (dim !== -1 && dim !== x.shape.length - 1)) return null;
  const address = backend.address(x);
  const n = x.shape.at(-1);
  if (address === null || !n) return null;
  const out = backend.output(x.shape);
  backend.run('softmaxRows', util.sizeFromShape(x.shape) / n, 10 * n, address, out.address, n);
  return out;
};

export const reductionKernels: Record<string, SimdKernel> = {
  Sum: sum(false),
  Mean: sum(true),
  Max: ({ backend, inputs, attrs }) => {
    const x = inputs['x'] as TensorInfo;
    const { reductionIndices, keepDims } = attrs as { reductionIndices: number[]; keepDims: boolean };
    const plan = x.dtype === 'float32' ? reduction(x, { axis: reductionIndices, keepDims }) : null;
    const address = plan && backend.address(x);
    if (!plan || address === null || plan.after !== 1) return null;
    const out = backend.output(plan.outShape);
    backend.run('rowMaxima', plan.before, plan.n + 4, address, out.address, plan.n);
    return out;
  },
  Softmax: softmax,
};
