import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Call } from '../../src/device/simd/kernel.ts';
import { loadSimd } from '../../src/device/simd/load.ts';
import { KERNELS } from '../../src/device/simd/register.ts';
import { installJasmine } from './tfjsJasmine.ts';

// The tests that tfjs-core ships, on our backend: those of each operation whose kernel is ours.

/** Of each kernel, the files of its tests below tfjs-core's `dist`. */
const TESTS: Record<string, string[]> = {
  Neg: ['ops/neg'],
  Abs: ['ops/abs'],
  Exp: ['ops/exp'],
  Log: ['ops/log'],
  Sqrt: ['ops/sqrt'],
  Rsqrt: ['ops/rsqrt'],
  Square: ['ops/square'],
  Tanh: ['ops/tanh'],
  Sigmoid: ['ops/sigmoid'],
  Relu: ['ops/relu'],
  Softplus: ['ops/softplus', 'ops/log_sigmoid'],
  Reciprocal: ['ops/reciprocal'],
  Floor: ['ops/floor'],
  Ceil: ['ops/ceil'],
  Step: ['ops/step'],
  ClipByValue: ['ops/clip_by_value'],
  Fill: ['ops/fill', 'ops/ones', 'ops/zeros'],
  ZerosLike: ['ops/zeros_like'],
  OnesLike: ['ops/ones_like'],
  Cast: ['tensor'],
  Add: ['ops/add', 'ops/arithmetic'],
  Sub: ['ops/sub'],
  Multiply: ['ops/arithmetic'],
  RealDiv: ['ops/arithmetic', 'gradients'],
  Maximum: ['ops/binary_ops'],
  Minimum: ['ops/binary_ops'],
  SquaredDifference: ['ops/binary_ops'],
  Greater: ['ops/greater'],
  GreaterEqual: ['ops/greater_equal'],
  Less: ['ops/less'],
  LessEqual: ['ops/less_equal'],
  Equal: ['ops/equal'],
  NotEqual: ['ops/not_equal'],
  Sum: ['ops/sum', 'ops/norm', 'ops/euclidean_norm'],
  Mean: ['ops/mean', 'ops/moments'],
  Max: ['ops/max', 'ops/log_sum_exp'],
  Softmax: ['ops/softmax', 'ops/log_softmax'],
  Slice: ['ops/slice', 'ops/slice1d', 'ops/slice2d', 'ops/slice3d', 'ops/slice4d'],
  SplitV: ['ops/split'],
  Unpack: ['ops/unstack'],
  Concat: ['ops/concat'],
  Pack: ['ops/stack', 'ops/meshgrid'],
  Transpose: ['ops/transpose'],
  GatherV2: ['ops/gather', 'ops/boolean_mask'],
  UnsortedSegmentSum: ['ops/unsorted_segment_sum'],
  BatchMatMul: ['ops/mat_mul', 'ops/einsum'],
  _FusedMatMul: ['ops/fused/fused_mat_mul'],
};

/** Kernels of ours that have computed something, and did not leave it to TFJS's. */
const ran = new Set<string>();
for (const [name, kernel] of Object.entries(KERNELS))
  Object.assign(KERNELS, { [name]: (call: Call) => noted(name, kernel(call)) });

loadSimd({ threads: 2 });
installJasmine();
const PREPARATIONS = ['register_all_gradients', 'public/chained_ops/register_all_chained_ops'];
const files = Object.values(TESTS).flatMap((each) => each.map((name) => `${name}_test`));
for (const file of new Set([...PREPARATIONS, ...files]))
  await import(/* @vite-ignore */ `@tensorflow/tfjs-core/dist/${file}`);

test("TFJS's own tests were run for every kernel of ours that TFJS has too", () => {
  const shared = Object.keys(KERNELS).filter((name) => tf.getKernel(name, 'cpu'));
  expect(Object.keys(TESTS).sort()).toEqual(shared.sort());
  expect([...ran].sort()).toEqual(shared.sort());
});

function noted<Result>(name: string, result: Result | null): Result | null {
  if (result) ran.add(name);
  return result;
}
