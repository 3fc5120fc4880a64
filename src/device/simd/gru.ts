import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdBackend } from './backend.ts';
import { addresses, type Call, type SimdKernel } from './kernel.ts';
import { packedWeights } from './packing.ts';
import type { Share } from './pool.ts';
import { linearJobs, runWeightJobs } from './weightJobs.ts';

// A layer of gated recurrent units over sequences, and its gradient: agents/model/gru.ts calls them, kernels/gru.ts says
// what lies where.

/** N sequences of T steps, C wide. */
interface Sizes {
  N: number;
  T: number;
  C: number;
}

/** Most sequences that take a step together, as in kernels/gru.ts. */
const SEQUENCES = 64;

function sizesOf({ inputs }: Call): Sizes {
  const [N, C] = (inputs['hidden'] as TensorInfo).shape as [number, number];
  const [rows] = (inputs['x'] as TensorInfo).shape as [number, number];
  return { N, T: rows / N, C };
}

function shareOf({ N, T, C }: Sizes, threads: number): Share {
  // Two products of C by 3C a step, eight multiply-adds at a time, and three functions of each gate.
  return { units: N, work: T * ((6 * C * C) / 8 + 10 * C), grain: Math.min(SEQUENCES, Math.ceil(N / threads)) };
}

function weightsOf({ inputs }: Call): TensorInfo[] {
  return ['inputWeight', 'stateWeight'].map((name) => inputs[name] as TensorInfo);
}

/** The states [N * T, C], the last ones [N, C], and what the gradient needs: gates, states seen, and their maps. */
const gru: SimdKernel = (call) => {
  const { backend } = call;
  const sizes = sizesOf(call);
  const { N, T, C } = sizes;
  const rows = N * T;
  const outputs = [
    [rows, C],
    [N, C],
    [rows, 3 * C],
    [rows, C],
    [rows, C],
  ].map((shape) => backend.output(shape));
  const [inputPanels, statePanels] = packedWeights(backend, weightsOf(call), 'forward') as [number, number];
  const names = ['x', 'inputBias', 'stateBias', 'hidden', 'goesOn'] as const;
  const [x, inputBias, stateBias, hidden, goesOn] = addresses(call, ...names);
  backend.reserveScratch(4 * SEQUENCES * 3 * C + 64);
  const given = [x, inputPanels, inputBias, statePanels, stateBias, hidden, goesOn];
  backend.runShared(
    'gru',
    shareOf(sizes, backend.pool.threads),
    ...given,
    ...outputs.map(({ address }) => address),
    T,
    C,
  );
  return outputs;
};

/** dx, then, unless these are frozen, the gradients of the input's weight and bias, and of the state's. */
const gruGradient: SimdKernel = (call) => {
  const { backend } = call;
  const sizes = sizesOf(call);
  const { N, T, C } = sizes;
  const rows = N * T;
  const [inputPanels, statePanels] = packedWeights(backend, weightsOf(call), 'back') as [number, number];
  const [dy, x, ...left] = addresses(call, 'dy', 'x', 'goesOn', 'gates', 'seen', 'mapped');
  const [dx, dInput, dState] = [C, 3 * C, 3 * C].map((n) => backend.output([rows, n])) as [Out, Out, Out];
  backend.reserveScratch(4 * SEQUENCES * C + 64);
  const share = shareOf(sizes, backend.pool.threads);
  const outputs = [dx, dInput, dState].map(({ address }) => address);
  backend.runShared('gruGradient', share, dy, inputPanels, statePanels, ...left, ...outputs, T, C);
  const maps: LinearMap[] = [
    { seen: x, dMapped: dInput },
    { seen: left[2], dMapped: dState },
  ];
  const gradients = call.attrs['isFrozen'] ? [] : parameterGradients(backend, sizes, maps);
  for (const between of [dInput, dState]) backend.disposeIntermediateTensorInfo(between);
  return [dx, ...gradients];
};

/** One of the two linear maps of a layer: address of its input, and the gradient of its output. */
interface LinearMap {
  seen: number;
  dMapped: Out;
}

function parameterGradients(backend: SimdBackend, { N, T, C }: Sizes, maps: readonly LinearMap[]): TensorInfo[] {
  const jobs: number[] = [];
  const gradients = maps.flatMap(({ seen, dMapped }) => {
    const [weight, bias] = [backend.output([C, 3 * C]), backend.output([3 * C])];
    const places = { weight: weight.address, bias: bias.address };
    linearJobs(jobs, { x: seen, dy: dMapped.address, rows: N * T, shape: [C, 3 * C], ...places });
    return [weight, bias];
  });
  runWeightJobs(backend, jobs);
  return gradients;
}

type Out = TensorInfo & { address: number };

export const gruKernels: Record<string, SimdKernel> = { Gru: gru, GruGradient: gruGradient };
