import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../src/device/device.ts';
import type { SimdBackend } from '../../src/device/simd/backend.ts';
import { KERNELS } from '../../src/device/simd/register.ts';
import { computeOn, expectAlike, numbers } from './compare.ts';

beforeAll(async () => {
  await openDevice('cpu');
  await openDevice('simd', { threads: 2 });
});

const RUNS = { numRuns: 40 };
const size = fc.integer({ min: 0, max: 9 });
const shape = (maxLength = 4): fc.Arbitrary<number[]> => fc.array(size, { maxLength });

const UNARY: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  Neg: tf.neg,
  Abs: tf.abs,
  Exp: tf.exp,
  Log: (x) => tf.log(tf.add(tf.square(x), 1e-6)),
  Sqrt: (x) => tf.sqrt(tf.abs(x)),
  Rsqrt: (x) => tf.rsqrt(tf.add(tf.abs(x), 0.1)),
  Square: tf.square,
  Tanh: tf.tanh,
  Sigmoid: tf.sigmoid,
  Relu: tf.relu,
  Softplus: tf.softplus,
  Reciprocal: (x) => tf.reciprocal(tf.add(tf.abs(x), 0.1)),
  Floor: tf.floor,
  Ceil: tf.ceil,
  Step: (x) => tf.step(x, 0.25),
  ClipByValue: (x) => tf.clipByValue(x, -0.5, 0.75),
  ZerosLike: tf.zerosLike,
  OnesLike: tf.onesLike,
  Fill: (x) => tf.fill(x.shape, 1.5),
  'Cast: to int32': (x) => tf.cast(tf.mul(x, 100), 'int32'),
  'Cast: from int32': (x) => tf.cast(tf.cast(tf.mul(x, 100), 'int32'), 'float32'),
  'Cast: from bool': (x) => tf.cast(tf.greater(x, 0), 'float32'),
};

test.each(Object.entries(UNARY))('%s equals the cpu backend', async (_, op) => {
  await fc.assert(
    fc.asyncProperty(shape(), (sizes) => expectAlike(() => op(numbers(sizes)))),
    RUNS,
  );
});

const ENDS = [0, -0, 1e-30, 1e-8, 1, -1, 0.6, -0.7, 30, -30, 87, -87, 88.7, 89, 100, -100, 1e9, 3e38, -1e9, -3e38];
const EXTREME = { exp: tf.exp, sigmoid: tf.sigmoid, tanh: tf.tanh, softplus: tf.softplus, relu: tf.relu };
const POSITIVE = { log: tf.log, sqrt: tf.sqrt };

test.each(Object.entries({ ...EXTREME, ...POSITIVE }))('%s is right at the ends of its range', async (name, op) => {
  const ends = name in POSITIVE ? ENDS.map(Math.abs) : ENDS;
  await expectAlike(() => op(tf.tensor1d([...ends, Infinity, NaN])));
});

const BINARY: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  Add: tf.add,
  Sub: tf.sub,
  Multiply: tf.mul,
  RealDiv: (a, b) => tf.div(a, tf.add(tf.abs(b), 0.5)),
  Maximum: tf.maximum,
  Minimum: tf.minimum,
  SquaredDifference: tf.squaredDifference,
  Greater: tf.greater,
  GreaterEqual: tf.greaterEqual,
  Less: tf.less,
  LessEqual: tf.lessEqual,
  Equal: (a, b) => tf.equal(tf.sign(a), tf.sign(b)),
  NotEqual: (a, b) => tf.notEqual(tf.sign(a), tf.sign(b)),
};

/** Two shapes that broadcast: each operand has some axes of size 1, and may lack the first ones. */
const broadcast = shape()
  .chain((sizes) => {
    const flags = fc.array(fc.boolean(), { minLength: sizes.length, maxLength: sizes.length });
    return fc.tuple(fc.constant(sizes), flags, flags, fc.nat(sizes.length), fc.nat(sizes.length));
  })
  .map(([sizes, a, b, aFrom, bFrom]) => [
    sizes.map((n, i) => (a[i] ? 1 : n)).slice(aFrom),
    sizes.map((n, i) => (b[i] ? 1 : n)).slice(bFrom),
  ]);

