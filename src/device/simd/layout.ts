import { backend_util, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { collapse, strides } from './axes.ts';
import type { SimdBackend } from './backend.ts';
import { padded } from './binary.ts';
import type { SimdKernel } from './kernel.ts';

type DType = 'float32' | 'int32' | 'bool';

interface Place {
  /** In bytes, of the first number. */
  address: number;
  /** Numbers from one neighbour to the next, along each axis. */
  strides: readonly number[];
}

/** Copies `shape` numbers of `bytes` each from one strided place to another; false where there are too many axes. */
function copy(backend: SimdBackend, shape: readonly number[], bytes: number, from: Place, to: Place): boolean {
  const { sizes, strides } = collapse(shape, [from.strides, to.strides]);
  if (util.sizeFromShape([...shape]) === 0) return true;
  const [source, target] = strides as [number[], number[]];
  const hasRows = sizes.length > 0 && source.at(-1) === 1 && target.at(-1) === 1;
  const outer = hasRows ? sizes.length - 1 : sizes.length;
  if (outer > 3) return false;
  const inner = hasRows ? (sizes.at(-1) as number) : 1;
  const row = (each: number[]): number[] =>
    padded(each.slice(0, outer), 0)
      .slice(1)
      .map((stride) => stride * bytes);
  const [, , d1 = 1, d2 = 1] = padded(sizes.slice(0, outer), 1);
  const rows = sizes.slice(0, outer).reduce((count, size) => count * size, 1);
  backend.run(
    'copyRows',
    rows,
    inner / 4 + 4,
    from.address,
    to.address,
    inner * bytes,
    ...[d1, d2],
    ...row(source),
    ...row(target),
  );
  return true;
}

/** A part of `x` as a tensor of its own. */
function slice(backend: SimdBackend, x: TensorInfo, begin: readonly number[], size: number[]): TensorInfo | null {
  const address = backend.address(x);
  if (address === null || x.shape.length === 0) return null;
  const bytes = util.bytesPerElement(x.dtype);
  const places = strides(x.shape, x.shape);
  const offset = begin.reduce((sum, at, axis) => sum + at * (places[axis] as number), 0);
  const out = backend.output(size, x.dtype as DType);
  const from = { address: address + offset * bytes, strides: places };
  if (copy(backend, size, bytes, from, { address: out.address, strides: strides(size) })) return out;
  backend.disposeIntermediateTensorInfo(out);
  return null;
}

/** Tensors side by side along `axis`; null where they are not all of one type in the memory. */
function concat(
  backend: SimdBackend,
  tensors: readonly TensorInfo[],
  axis: number,
  shape: number[],
): TensorInfo | null {
  const dtype = tensors[0]?.dtype as DType;
  const addresses = tensors.map((tensor) => (tensor.dtype === dtype ? backend.address(tensor) : null));
  if (addresses.includes(null)) return null;
  const bytes = util.bytesPerElement(dtype);
  const before = util.sizeFromShape(shape.slice(0, axis));
  const out = backend.output(shape, dtype);
  const outRow = util.sizeFromShape(shape.slice(axis));
  let offset = 0;
  tensors.forEach((tensor, i) => {
    const row = before ? util.sizeFromShape(tensor.shape) / before : 0;
    const from = { address: addresses[i] as number, strides: [row, 1] };
    if (row) copy(backend, [before, row], bytes, from, { address: out.address + offset * bytes, strides: [outRow, 1] });
    offset += row;
  });
  return out;
}

function transpose(backend: SimdBackend, x: TensorInfo, perm: readonly number[]): TensorInfo | null {
  const address = x.dtype === 'float32' || x.dtype === 'int32' ? backend.address(x) : null;
  if (address === null) return null;
  const shape = perm.map((axis) => x.shape[axis] as number);
  const from = strides(x.shape, x.shape);
  const source = perm.map((axis) => from[axis] as number);
  const target = strides(shape);
  const { sizes, strides: walks } = collapse(shape, [source, target]);
  const out = backend.output(shape, x.dtype as DType);
  const places = walks[0] as number[];
  if (places.length === 0 || places.at(-1) === 1) {
    if (copy(backend, shape, 4, { address, strides: source }, { address: out.address, strides: target })) return out;
  } else if (sizes.length <= 4) {
    const [, d1 = 1, d2 = 1, n = 1] = padded(sizes, 1);
    const [s0 = 0, s1 = 0, s2 = 0, inner = 0] = padded(places, 0).map((stride) => stride * 4);
    const rows = n ? util.sizeFromShape(shape) / n : 0;
    backend.run('gatherColumns', rows, n + 4, address, out.address, n, inner, d1, d2, s0, s1, s2);
    return out;
  }
  backend.disposeIntermediateTensorInfo(out);
  return null;
}

export const layoutKernels: Record<string, SimdKernel> = {
  Slice: ({ backend, inputs, attrs }) => {
    const x = inputs['x'] as TensorInfo;
    const given = attrs as { begin: number | number[]; size: number | number[] };
    // TFJS types the tensor where it reads no more than its shape.
    const [begin, size] = slice_util.parseSliceParams(
      x as Parameters<typeof slice_util.parseSliceParams>[0],
      given.begin,
      given.size,
    ) as [number[], number[]];
    slice_util.assertParamsValid(x as Parameters<typeof slice_util.parseSliceParams>[0], begin, size);
    return slice(backend, x, begin, size);
  },
  SplitV: ({ backend, inputs, attrs }) => {
    const x = inputs['x'] as TensorInfo;
    const { numOrSizeSplits, axis } = attrs as { numOrSizeSplits: number | number[]; axis: number };
    const $axis = util.parseAxisParam(axis, x.shape)[0] as number;
    if (backend.address(x) === null || x.shape.length > 4) return null;
    // TFJS types the tensor where it reads no more than its shape.
    const sizes = backend_util.prepareSplitSize(
      x as Parameters<typeof backend_util.prepareSplitSize>[0],
      numOrSizeSplits,
      $axis,
    );
    let at = 0;
    const parts = sizes.map((part) => {
      const begin = x.shape.map((_, i) => (i === $axis ? at : 0));
      at += part;
      return slice(
        backend,
        x,
        begin,
        x.shape.map((size, i) => (i === $axis ? part : size)),
      );
    });
    return parts as TensorInfo[];
  },
  Unpack: ({ backend, inputs, attrs }) => {
    const x = inputs['value'] as TensorInfo;
    const axis = util.parseAxisParam((attrs as { axis: number }).axis, x.shape)[0] as number;
    if (backend.address(x) === null || x.shape.length > 4) return null;
    const size = x.shape.map((length, i) => (i === axis ? 1 : length));
    const shape = x.shape.filter((_, i) => i !== axis);
    return Array.from({ length: x.shape[axis] as number }, (_, at) => ({
      ...(slice(
        backend,
        x,
        x.shape.map((_, i) => (i === axis ? at : 0)),
        size,
      ) as TensorInfo),
      shape,
    }));
  },
  Concat: ({ backend, inputs, attrs }) => {
    const all = Object.values(inputs);
    const axis = util.parseAxisParam((attrs as { axis: number }).axis, (all[0] as TensorInfo).shape)[0] as number;
    const shapes = all.map((tensor) => tensor.shape);
    backend_util.assertParamsConsistent(shapes, axis);
    const shape = [...(shapes[0] as number[])];
    shape[axis] = all.reduce((sum, tensor) => sum + (tensor.shape[axis] as number), 0);
    return concat(backend, all, axis, shape);
  },
  Pack: ({ backend, inputs, attrs }) => {
    const all = Object.values(inputs);
    const { axis } = attrs as { axis: number };
    const shape = [...(all[0] as TensorInfo).shape];
    for (const tensor of all) util.assertShapesMatch(shape, tensor.shape, 'stack: ');
    const $axis = axis < 0 ? axis + shape.length + 1 : axis;
    shape.splice($axis, 0, all.length);
    return concat(backend, all, $axis, shape);
  },
  Transpose: ({ backend, inputs, attrs }) =>
    transpose(backend, inputs['x'] as TensorInfo, (attrs as { perm: number[] }).perm),
  GatherV2: ({ backend, inputs, attrs }) => {
    const { x, indices } = inputs as { x: TensorInfo; indices: TensorInfo };
    const { axis, batchDims } = attrs as { axis: number; batchDims: number };
    const $axis = util.parseAxisParam(axis, x.shape)[0] as number;
    const [source, chosen] = [backend.address(x), indices.dtype === 'int32' ? backend.address(indices) : null];
    if (source === null || chosen === null || batchDims) return null;
    const count = x.shape[$axis] as number;
    const numbers = backend.data.get(indices.dataId).values as Int32Array;
    for (const index of numbers)
      if (index < 0 || index >= count)
        throw new RangeError(`GatherV2: the index value ${index} is not in [0, ${count - 1}]`);
    const before = util.sizeFromShape(x.shape.slice(0, $axis));
    const after = util.sizeFromShape(x.shape.slice($axis + 1));
    const out = backend.output(
      [...x.shape.slice(0, $axis), ...indices.shape, ...x.shape.slice($axis + 1)],
      x.dtype as DType,
    );
    const bytes = util.bytesPerElement(x.dtype) * after;
    backend.run(
      'gatherRows',
      before * numbers.length,
      after / 4 + 4,
      source,
      chosen,
      out.address,
      numbers.length,
      count,
      bytes,
    );
    return out;
  },
  // The gradient of gather.
  UnsortedSegmentSum: ({ backend, inputs, attrs }) => {
    const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
    const { numSegments } = attrs as { numSegments: number };
    if (x.dtype !== 'float32' || segmentIds.dtype !== 'int32' || segmentIds.shape.length !== 1) return null;
    const n = segmentIds.shape[0] as number;
    const [source, ids] = [backend.address(x), backend.address(segmentIds)];
    if (source === null || ids === null || x.shape[0] !== n) return null;
    const shape = [numSegments, ...x.shape.slice(1)];
    const width = util.sizeFromShape(x.shape.slice(1));
    const out = backend.output(shape);
    const work = 4 * (n + numSegments);
    backend.run('segmentSums', Math.ceil(width / 16), work, source, ids, out.address, n, numSegments, width);
    return out;
  },
};
