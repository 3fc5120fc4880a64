import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Call, GpuKernel } from './kernel.ts';
import { dispatch, type Shader, workgroupsFor } from './shader.ts';

// Independent categorical distributions side by side in the columns of the logits, as the head of agents/model/heads.ts
// has them. A thread takes a row: all that is asked of its distributions in one go.

const THREADS = 64;

/** Goes through the parts of a row; \`perPart\` has its columns \`begin\` … \`end\`, and the logarithm of its softmax's sum. */
function rowShader(name: string, inputs: string[], sizes: readonly number[], masked: boolean, code: RowCode): Shader {
  const { before = '', perPart, after = '' } = code;
  return {
    name: `${name} ${sizes.join(',')}${masked ? ' masked' : ''}`,
    inputs: masked ? [...inputs, 'masks'] : inputs,
    sizes: ['rows'],
    threads: THREADS,
    code: `
  const PARTS = ${sizes.length};
  const COLUMNS = ${sizes.reduce((sum, n) => sum + n, 0)};

  // A masked action's is so low that its probability is 0.
  fn logitAt(i : i32) -> f32 { return logits[i]${masked ? ' + (1.0 - masks[i]) * -1e9' : ''}; }

  fn main(row : i32) {
    if (row >= uniforms.rows) { return; }
    var sizes = array<i32, PARTS>(${sizes.join(', ')});
    var begin = row * COLUMNS;
    ${before}
    for (var part = 0; part < PARTS; part++) {
      let end = begin + sizes[part];
      var highest = -3.4e38;
      for (var i = begin; i < end; i++) { highest = max(highest, logitAt(i)); }
      var total = 0.0;
      for (var i = begin; i < end; i++) { total += exp(logitAt(i) - highest); }
      let logSum = highest + log(total);
      ${perPart}
      begin = end;
    }
    ${after}
  }`,
  };
}

interface RowCode {
  before?: string;
  perPart: string;
  after?: string;
}

const LOG_PROB: RowCode = {
  before: 'var sum = 0.0;',
  perPart: 'sum += logitAt(begin + i32(actions[row * PARTS + part])) - logSum;',
  after: 'result[row] = sum;',
};

/** d log p(a) / d logit_i = [i = a] - p_i */
const LOG_PROB_GRADIENT: RowCode = {
  perPart: `
      let action = begin + i32(actions[row * PARTS + part]);
      for (var i = begin; i < end; i++) {
        result[i] = dy[row] * (select(0.0, 1.0, i == action) - exp(logitAt(i) - logSum));
      }`,
};

const PART_ENTROPY = `
      var entropy = 0.0;
      for (var i = begin; i < end; i++) { entropy -= exp(logitAt(i) - logSum) * (logitAt(i) - logSum); }
`;

const ENTROPY: RowCode = {
  before: 'var sum = 0.0;',
  perPart: `${PART_ENTROPY} sum += entropy;`,
  after: 'result[row] = sum;',
};

/** d H / d logit_i = -p_i (log p_i + H) */
const ENTROPY_GRADIENT: RowCode = {
  perPart: `${PART_ENTROPY}
      for (var i = begin; i < end; i++) {
        let logProb = logitAt(i) - logSum;
        result[i] = -dy[row] * exp(logProb) * (logProb + entropy);
      }`,
};

/** @param gradient the output is of the logits' shape, not one number for each row */
function rowKernel(name: string, inputs: string[], code: RowCode, gradient: boolean): GpuKernel {
  return ({ backend, inputs: tensors, attrs }: Call) => {
    const masked = tensors['masks'] !== undefined;
    const shader = rowShader(name, inputs, attrs['sizes'] as number[], masked, code);
    const [rows, columns] = (tensors['logits'] as TensorInfo).shape as [number, number];
    return dispatch(backend, shader, {
      inputs: tensors,
      sizes: { rows },
      workgroups: workgroupsFor(rows, THREADS),
      output: backend.makeTensorInfo(gradient ? [rows, columns] : [rows], 'float32'),
    });
  };
}

export const categoricalKernels: Record<string, GpuKernel> = {
  CategoricalLogProb: rowKernel('CategoricalLogProb', ['logits', 'actions'], LOG_PROB, false),
  CategoricalLogProbGradient: rowKernel(
    'CategoricalLogProbGradient',
    ['logits', 'actions', 'dy'],
    LOG_PROB_GRADIENT,
    true,
  ),
  CategoricalEntropy: rowKernel('CategoricalEntropy', ['logits'], ENTROPY, false),
  CategoricalEntropyGradient: rowKernel('CategoricalEntropyGradient', ['logits', 'dy'], ENTROPY_GRADIENT, true),
};
