import type { TensorInfo } from '@tensorflow/tfjs-core';
import { addresses, type Call, type SimdKernel } from './kernel.ts';

// Attention within episodes for blocks that are not one kernel (transformer.ts), as `EpisodicAttention` in
// agents/model/attention.ts has it.

interface Setting {
  /** N sequences of T new and P cached steps; H heads, each D wide. */
  sizes: { N: number; T: number; P: number; H: number; D: number };
  /** Of projection, past keys and values, first, cos and sin. */
  inputs: number[];
  /** Of a head of a sequence, in multiply-adds. */
  work: number;
}

function settingOf(call: Call): Setting {
  const { backend, inputs } = call;
  const [N, H, P, D] = (inputs['pastKeys'] as TensorInfo).shape as [number, number, number, number];
  const T = ((inputs['projection'] as TensorInfo).shape[0] as number) / N;
  const first = backend.address(inputs['first'] as TensorInfo) as number;
  const [projection, pastKeys, pastValues] = addresses(call, 'projection', 'pastKeys', 'pastValues');
  const tables = addresses(call, 'cos', 'sin');
  backend.reserveScratch(attentionScratch(T, P, D));
  return {
    sizes: { N, T, P, H, D },
    inputs: [projection, pastKeys, pastValues, first, ...tables],
    work: (2 * T * (P + T) * D) / 8,
  };
}

/** Bytes of scratch memory that a thread needs for a head, on its way back: what kernels/attention.ts lays out. */
export function attentionScratch(T: number, P: number, D: number): number {
  const steps = Math.ceil((P + T) / 16) * 16;
  return 4 * (4 * steps * D + 3 * T * D + 4 * D + 2 * 64 * steps + 64);
}

const attention: SimdKernel = (call) => {
  const { inputs, work, sizes } = settingOf(call);
  const { N, T, P, H, D } = sizes;
  const out = call.backend.output([N * T, H * D]);
  call.backend.run('episodicAttention', N * H, work, ...inputs, out.address, T, P, H, D);
  return out;
};

/** Of the projection. */
const attentionGradient: SimdKernel = (call) => {
  const { inputs, work, sizes } = settingOf(call);
  const { N, T, P, H, D } = sizes;
  const [dy] = addresses(call, 'dy');
  const out = call.backend.output([N * T, 3 * H * D]);
  call.backend.run('episodicAttentionGradient', N * H, 3 * work, ...inputs, dy, out.address, T, P, H, D);
  return out;
};

/** The last steps of the cached ones and the new: keys and values, each [N, H, P, D]. */
const attentionCache: SimdKernel = (call) => {
  const { backend } = call;
  const { shape } = call.inputs['pastKeys'] as TensorInfo;
  const [N, H, P, D] = shape as [number, number, number, number];
  const T = ((call.inputs['projection'] as TensorInfo).shape[0] as number) / N;
  const [keys, values] = [backend.output(shape), backend.output(shape)];
  const given = addresses(call, 'projection', 'pastKeys', 'pastValues');
  backend.run('episodicAttentionCache', N * H, P * D, ...given, keys.address, values.address, T, P, H, D);
  return [keys, values];
};

export const attentionKernels: Record<string, SimdKernel> = {
  EpisodicAttention: attention,
  EpisodicAttentionGradient: attentionGradient,
  EpisodicAttentionCache: attentionCache,
};
