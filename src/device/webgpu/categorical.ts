import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuKernel } from './kernel.ts';
import { dispatch, type Shader, workgroupsFor } from './shader.ts';

// The categorical distribution of agents/model/heads.ts: a thread takes a row.

const THREADS = 64;
const ROW = { sizes: ['rows', 'n'], threads: THREADS } as const;

/** [rows, n]; a masked action's logit is so low that its probability is 0. */
const logSoftmaxShader = (masked: boolean): Shader => ({
  ...ROW,
  name: masked ? 'MaskedLogSoftmax' : 'LogSoftmax',
  inputs: masked ? ['logits', 'masks'] : ['logits'],
  code: `
  fn logitAt(i : i32) -> f32 { return logits[i]${masked ? ' + (1.0 - masks[i]) * -1e9' : ''}; }

  fn main(row : i32) {
    if (row >= uniforms.rows) { return; }
    let begin = row * uniforms.n;
    let end = begin + uniforms.n;
    var highest = -3.4e38;
    for (var i = begin; i < end; i++) { highest = max(highest, logitAt(i)); }
    var total = 0.0;
    for (var i = begin; i < end; i++) { total += exp(logitAt(i) - highest); }
    let logSum = log(total);
    for (var i = begin; i < end; i++) { result[i] = logitAt(i) - highest - logSum; }
  }`,
});

/** [2, rows]: log-probabilities of the actions, and entropies. */
const scoreShader: Shader = {
  ...ROW,
  name: 'CategoricalScore',
  inputs: ['logSoftmax', 'actions'],
  code: `
  fn main(row : i32) {
    if (row >= uniforms.rows) { return; }
    let begin = row * uniforms.n;
    var entropy = 0.0;
    for (var i = begin; i < begin + uniforms.n; i++) { entropy -= exp(logSoftmax[i]) * logSoftmax[i]; }
    result[row] = logSoftmax[begin + i32(actions[row])];
    result[uniforms.rows + row] = entropy;
  }`,
};

/** [rows, n]: d log p(a) / d logit_i = [i = a] - p_i, d H / d logit_i = -p_i (log p_i + H) */
const gradientShader: Shader = {
  ...ROW,
  name: 'CategoricalGradient',
  inputs: ['score', 'logSoftmax', 'actions', 'dy'],
  code: `
  fn main(row : i32) {
    if (row >= uniforms.rows) { return; }
    let begin = row * uniforms.n;
    let action = begin + i32(actions[row]);
    let entropy = score[uniforms.rows + row];
    for (var i = begin; i < begin + uniforms.n; i++) {
      let p = exp(logSoftmax[i]);
      let dLogProb = select(0.0, 1.0, i == action) - p;
      result[i] = dy[row] * dLogProb - dy[uniforms.rows + row] * p * (logSoftmax[i] + entropy);
    }
  }`,
};

/** logits [rows, n], actions [rows, 1], perhaps masks [rows, n]: log-probabilities and entropies [2, rows]; log-softmax. */
const categorical: GpuKernel = ({ backend, inputs }) => {
  const { actions, ...given } = inputs as Record<'logits' | 'actions', TensorInfo>;
  const [rows, n] = given.logits.shape as [number, number];
  const common = { sizes: { rows, n }, workgroups: workgroupsFor(rows, THREADS) };
  const logSoftmax = dispatch(backend, logSoftmaxShader('masks' in given), {
    ...common,
    inputs: given,
    output: backend.makeTensorInfo([rows, n], 'float32'),
  });
  const score = dispatch(backend, scoreShader, {
    ...common,
    inputs: { logSoftmax, actions },
    output: backend.makeTensorInfo([2, rows], 'float32'),
  });
  return [score, logSoftmax];
};

/** dLogits; dy [2, rows] as `score`. */
const categoricalGradient: GpuKernel = ({ backend, inputs }) => {
  const [rows, n] = (inputs['logSoftmax'] as TensorInfo).shape as [number, number];
  return dispatch(backend, gradientShader, {
    inputs,
    sizes: { rows, n },
    workgroups: workgroupsFor(rows, THREADS),
    output: backend.makeTensorInfo([rows, n], 'float32'),
  });
};

export const categoricalKernels: Record<string, GpuKernel> = {
  Categorical: categorical,
  CategoricalGradient: categoricalGradient,
};
