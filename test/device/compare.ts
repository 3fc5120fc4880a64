import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { Generator } from '../../envs/random.ts';

/** What `compute` makes on a device: the numbers of each tensor, and its shape. */
export async function computeOn(
  device: 'cpu' | 'simd' | 'webgpu',
  compute: () => tf.Tensor[],
): Promise<{ shape: number[]; dtype: string; values: number[] }[]> {
  await tf.setBackend(device);
  const tensors = tf.tidy(compute);
  const data = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  return tensors.map(({ shape, dtype }, i) => ({ shape, dtype, values: Array.from(data[i] as Float32Array) }));
}

/** The same as on `cpu`: shapes, types, and numbers to `tolerance`, relative where they are larger than 1. */
export async function expectAlike(
  compute: () => tf.Tensor | tf.Tensor[],
  tolerance = 1e-5,
  device: 'simd' | 'webgpu' = 'simd',
): Promise<void> {
  const all = (): tf.Tensor[] => [compute()].flat();
  const [wanted, found] = [await computeOn('cpu', all), await computeOn(device, all)];
  expect(found.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    wanted.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  wanted.forEach(({ values }, i) =>
    values.forEach((value, j) => {
      const other = found[i]?.values[j] as number;
      if (Object.is(value, other) || value === other) return;
      const error = Math.abs(value - other) / Math.max(1, Math.abs(value));
      // One comparison for each number, and not one assertion, which would take long.
      if (!(error <= tolerance)) expect(`output ${i} [${j}] is ${other}`).toBe(`output ${i} [${j}] is ${value}`);
    }),
  );
}

/** Numbers between -2 and 2, the same for the same seed. */
export function numbers(shape: number[], seed = 1): tf.Tensor {
  const random = new Generator(seed);
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => 4 * random.random() - 2),
    shape,
  );
}
