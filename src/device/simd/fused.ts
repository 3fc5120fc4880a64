import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdBackend } from './backend.ts';
import { multiply } from './matmul.ts';
import { summed } from './reductions.ts';
import type { Call, SimdKernel } from './kernel.ts';
import { mapped, vectors } from './unary.ts';

// Kernels that TFJS has no name for: whole layers, and their gradients, in one go. `agents/model/fused.ts` calls them.

/** Addresses of the inputs named. @throws RangeError for one that is not of floating-point numbers */
function addresses({ backend, inputs }: Call, ...names: string[]): number[] {
  return names.map((name) => {
    const tensor = inputs[name] as TensorInfo;
    const address = tensor.dtype === 'float32' ? backend.address(tensor) : null;
    if (address === null) throw new RangeError(`simd: input ${name} is ${tensor.dtype}, wanted float32`);
    return address;
  });
}

const PLAIN = { batches: 1, aBatch: 0, bBatch: 0, transposeA: false, transposeB: false, bias: 0, activation: 0 };

/** x [M, K], weight [K, N], bias [N] */
const linear: SimdKernel = (call) => {
  const [x, weight, bias] = addresses(call, 'x', 'weight', 'bias') as [number, number, number];
  const [M, K] = (call.inputs['x'] as TensorInfo).shape as [number, number];
  const N = (call.inputs['bias'] as TensorInfo).shape[0] as number;
  return multiply(call.backend, x, weight, { ...PLAIN, M, K, N, bias }, [M, N]);
};

/** dx, dWeight, dBias */
const linearGradient: SimdKernel = (call) => {
  const { backend } = call;
  const [x, weight, dy] = addresses(call, 'x', 'weight', 'dy') as [number, number, number];
  const [M, K] = (call.inputs['x'] as TensorInfo).shape as [number, number];
  const N = (call.inputs['dy'] as TensorInfo).shape[1] as number;
  return [
    multiply(backend, dy, weight, { ...PLAIN, M, K: N, N: K, transposeB: true }, [M, K]),
    multiply(backend, x, dy, { ...PLAIN, M: K, K: M, N, transposeA: true }, [K, N]),
    summed(backend, dy, { before: 1, n: M, after: N, outShape: [N] }),
  ];
};

/** The output, and each row's mean and inverse deviation for the gradient. */
const layerNorm: SimdKernel = (call) => {
  const { backend, attrs } = call;
  const [x, scale, shift] = addresses(call, 'x', 'scale', 'shift') as [number, number, number];
  const [rows, n] = (call.inputs['x'] as TensorInfo).shape as [number, number];
  const out = backend.output([rows, n]);
  const statistics = backend.output([rows, 2]);
  const epsilon = attrs['epsilon'] as number;
  backend.run('layerNorm', rows, 4 * n, x, scale, shift, out.address, statistics.address, n, epsilon);
  return [out, statistics];
};

/** dx, dScale, dShift */
const layerNormGradient: SimdKernel = (call) => {
  const { backend } = call;
  const [x, scale, statistics, dy] = addresses(call, 'x', 'scale', 'statistics', 'dy') as [
    number,
    number,
    number,
    number,
  ];
  const [rows, n] = (call.inputs['x'] as TensorInfo).shape as [number, number];
  const [dx, dScale, dShift] = [backend.output([rows, n]), backend.output([n]), backend.output([n])];
  backend.run('layerNormGradient', rows, 4 * n, x, dy, scale, statistics, dx.address, n);
  const outputs = [dScale.address, dShift.address] as const;
  backend.run('layerNormParameterGradients', Math.ceil(n / 4), 8 * rows, x, dy, statistics, ...outputs, rows, n);
  return [dx, dScale, dShift];
};

const geluGradient: SimdKernel = (call) => {
  const { backend } = call;
  const [x, dy] = addresses(call, 'x', 'dy') as [number, number];
  const { shape } = call.inputs['x'] as TensorInfo;
  const out = backend.output(shape);
  backend.run('geluGradient', vectors(shape), 40, x, dy, out.address);
  return out;
};

/** What both directions of attention are told: addresses of the inputs, then T, P, H, D. */
function attentionArguments(call: Call): { inputs: number[]; sizes: [number, number, number, number]; N: number } {
  const { backend, inputs } = call;
  const [N, H, P, D] = (inputs['pastKeys'] as TensorInfo).shape as [number, number, number, number];
  const T = ((inputs['projection'] as TensorInfo).shape[0] as number) / N;
  const [projection, pastKeys, pastValues, cos, sin] = addresses(
    call,
    ...['projection', 'pastKeys', 'pastValues', 'cos', 'sin'],
  ) as [number, number, number, number, number];
  const first = backend.address(inputs['first'] as TensorInfo) as number;
  // Six arrays [S, D] and five rows, in whole vectors.
  const [rowD, rowS] = [D + 4, P + T + 4];
  backend.reserveScratch(4 * (6 * rowD * rowS + 3 * rowD + 2 * rowS));
  return { inputs: [projection, pastKeys, pastValues, first, cos, sin], sizes: [T, P, H, D], N };
}

