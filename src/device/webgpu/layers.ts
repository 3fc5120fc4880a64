import { getKernel, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { GpuBackend } from './backend.ts';
import type { Call, GpuKernel } from './kernel.ts';
import {
  columnSumsShader,
  geluGradientShader,
  geluShader,
  layerNormGradientShader,
  layerNormShader,
  layerNormStatisticsShader,
  normalisedColumnSumsShader,
  ROW_THREADS,
  totalsShader,
} from './layerShaders.ts';
import { dispatch, type Shader, workgroupsFor } from './shader.ts';

/** A kernel of TFJS's own on this backend: its matrix products are tiled for GPUs, with transposes and bias, already. */
function stock(name: string, { backend, inputs, attrs }: Call): TensorInfo {
  const kernel = getKernel(name, 'webgpu');
  return kernel.kernelFunc({ backend, inputs, attrs: attrs as never }) as TensorInfo;
}

function named(inputs: Call['inputs'], ...names: string[]): Record<string, TensorInfo> {
  return Object.fromEntries(names.map((name) => [name, inputs[name] as TensorInfo]));
}

/** x [M, K], weight [K, N], bias [N] */
const linear: GpuKernel = ({ backend, inputs }) => {
  const { x: a, weight: b, bias } = named(inputs, 'x', 'weight', 'bias') as Record<string, TensorInfo>;
  const attrs = { transposeA: false, transposeB: false, activation: 'linear' };
  return stock('_FusedMatMul', { backend, inputs: { a, b, bias } as Call['inputs'], attrs });
};

/** dx, dWeight, dBias */
const linearGradient: GpuKernel = ({ backend, inputs }) => {
  const { x, weight, dy } = named(inputs, 'x', 'weight', 'dy') as { [name in 'x' | 'weight' | 'dy']: TensorInfo };
  const multiply = (a: TensorInfo, b: TensorInfo, attrs: Call['attrs']): TensorInfo =>
    stock('BatchMatMul', { backend, inputs: { a, b }, attrs });
  return [
    multiply(dy, weight, { transposeA: false, transposeB: true }),
    multiply(x, dy, { transposeA: true, transposeB: false }),
    ...columnSums(backend, columnSumsShader, { x: dy }),
  ];
};

/**
 * Sums over the rows of `inputs.x`: one for each kind that the shader makes of a number. First of about as many rows as
 * there are such pieces, then of the pieces.
 */
function columnSums(backend: GpuBackend, shader: Shader & { kinds: number }, inputs: Call['inputs']): TensorInfo[] {
  const [rows, n] = (inputs['x'] as TensorInfo).shape as [number, number];
  const { kinds } = shader;
  const rowsOfPiece = Math.max(1, Math.ceil(Math.sqrt(rows)));
  const pieces = Math.ceil(rows / rowsOfPiece);
  const blocks = workgroupsFor(n, shader.threads);
  const partial = dispatch(backend, shader, {
    inputs,
    sizes: { rows, n, rowsOfPiece, pieces, blocks },
    workgroups: pieces * blocks,
    output: backend.makeTensorInfo([pieces, kinds, n], 'float32'),
  });
  const sums = Array.from({ length: kinds }, (_, kind) =>
    dispatch(backend, totalsShader, {
      inputs: { partial },
      sizes: { pieces, kinds, kind, n },
      workgroups: workgroupsFor(n, totalsShader.threads),
      output: backend.makeTensorInfo([n], 'float32'),
    }),
  );
  backend.disposeData(partial.dataId);
  return sums;
}

/** The output, and each row's mean and inverse deviation for the gradient. */
const layerNorm: GpuKernel = ({ backend, inputs, attrs }) => {
  const { x, scale, shift } = named(inputs, 'x', 'scale', 'shift') as Record<string, TensorInfo>;
  const [rows, n] = (x as TensorInfo).shape as [number, number];
  const statistics = dispatch(backend, layerNormStatisticsShader, {
    inputs: { x } as Call['inputs'],
    sizes: { rows, n },
    reals: { epsilon: attrs['epsilon'] as number },
    workgroups: rows,
    output: backend.makeTensorInfo([rows, 2], 'float32'),
  });
  const output = dispatch(backend, layerNormShader, {
    inputs: { x, scale, shift, statistics } as Call['inputs'],
    sizes: { n, count: rows * n },
    workgroups: workgroupsFor(rows * n, ROW_THREADS),
    output: backend.makeTensorInfo([rows, n], 'float32'),
  });
  return [output, statistics];
};

/** dx, and, unless these are frozen, dScale and dShift. */
const layerNormGradient: GpuKernel = ({ backend, inputs, attrs }) => {
  const [rows, n] = (inputs['x'] as TensorInfo).shape as [number, number];
  const dx = dispatch(backend, layerNormGradientShader, {
    inputs: named(inputs, 'x', 'scale', 'statistics', 'dy'),
    sizes: { rows, n },
    workgroups: rows,
    output: backend.makeTensorInfo([rows, n], 'float32'),
  });
  if (attrs['isFrozen']) return [dx];
  return [dx, ...columnSums(backend, normalisedColumnSumsShader, named(inputs, 'x', 'statistics', 'dy'))];
};

/** The same function of each number of inputs of one shape. */
const elementwise =
  (shader: Shader): GpuKernel =>
  ({ backend, inputs }) => {
    const { shape } = inputs['x'] as TensorInfo;
    const count = util.sizeFromShape(shape);
    return dispatch(backend, shader, {
      inputs: named(inputs, ...shader.inputs),
      sizes: { count },
      workgroups: workgroupsFor(count, shader.threads),
      output: backend.makeTensorInfo(shape, 'float32'),
    });
  };

export const layerKernels: Record<string, GpuKernel> = {
  Linear: linear,
  LinearGradient: linearGradient,
  LayerNorm: layerNorm,
  LayerNormGradient: layerNormGradient,
  Gelu: elementwise(geluShader),
  GeluGradient: elementwise(geluGradientShader),
};
