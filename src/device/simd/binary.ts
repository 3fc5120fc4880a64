import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { collapse, strides } from './axes.ts';
import type { SimdKernel } from './kernel.ts';

const binary =
  (kernel: string, dtype: 'float32' | 'bool' = 'float32'): SimdKernel =>
  ({ backend, inputs }) => {
    const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return null;
    const [left, right] = [backend.address(a), backend.address(b)];
    if (left === null || right === null) return null;
    const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const size = util.sizeFromShape(shape);
    const [aSize, bSize] = [util.sizeFromShape(a.shape), util.sizeFromShape(b.shape)];
    const isFlat = (aSize === size || aSize === 1) && (bSize === size || bSize === 1);
    const plan = isFlat ? null : collapse(shape, [strides(a.shape, shape), strides(b.shape, shape)]);
    if (plan && plan.sizes.length > 4) return null;
    const out = backend.output(shape, dtype);
    if (!plan) {
      // Two scalars are one vector of which the first number counts.
      const [aInner, bInner] = [aSize === size ? 1 : 0, bSize === size ? 1 : 0];
      backend.run(`${kernel}Flat`, Math.ceil(size / 4), 4, left, right, out.address, aInner, bInner);
      return out;
    }
    const [, d1 = 1, d2 = 1, inner = 1] = padded(plan.sizes, 1);
    const [x, y] = plan.strides.map((each) => padded(each, 0)) as [number[], number[]];
    const [a0 = 0, a1 = 0, a2 = 0, aInner = 0] = x;
    const [b0 = 0, b1 = 0, b2 = 0, bInner = 0] = y;
    const dimensions = [inner, aInner, bInner, d1, d2];
    const rows = inner ? size / inner : 0;
    backend.run(
      `${kernel}Rows`,
      rows,
      inner + 8,
      left,
      right,
      out.address,
      ...dimensions,
      ...[a0, a1, a2],
      ...[b0, b1, b2],
    );
    return out;
  };

/** To four entries, new ones first. */
export function padded(values: readonly number[], filler: number): number[] {
  return [...new Array<number>(4 - values.length).fill(filler), ...values];
}

export const binaryKernels: Record<string, SimdKernel> = {
  Add: binary('add'),
  Sub: binary('sub'),
  Multiply: binary('mul'),
  RealDiv: binary('div'),
  Maximum: binary('max'),
  Minimum: binary('min'),
  SquaredDifference: binary('squaredDifference'),
  Greater: binary('greater', 'bool'),
  GreaterEqual: binary('greaterEqual', 'bool'),
  Less: binary('less', 'bool'),
  LessEqual: binary('lessEqual', 'bool'),
  Equal: binary('equal', 'bool'),
  NotEqual: binary('notEqual', 'bool'),
};