/** Multiply-adds of one head of one sequence, as if each step saw all others before it, and the passes over them. */
function attentionWork([T, P, , D]: readonly [number, number, number, number], passes: number): number {
  return (passes * T * (P + T) * D) / 8;
}

const attention: SimdKernel = (call) => {
  const { inputs, sizes, N } = attentionArguments(call);
  const [T, , H, D] = sizes;
  const out = call.backend.output([N * T, H * D]);
  call.backend.run('attention', N * H, attentionWork(sizes, 2), ...inputs, out.address, ...sizes);
  return out;
};

/** Of the projection. */
const attentionGradient: SimdKernel = (call) => {
  const { inputs, sizes, N } = attentionArguments(call);
  const [T, , H, D] = sizes;
  const [dy] = addresses(call, 'dy') as [number];
  const out = call.backend.output([N * T, 3 * H * D]);
  call.backend.run('attentionGradient', N * H, attentionWork(sizes, 6), ...inputs, dy, out.address, ...sizes);
  return out;
};

/** The last steps of the cached ones and the new: keys and values, each [N, H, P, D]. */
const attentionCache: SimdKernel = (call) => {
  const { backend } = call;
  const [projection, ...pasts] = addresses(call, 'projection', 'pastKeys', 'pastValues') as [number, number, number];
  const { shape } = call.inputs['pastKeys'] as TensorInfo;
  const [N, H, P, D] = shape as [number, number, number, number];
  const T = ((call.inputs['projection'] as TensorInfo).shape[0] as number) / N;
  return pasts.map((past, i) => {
    const out = backend.output(shape);
    backend.run('attentionCache', N * H, P * (D / 4 + 4), projection, past, out.address, T, P, H, D, i + 1);
    return out;
  });
};

/** Numbers whose squares are added up in one unit, as in kernels/adam.ts. */
const SQUARES_BLOCK = 4096;

/** The Euclidean norm of all gradients together: a sum of blocks, the same for any number of threads. */
function normOf(backend: SimdBackend, gradients: readonly TensorInfo[], at: readonly number[]): number {
  let sum = 0;
  gradients.forEach(({ shape }, i) => {
    const n = util.sizeFromShape(shape);
    const blocks = Math.ceil(n / SQUARES_BLOCK);
    const partial = backend.output([blocks]);
    backend.run('sumSquares', blocks, SQUARES_BLOCK / 4, at[i] as number, partial.address, n);
    for (const part of backend.data.get(partial.dataId).values as Float32Array) sum += part;
    backend.disposeIntermediateTensorInfo(partial);
  });
  return Math.sqrt(sum);
}

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
 * One step for `count` parameters p0, p1, … with gradients g0, …. `mean` and `variance` hold the moments of all of them,
 * one after the other, and change in place. Returns the norm of the gradient before clipping, then the new parameters.
 */
const adam: SimdKernel = (call) => {
  const { backend, inputs } = call;
  const attrs = call.attrs as unknown as AdamAttributes;
  const { count, maxGradientNorm, beta1, beta2, rate, varianceScale, epsilon } = attrs;
  const named = (prefix: string): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
  const [parameters, gradients] = [addresses(call, ...named('p')), addresses(call, ...named('g'))];
  const [mean, variance] = addresses(call, 'mean', 'variance') as [number, number];
  const norm = normOf(
    backend,
    named('g').map((name) => inputs[name] as TensorInfo),
    gradients,
  );
  // NaN passes through here, as it does through the composite.
  const clip = Math.min(1, maxGradientNorm / (norm + 1e-6));
  let offset = 0;
  const updated = named('p').map((name, i) => {
    const { shape } = inputs[name] as TensorInfo;
    const n = util.sizeFromShape(shape);
    const out = backend.output(shape);
    const operands = [parameters[i] as number, gradients[i] as number, mean + offset, variance + offset, out.address];
    backend.run('adam', vectors(shape), 16, n, ...operands, clip, beta1, beta2, rate, varianceScale, epsilon);
    offset += 4 * n;
    return out;
  });
  return [backend.makeTensorInfo([], 'float32', Float32Array.of(norm)), ...updated];
};

export const fusedKernels: Record<string, SimdKernel> = {
  Linear: linear,
  LinearGradient: linearGradient,
  LayerNorm: layerNorm,
  LayerNormGradient: layerNormGradient,
  Gelu: ({ backend, inputs }) => mapped(backend, inputs['x'] as TensorInfo, 'gelu', 8),
  GeluGradient: geluGradient,
  EpisodicAttention: attention,
  EpisodicAttentionGradient: attentionGradient,
  EpisodicAttentionCache: attentionCache,
  AdamStep: adam,
};
