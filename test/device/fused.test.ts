import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Space } from '../../envs/spaces.ts';
import { openDevice } from '../../src/device/device.ts';
import type { SimdBackend } from '../../src/device/simd/backend.ts';
import { computeOn, expectAlike } from './compare.ts';
import { encoded, LAYERS, TOKEN_SPACES, trained, transformer } from './layers.ts';

// The cpu backend has no such kernels: there, each layer is made of TFJS's operations.
beforeAll(async () => {
  await openDevice('cpu');
  await openDevice('simd', { threads: 2 });
});

test.each(Object.entries(LAYERS))('%s and its gradients equal the composite', async (_, compute) => {
  const n = fc.integer({ min: 1, max: 40 });
  await fc.assert(
    fc.asyncProperty(n, n, n, (rows, n, m) => expectAlike(() => compute(rows, n, m), 1e-4)),
    { numRuns: 30 },
  );
  await expectAlike(() => compute(515, 70, 66), 1e-4);
});

test.each(['none', 'gru'] as const)(
  'a Transformer with gating %s and its gradients equal the composite',
  async (gating) => {
    const shapes = fc
      .record({
        N: fc.integer({ min: 1, max: 3 }),
        T: fc.integer({ min: 1, max: 9 }),
        heads: fc.integer({ min: 1, max: 3 }),
        half: fc.integer({ min: 1, max: 9 }),
        context: fc.integer({ min: 1, max: 18 }),
        seed: fc.nat(1000),
      })
      // A norm of two numbers is -1 and 1 whatever they are: its gradient is a difference of nearly equal numbers.
      .filter(({ heads, half }) => heads * half > 1);
    await fc.assert(
      fc.asyncProperty(shapes, (shape) => expectAlike(() => transformer({ ...shape, gating }), 5e-4)),
      { numRuns: 40 },
    );
    await expectAlike(() => transformer({ N: 16, T: 32, heads: 4, half: 8, context: 16, seed: 1, gating }), 1e-3);
  },
);

test.each(Object.entries(TOKEN_SPACES))(
  'what is seen of %s and its gradients equal the composite',
  async (_, space) => {
    for (const [N, heads, D] of [
      [1, 1, 1],
      [3, 2, 3],
      [5, 3, 18],
      [40, 2, 16],
    ] as const)
      await expectAlike(() => encoded(space, { N, heads, width: heads * D }), 2e-4);
  },
);

test.each([1, 2])('what is seen of a grid with a reach of %d and its gradients equal the composite', async (reach) => {
  const space = TOKEN_SPACES['a grid of quantities'] as Space;
  for (const [N, heads, D] of [
    [1, 1, 1],
    [3, 2, 3],
    [40, 1, 16],
  ] as const)
    await expectAlike(() => encoded(space, { N, heads, width: heads * D, reach }), 2e-4);
});

test.each([0.1, 1000])('Adam with gradients clipped to %d equals the composite', async (maxGradientNorm) => {
  await expectAlike(() => trained(maxGradientNorm), 1e-4);
});

test('one thread and three give the same bits, and no step leaves memory behind', async () => {
  const shape = { N: 24, T: 16, heads: 4, half: 8, context: 16, seed: 2 };
  const compute = (): tf.Tensor[] => [
    ...transformer(shape),
    ...transformer({ ...shape, gating: 'gru' }),
    ...encoded(TOKEN_SPACES['all kinds'] as Space, { N: 300, width: 64, heads: 4 }),
    ...encoded(TOKEN_SPACES['a grid of quantities'] as Space, { N: 300, width: 64, heads: 2, reach: 1 }),
    ...(LAYERS['a GRU'] as (typeof LAYERS)[string])(300, 33, 9),
  ];
  const results = [];
  for (const threads of [1, 3]) {
    await openDevice('simd', { threads });
    results.push(await computeOn('simd', compute));
    const { memoryOfTensors } = tf.backend() as SimdBackend;
    const [tensors, used] = [tf.memory().numTensors, memoryOfTensors.used];
    for (let i = 0; i < 3; i++) await computeOn('simd', compute);
    expect([tf.memory().numTensors, memoryOfTensors.used]).toEqual([tensors, used]);
  }
  expect(results[1]).toEqual(results[0]);
});
