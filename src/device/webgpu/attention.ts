import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  cacheShader,
  forwardShader,
  keyGradientShader,
  queryGradientShader,
  statisticsShader,
} from './attentionShaders.ts';
import { STEPS } from './attentionWgsl.ts';
import type { Call, GpuKernel } from './kernel.ts';
import { dispatch, workgroupsFor } from './shader.ts';

interface Setting {
  /** Under the names that the shaders have: `cos` and `sin` are functions there. */
  inputs: Record<string, TensorInfo>;
  sizes: { N: number; H: number; P: number; T: number };
  D: number;
  /** One for each `STEPS` steps of each head of each sequence. */
  workgroups: number;
}

function settingOf({ inputs }: Call): Setting {
  const { cos: cosines, sin: sines, ...rest } = inputs as Record<string, TensorInfo>;
  const [N, H, P, D] = (inputs['pastKeys'] as TensorInfo).shape as [number, number, number, number];
  const T = ((inputs['projection'] as TensorInfo).shape[0] as number) / N;
  return {
    inputs: { ...rest, cosines: cosines as TensorInfo, sines: sines as TensorInfo },
    sizes: { N, H, P, T },
    D,
    workgroups: N * H * workgroupsFor(T, STEPS),
  };
}

const attention: GpuKernel = (call) => {
  const { inputs, sizes, D, workgroups } = settingOf(call);
  const output = call.backend.makeTensorInfo([sizes.N * sizes.T, sizes.H * D], 'float32');
  return dispatch(call.backend, forwardShader(D), { inputs, sizes, workgroups, output });
};

/** Of the projection. */
const attentionGradient: GpuKernel = (call) => {
  const { backend } = call;
  const { inputs, sizes, D, workgroups } = settingOf(call);
  const statistics = dispatch(backend, statisticsShader(D), {
    inputs,
    sizes,
    workgroups,
    output: backend.makeTensorInfo([sizes.N, sizes.H, sizes.T, 2], 'float32'),
  });
  const output = backend.makeTensorInfo((inputs['projection'] as TensorInfo).shape, 'float32');
  for (const shader of [queryGradientShader(D), keyGradientShader(D)])
    dispatch(backend, shader, { inputs: { ...inputs, statistics }, sizes, workgroups, output });
  backend.disposeData(statistics.dataId);
  return output;
};

/** The last steps of the cached ones and the new: keys and values, each [N, H, P, D]. */
const attentionCache: GpuKernel = (call) => {
  const { backend, inputs } = call;
  const [projection, pastKeys, pastValues] = ['projection', 'pastKeys', 'pastValues'].map(
    (name) => inputs[name] as TensorInfo,
  ) as [TensorInfo, TensorInfo, TensorInfo];
  const [N, H, P, D] = pastKeys.shape as [number, number, number, number];
  const T = (projection.shape[0] as number) / N;
  const count = N * H * P * D;
  return [pastKeys, pastValues].map((past, i) =>
    dispatch(backend, cacheShader, {
      inputs: { projection, past },
      sizes: { kind: i + 1, H, P, T, D, count },
      workgroups: workgroupsFor(count, cacheShader.threads),
      output: backend.makeTensorInfo(past.shape, 'float32'),
    }),
  );
};

export const attentionKernels: Record<string, GpuKernel> = {
  EpisodicAttention: attention,
  EpisodicAttentionGradient: attentionGradient,
  EpisodicAttentionCache: attentionCache,
};