test.each(Object.entries(BINARY))('%s equals the cpu backend, broadcast or not', async (_, op) => {
  await fc.assert(
    fc.asyncProperty(broadcast, ([a, b]) => expectAlike(() => op(numbers(a as number[]), numbers(b as number[], 2)))),
    { numRuns: 100 },
  );
});

const REDUCTIONS: Record<string, (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor> = {
  // Of positive numbers: where they cancel out, a sum keeps few of its digits on any device.
  Sum: (x, axes, keepDims) => tf.sum(tf.add(x, 3), axes, keepDims),
  Mean: (x, axes, keepDims) => tf.mean(tf.add(x, 3), axes, keepDims),
  Max: tf.max,
};

test.each(Object.entries(REDUCTIONS))('%s over any axes equals the cpu backend', async (_, op) => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
  const reduced = sizes.chain((sizes) =>
    fc.tuple(fc.constant(sizes), fc.subarray(Object.keys(sizes).map(Number), { minLength: 1 }), fc.boolean()),
  );
  await fc.assert(
    fc.asyncProperty(reduced, ([sizes, axes, keepDims]) => expectAlike(() => op(numbers(sizes), axes, keepDims), 1e-5)),
    RUNS,
  );
});

const sized = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 });

async function alongLastAxis(op: (x: tf.Tensor) => tf.Tensor): Promise<void> {
  const sizes = fc.array(fc.integer({ min: 1, max: 11 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(sizes, (sizes) =>
      expectAlike(() => {
        const x = numbers(sizes);
        return [op(x), tf.grad((x: tf.Tensor) => tf.sum(tf.mul(op(x), numbers(sizes, 2))))(x)];
      }),
    ),
    RUNS,
  );
}

/** Of a tensor of any shape along any axis, and a small number to do it with. */
async function alongAnyAxis(
  compute: (x: tf.Tensor, axis: number, extra: number) => tf.Tensor | tf.Tensor[],
): Promise<void> {
  const placed = sized.chain((sizes) =>
    fc.tuple(fc.constant(sizes), fc.nat(sizes.length - 1), fc.integer({ min: 0, max: 3 })),
  );
  await fc.assert(
    fc.asyncProperty(placed, ([sizes, axis, extra]) => expectAlike(() => compute(numbers(sizes), axis, extra))),
    { numRuns: 100 },
  );
}

/** As `x`, with `size` along the axis. */
function resized(x: tf.Tensor, axis: number, size: number): tf.Tensor {
  return numbers(
    x.shape.map((n, i) => (i === axis ? size : n)),
    2,
  );
}

/** Whole numbers below `end`, -1 among them where `outside` is wanted. */
function indices(count: number, end: number, outside = false): tf.Tensor1D {
  const values = Array.from({ length: count }, (_, i) => ((7 * i) % (end + Number(outside))) - Number(outside));
  return tf.tensor1d(values, 'int32');
}

/** Claims of the other kernels, each to be held on both devices. */
const OTHERS: Record<string, () => Promise<void>> = {
  'Softmax: also of masked numbers, with its gradient': async () => {
    await alongLastAxis(tf.softmax);
    await expectAlike(() => tf.softmax(tf.tensor2d([[1, -1e9, 2, -1e9, 3]])));
  },
  'BatchMatMul: batches, transposes, broadcast, empty': async () => {
    const n = fc.integer({ min: 1, max: 37 });
    const batches = fc.constantFrom<[number[], number[]]>(
      [[], []],
      [[3], [3]],
      [[3], [1]],
      [[1], [2]],
      [
        [2, 3],
        [2, 3],
      ],
    );
    await fc.assert(
      fc.asyncProperty(n, n, n, batches, fc.boolean(), fc.boolean(), (M, K, N, [a, b], ta, tb) =>
        expectAlike(() => {
          const left = numbers([...a, ...(ta ? [K, M] : [M, K])]);
          const right = numbers([...b, ...(tb ? [N, K] : [K, N])], 2);
          return tf.matMul(left, right, ta, tb);
        }, 2e-5),
      ),
      { numRuns: 100 },
    );
    for (const [M, K, N] of [
      [5, 700, 33],
      [0, 3, 2],
      [3, 0, 2],
      [2, 3, 0],
    ] as const)
      await expectAlike(() => tf.matMul(numbers([M, K]) as tf.Tensor2D, numbers([K, N]) as tf.Tensor2D), 1e-4);
  },
  '_FusedMatMul: bias and activation': async () => {
    for (const activation of ['linear', 'relu', 'elu'] as const)
      await expectAlike(() =>
        tf.fused.matMul({
          a: numbers([5, 7]) as tf.Tensor2D,
          b: numbers([7, 19], 2) as tf.Tensor2D,
          bias: numbers([19], 3),
          activation,
        }),
      );
  },
  Transpose: async () => {
    const permuted = shape().chain((sizes) =>
      fc.tuple(
        fc.constant(sizes),
        fc.shuffledSubarray(Object.keys(sizes).map(Number), { minLength: sizes.length, maxLength: sizes.length }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(permuted, ([sizes, order]) => expectAlike(() => tf.transpose(numbers(sizes), order))),
      { numRuns: 100 },
    );
  },
  Slice: async () => {
    const parts = sized.chain((sizes) =>
      fc.tuple(
        fc.constant(sizes),
        fc.tuple(...sizes.map((n) => fc.nat(n).chain((begin) => fc.tuple(fc.constant(begin), fc.nat(n - begin))))),
      ),
    );
    await fc.assert(
      fc.asyncProperty(parts, ([sizes, ranges]) =>
        expectAlike(() =>
          tf.slice(
            numbers(sizes),
            ranges.map(([begin]) => begin),
            ranges.map(([, count]) => count),
          ),
        ),
      ),
      { numRuns: 100 },
    );
    await expectAlike(() => tf.slice(tf.greater(numbers([5, 7]), 0), [1, 2], [3, 4]));
  },
  Concat: () => alongAnyAxis((x, axis, extra) => tf.concat([x, resized(x, axis, extra), x], axis)),
  Pack: () => alongAnyAxis((x, axis) => tf.stack([x, tf.neg(x), x], axis)),
  SplitV: () =>
    alongAnyAxis((x, axis, extra) => {
      const n = x.shape[axis] as number;
      return tf.split(tf.concat([x, resized(x, axis, extra)], axis), [n, extra], axis);
    }),
  Unpack: () => alongAnyAxis((x, axis) => tf.unstack(x, axis)),
  GatherV2: () => alongAnyAxis((x, axis, extra) => tf.gather(x, indices(5 * extra, x.shape[axis] as number), axis)),
  'UnsortedSegmentSum: some rows of no segment': async () => {
    await alongAnyAxis((x, _, extra) =>
      tf.unsortedSegmentSum(x, indices(x.shape[0] as number, extra + 1, true), extra + 1),
    );
    await expectAlike(() => tf.unsortedSegmentSum(numbers([1000, 37]), indices(1000, 50), 50), 1e-4);
  },
};

test.each(Object.entries(OTHERS))('%s equals the cpu backend', (_, claim) => claim());

test('every kernel that TFJS has and we replace has such a claim', () => {
  const names = Object.keys({ ...UNARY, ...BINARY, ...REDUCTIONS, ...OTHERS }).map((claim) => claim.split(':')[0]);
  const ours = Object.keys(KERNELS).filter((name) => tf.getKernel(name, 'cpu'));
  expect(new Set(names)).toEqual(new Set(ours));
});

describe('the memory', () => {
  const backend = (): SimdBackend => tf.backend() as SimdBackend;

  test('is given back with the tensors, shared ones last', async () => {
    await tf.setBackend('simd');
    const before = backend().memoryOfTensors.used;
    const x = numbers([100]);
    const view = tf.reshape(x, [10, 10]);
    x.dispose();
    const y = tf.add(view, 1);
    expect(y.dataSync()[0]).toBeCloseTo((view.dataSync()[0] as number) + 1);
    tf.dispose([view, y]);
    expect(backend().memoryOfTensors.used).toBe(before);
  });

  test('is not reachable from what was read', async () => {
    await tf.setBackend('simd');
    const x = tf.tensor1d([1, 2, 3]);
    const read = x.dataSync();
    read[0] = 9;
    expect(Array.from(x.dataSync())).toEqual([1, 2, 3]);
    const given = Float32Array.of(1, 2);
    const y = tf.tensor1d(given);
    given[0] = 9;
    expect(Array.from(y.dataSync())).toEqual([1, 2]);
    x.dispose();
    tf.add(tf.zeros([3]), 5).dispose();
    expect(Array.from(read)).toEqual([9, 2, 3]);
    y.dispose();
  });

  test('grows, and stays as it is when the same is computed again', async () => {
    await tf.setBackend('simd');
    const work = (): void =>
      tf.tidy(() => {
        const x = tf.fill([1024, 1024 * 8], 2);
        expect(tf.sum(tf.add(x, x)).dataSync()[0]).toBe(4 * x.size);
      });
    work();
    const { size, used } = backend().memoryOfTensors;
    for (let i = 0; i < 5; i++) work();
    expect(backend().memoryOfTensors.size).toBe(size);
    expect(backend().memoryOfTensors.used).toBe(used);
  });

  test('has an end, and is unharmed by what does not fit', async () => {
    await tf.setBackend('simd');
    const { used } = backend().memoryOfTensors;
    expect(() => backend().output([2 ** 31])).toThrow(/wanted 8192 MiB more .* of at most \d+ MiB/);
    expect(backend().memoryOfTensors.used).toBe(used);
  });

  test('moves to another device and back', async () => {
    await tf.setBackend('simd');
    const x = numbers([5]);
    const wanted = Array.from(x.dataSync());
    await tf.setBackend('cpu');
    const there = tf.add(x, 0);
    await tf.setBackend('simd');
    expect(Array.from(tf.add(there, 0).dataSync())).toEqual(wanted);
  });
});

test('one thread and three give the same bits', async () => {
  const compute = (): tf.Tensor[] => {
    const [a, b] = [numbers([301, 270]) as tf.Tensor2D, numbers([270, 130], 2) as tf.Tensor2D];
    const product = tf.matMul(a, b);
    return [
      product,
      tf.softmax(product),
      tf.sum(product, 0),
      tf.sum(product, 1),
      tf.sum(product),
      tf.exp(product),
      tf.add(product, numbers([130])),
      tf.transpose(product),
      tf.matMul(a, product, true, false),
    ];
  };
  const results = [];
  for (const threads of [1, 3]) {
    await openDevice('simd', { threads });
    results.push(await computeOn('simd', compute));
  }
  expect(results[1]).toEqual(results[0]);
});

test('without relaxed instructions the numbers are the same twice, and those of the cpu backend', async () => {
  await openDevice('simd', { threads: 2, deterministic: true });
  const compute = (): tf.Tensor =>
    tf.exp(tf.matMul(numbers([33, 21]) as tf.Tensor2D, numbers([21, 17]) as tf.Tensor2D));
  expect(await computeOn('simd', () => [compute()])).toEqual(await computeOn('simd', () => [compute()]));
  await expectAlike(() => tf.log(compute()), 2e-5);
});
