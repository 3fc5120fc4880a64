import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Copy } from './backend.ts';
import type { GpuKernel } from './kernel.ts';
import { dispatch, type Shader, sumOfWorkgroup, workgroupsFor } from './shader.ts';

/** Threads of a workgroup, and the most pieces that the squares of the gradient are added up in. */
const THREADS = 256;

/** [pieces]: sums of the squares of the gradient. */
const squaresShader: Shader = {
  name: 'SumSquares',
  inputs: ['gradient'],
  sizes: ['count', 'pieces'],
  threads: THREADS,
  code: `${sumOfWorkgroup(THREADS)}
  fn main(index : i32) {
    var part = 0.0;
    for (var i = index; i < uniforms.count; i += uniforms.pieces * THREADS) { part += gradient[i] * gradient[i]; }
    let sum = sumOfWorkgroup(index % THREADS, part);
    if (index % THREADS == 0) { result[index / THREADS] = sum; }
  }`,
};

/** A scalar: the root of the sum of at most `THREADS` pieces. */
const normShader: Shader = {
  name: 'Norm',
  inputs: ['squares'],
  sizes: ['pieces'],
  threads: THREADS,
  code: `${sumOfWorkgroup(THREADS)}
  fn main(index : i32) {
    var part = 0.0;
    if (index < uniforms.pieces) { part = squares[index]; }
    let sum = sumOfWorkgroup(index, part);
    if (index == 0) { result[0] = sqrt(sum); }
  }`,
};

const REALS = ['maxGradientNorm', 'beta1', 'beta2', 'rate', 'varianceScale', 'epsilon'] as const;

/** All parameters, then their first moments, then their second, [3, count], in place. */
const updateShader: Shader = {
  name: 'AdamStep',
  inputs: ['gradient', 'norm'],
  sizes: ['count'],
  reals: REALS,
  threads: THREADS,
  code: `
  fn main(index : i32) {
    if (index >= uniforms.count) { return; }
    let g = gradient[index] * min(1.0, uniforms.maxGradientNorm / (norm[0] + 1e-6));
    let meanAt = uniforms.count + index;
    let varianceAt = 2 * uniforms.count + index;
    let mean = uniforms.beta1 * result[meanAt] + (1.0 - uniforms.beta1) * g;
    let variance = uniforms.beta2 * result[varianceAt] + (1.0 - uniforms.beta2) * g * g;
    result[meanAt] = mean;
    result[varianceAt] = variance;
    result[index] -= uniforms.rate * mean / (sqrt(variance * uniforms.varianceScale) + uniforms.epsilon);
  }`,
};

/**
 * One step for `count` parameters p0, p1, … with gradients g0, …, in place, as Adam.minimize in agents/optimizer.ts has
 * it; `mean` and `variance` hold the moments of all of them, one after the other, and change in place too. Returns the
 * norm of the gradient before clipping.
 *
 * A shader cannot be given dozens of buffers, but copies cost next to nothing: all parameters are gathered in one, and
 * one dispatch steps them all. The norm stays on the GPU.
 *
 * @throws RangeError where a parameter's numbers are another tensor's too, which would change under its owner's hands
 */
const adamStep: GpuKernel = ({ backend, inputs, attrs }) => {
  const named = (prefix: string): TensorInfo[] =>
    Array.from({ length: attrs['count'] as number }, (_, i) => inputs[`${prefix}${i}`] as TensorInfo);
  const [parameters, gradients] = [named('p'), named('g')];
  const { mean, variance } = inputs as { mean: TensorInfo; variance: TensorInfo };
  const count = util.sizeFromShape(mean.shape);
  const shared = parameters.findIndex(({ dataId }) => backend.refCount(dataId) > 1);
  if (shared >= 0)
    throw new RangeError(
      `AdamStep: parameter ${shared} has a clone, which would change with it: dispose the clone first`,
    );

  const gradient = backend.makeTensorInfo([count], 'float32');
  const state = backend.makeTensorInfo([3, count], 'float32');
  backend.copy([...oneAfterTheOther(gradients, gradient), ...oneAfterTheOther([...parameters, mean, variance], state)]);

  const pieces = Math.min(THREADS, workgroupsFor(count, THREADS));
  const squares = backend.makeTensorInfo([pieces], 'float32');
  dispatch(backend, squaresShader, {
    inputs: { gradient },
    sizes: { count, pieces },
    workgroups: pieces,
    output: squares,
  });
  const norm = dispatch(backend, normShader, {
    inputs: { squares },
    sizes: { pieces },
    workgroups: 1,
    output: backend.makeTensorInfo([], 'float32'),
  });
  dispatch(backend, updateShader, {
    inputs: { gradient, norm },
    sizes: { count },
    reals: Object.fromEntries(REALS.map((name) => [name, attrs[name] as number])),
    workgroups: workgroupsFor(count, THREADS),
    output: state,
  });

  backend.copy(oneAfterTheOther([...parameters, mean, variance], state).map(backwards));
  for (const { dataId } of [gradient, state, squares]) backend.disposeData(dataId);
  return norm;
};

/** Copies of whole tensors into one. */
function oneAfterTheOther(tensors: readonly TensorInfo[], to: TensorInfo): Copy[] {
  let toOffset = 0;
  return tensors.map((from) => {
    const length = util.sizeFromShape(from.shape);
    toOffset += length;
    return { from, to, toOffset: toOffset - length, length };
  });
}

function backwards({ from, to, toOffset = 0, length }: Copy): Copy {
  return { from: to, fromOffset: toOffset, to: from, length };
}

export const adamKernels: Record<string, GpuKernel> = { AdamStep: adamStep };
