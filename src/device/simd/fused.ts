import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addresses, type Call, type SimdKernel } from './kernel.ts';
import { multiply } from './matmul.ts';
import { vectors } from './unary.ts';
import { linearJobs, runWeightJobs } from './weightJobs.ts';

// Kernels that TFJS has no name for: whole layers, and their gradients, in one go. `agents/model/fused.ts` calls them.

const PLAIN = { batches: 1, aBatch: 0, bBatch: 0, transposeA: false, transposeB: false, bias: 0, op: 'none' } as const;

function shapes({ inputs }: Call, dy: 'bias' | 'dy'): { M: number; K: number; N: number } {
  const [M, K] = (inputs['x'] as TensorInfo).shape as [number, number];
  return { M, K, N: (inputs[dy] as TensorInfo).shape.at(-1) as number };
}

/** x [M, K], weight [K, N], bias [N] */
const linear: SimdKernel = (call) => {
  const [x, weight, bias] = addresses(call, 'x', 'weight', 'bias');
  const { M, K, N } = shapes(call, 'bias');
  return multiply(call.backend, x, weight, { ...PLAIN, M, K, N, bias }, [M, N]);
};

/** gelu(x W + b), and its slope there. */
const linearGelu: SimdKernel = (call) => {
  const [x, weight, bias] = addresses(call, 'x', 'weight', 'bias');
  const { M, K, N } = shapes(call, 'bias');
  const slope = call.backend.output([M, N]);
  const product = { ...PLAIN, M, K, N, bias, op: 'gelu', operand: slope.address } as const;
  return [multiply(call.backend, x, weight, product, [M, N]), slope];
};

/** dx, unless x `isConstant`, dWeight and dBias. */
const linearGradient: SimdKernel = (call) => {
  const { backend } = call;
  const { isConstant = false } = call.attrs as { isConstant?: boolean };
  const [x, weight, dy] = addresses(call, 'x', 'weight', 'dy');
  const { M, K, N } = shapes(call, 'dy');
  const dx = isConstant ? [] : [multiply(backend, dy, weight, { ...PLAIN, M, K: N, N: K, transposeB: true }, [M, K])];
  const [dWeight, dBias] = [backend.output([K, N]), backend.output([N])];
  const jobs: number[] = [];
  linearJobs(jobs, { x, dy, rows: M, shape: [K, N], weight: dWeight.address, bias: dBias.address });
  runWeightJobs(backend, jobs);
  return [...dx, dWeight, dBias];
};

/** The output, and each row's mean and inverse deviation for the gradient. */
const layerNorm: SimdKernel = (call) => {
  const { backend, attrs } = call;
  const [x, scale, shift] = addresses(call, 'x', 'scale', 'shift');
  const [rows, n] = (call.inputs['x'] as TensorInfo).shape as [number, number];
  const out = backend.output([rows, n]);
  const statistics = backend.output([rows, 2]);
  const epsilon = attrs['epsilon'] as number;
  backend.run('layerNorm', rows, 4 * n, x, scale, shift, out.address, statistics.address, n, epsilon);
  return [out, statistics];
};

/** dx, and, unless these are frozen, dScale and dShift. */
const layerNormGradient: SimdKernel = (call) => {
  const { backend } = call;
  const { isFrozen } = call.attrs as { isFrozen: boolean };
  const [x, scale, statistics, dy] = addresses(call, 'x', 'scale', 'statistics', 'dy');
  const [rows, n] = (call.inputs['x'] as TensorInfo).shape as [number, number];
  const dx = backend.output([rows, n]);
  backend.run('layerNormGradient', rows, 4 * n, x, dy, scale, statistics, dx.address, n, 0);
  if (isFrozen) return [dx];
  const [dScale, dShift] = [backend.output([n]), backend.output([n])];
  const sums = [dScale.address, dShift.address] as const;
  backend.run('layerNormParameterGradients', Math.ceil(n / 16), 8 * rows, x, dy, statistics, ...sums, rows, n);
  return [dx, dScale, dShift];
};

/** Numbers of a job of `sumSquares` and `adam`, as in kernels/adam.ts, and the words of a job. */
const [CHUNK, JOB_WORDS] = [4096, 5];

interface AdamAttributes {
  count: number;
  maxGradientNorm: number;
  beta1: number;
  beta2: number;
  rate: number;
  varianceScale: number;
  epsilon: number;
}

/**
 * One step for `count` parameters p0, p1, … with gradients g0, …, in place. `mean` and `variance` hold the moments of all
 * of them, one after the other, and change in place too. Returns the norm of the gradient before clipping.
 *
 * @throws RangeError where a parameter's numbers are another tensor's too, which would change under its owner's hands
 */
const adam: SimdKernel = (call) => {
  const { backend, inputs } = call;
  const { count, maxGradientNorm, ...attrs } = call.attrs as unknown as AdamAttributes;
  const [mean, variance] = addresses(call, 'mean', 'variance');
  const jobs: number[] = [];
  let offset = 0;
  for (let i = 0; i < count; i++) {
    const parameter = inputs[`p${i}`] as TensorInfo;
    if (backend.refCount(parameter.dataId) > 1)
      throw new RangeError(`AdamStep: parameter ${i} has a clone, which would change with it: dispose the clone first`);
    const [p, g] = addresses(call, `p${i}`, `g${i}`);
    const n = util.sizeFromShape(parameter.shape);
    for (let from = 0; from < n; from += CHUNK) {
      const at = 4 * from;
      jobs.push(Math.min(CHUNK, n - from), p + at, g + at, mean + offset + at, variance + offset + at);
    }
    offset += 4 * n;
  }
  const chunks = jobs.length / JOB_WORDS;
  const table = Int32Array.from(jobs);
  const partial = backend.output([chunks]);
  backend.runTable('sumSquares', { units: chunks, work: CHUNK / 4, grain: 1 }, table, partial.address);
  let sum = 0;
  for (const part of backend.data.get(partial.dataId).values as Float32Array) sum += part;
  backend.disposeIntermediateTensorInfo(partial);
  const norm = Math.sqrt(sum);
  // NaN passes through here, as it does through the composite.
  const clip = Math.min(1, maxGradientNorm / (norm + 1e-6));
  const { beta1, beta2, rate, varianceScale, epsilon } = attrs;
  backend.runTable(
    'adam',
    { units: chunks, work: 4 * CHUNK, grain: 1 },
    table,
    clip,
    beta1,
    beta2,
    rate,
    varianceScale,
    epsilon,
  );
  backend.weightsVersion++;
  return backend.makeTensorInfo([], 'float32', Float32Array.of(norm));
};

/** Elementwise: what flows back through an activation whose slope was kept. */
const linearGeluGradient: SimdKernel = (call) => {
  const { backend, inputs } = call;
  const [dy, slope] = addresses(call, 'dy', 'slope');
  const { shape } = inputs['dy'] as TensorInfo;
  const dz = backend.output(shape);
  backend.run('mulFlat', vectors(shape), 4, dy, slope, dz.address, 1, 1);
  const gradients = linearGradient({ ...call, inputs: { ...inputs, dy: dz } });
  backend.disposeIntermediateTensorInfo(dz);
  return gradients;
};

export const fusedKernels: Record<string, SimdKernel> = {
  Linear: linear,
  LinearGradient: linearGradient,
  LinearGelu: linearGelu,
  LinearGeluGradient: linearGeluGradient,
  LayerNorm: layerNorm,
  LayerNormGradient: layerNormGradient,
  AdamStep: adam,
};
