import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { GpuBackend, Program } from './backend.ts';

/** A kernel of ours in WGSL. Its inputs and `result` are flat arrays, and `uniforms` holds its numbers. */
export interface Shader<Inputs extends string = string, Sizes extends string = string, Reals extends string = string> {
  /** Tells it from all others, with the constants in its code. */
  name: string;
  /** Each is read; a shader that does not would be refused. */
  inputs: readonly Inputs[];
  /** Whole numbers in `uniforms`. */
  sizes: readonly Sizes[];
  /** Floating-point numbers in `uniforms`. */
  reals?: readonly Reals[];
  /** Threads of a workgroup. */
  threads: number;
  /** Defines `fn main(index: i32)`, run with 0 … workgroups * threads - 1, and perhaps beyond. */
  code: string;
}

export interface Dispatch<Inputs extends string, Sizes extends string, Reals extends string> {
  inputs: Record<Inputs, TensorInfo>;
  sizes: Record<Sizes, number>;
  reals?: Record<Reals, number>;
  workgroups: number;
  /** Written to; what the shader leaves stays. */
  output: TensorInfo;
}

/**
 * Runs a shader; returns its output.
 *
 * It goes through TFJS's own machinery, which keeps the order of kernels, compiles each once and recycles buffers.
 */
export function dispatch<Inputs extends string, Sizes extends string, Reals extends string = never>(
  backend: GpuBackend,
  shader: Shader<Inputs, Sizes, Reals>,
  { inputs, sizes, reals, workgroups, output }: Dispatch<Inputs, Sizes, Reals>,
): TensorInfo {
  const program: Program = {
    variableNames: [...shader.inputs],
    outputShape: flat(output).shape,
    shaderKey: shader.name,
    workgroupSize: [shader.threads, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [workgroups, 1, 1],
    uniforms: [
      ...shader.sizes.map((name) => `${name} : i32,`),
      ...(shader.reals ?? []).map((name) => `${name} : f32,`),
    ].join(' '),
    getUserCode: () => shader.code,
  };
  const uniforms = [
    ...shader.sizes.map((name) => ({ type: 'int32', data: [sizes[name]] })),
    ...(shader.reals ?? []).map((name) => ({ type: 'float32', data: [(reals as Record<Reals, number>)[name]] })),
  ];
  const flatInputs = shader.inputs.map((name) => flat(inputs[name]));
  backend.runWebGPUProgram(program, flatInputs, output.dtype, uniforms, flat(output));
  return output;
}

/** Workgroups of `threads` threads for one thread each of `count`. */
export function workgroupsFor(count: number, threads: number): number {
  return Math.ceil(count / threads);
}

/** WGSL: `THREADS`, and a function that adds up a number of each thread of a workgroup; every thread gets the sum. */
export function sumOfWorkgroup(threads: number): string {
  return `
  const THREADS = ${threads};
  var<workgroup> parts : array<f32, THREADS>;
  fn sumOfWorkgroup(lane : i32, part : f32) -> f32 {
    workgroupBarrier(); // of an earlier sum, some may still read
    parts[lane] = part;
    workgroupBarrier();
    for (var half = THREADS / 2; half > 0; half /= 2) {
      if (lane < half) { parts[lane] += parts[lane + half]; }
      workgroupBarrier();
    }
    return parts[0];
  }
  `;
}

/** The same numbers as one row: then one compiled shader serves tensors of all ranks. */
function flat(tensor: TensorInfo): TensorInfo {
  return { ...tensor, shape: [util.sizeFromShape(tensor.shape)] };
}
