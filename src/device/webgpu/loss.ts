import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuKernel } from './kernel.ts';
import { dispatch, type Shader, sumOfWorkgroup, workgroupsFor } from './shader.ts';

// PPO's loss as agents/algorithms/ppo.ts has it. A minibatch has some thousand rows: one workgroup adds them up.

const THREADS = 256;

/** [2]: what is taken from an advantage, and what it is then divided by. */
const advantagesShader: Shader = {
  name: 'AdvantageStatistics',
  inputs: ['advantages'],
  sizes: ['rows'],
  threads: THREADS,
  code: `${sumOfWorkgroup(THREADS)}
  fn main(lane : i32) {
    var part = 0.0;
    for (var i = lane; i < uniforms.rows; i += THREADS) { part += advantages[i]; }
    let mean = sumOfWorkgroup(lane, part) / f32(uniforms.rows);
    part = 0.0;
    for (var i = lane; i < uniforms.rows; i += THREADS) { part += (advantages[i] - mean) * (advantages[i] - mean); }
    let squares = sumOfWorkgroup(lane, part);
    if (lane == 0) {
      result[0] = mean;
      result[1] = sqrt(squares / f32(uniforms.rows - 1)) + 1e-8;
    }
  }`,
};

const REALS = ['clipRange', 'valueCoefficient', 'entropyCoefficient'] as const;
const ROW_INPUTS = ['logProbs', 'oldLogProbs', 'entropies', 'advantages', 'values', 'oldValues', 'returns'] as const;

const ROW_TERMS = (normalized: boolean, clipped: boolean): string => `
  struct Terms { ratio : f32, logRatio : f32, advantage : f32, kept : f32, error : f32, clippedError : f32, change : f32 }

  fn termsOf(i : i32) -> Terms {
    let logRatio = logProbs[i] - oldLogProbs[i];
    let ratio = exp(logRatio);
    let advantage = ${normalized ? '(advantages[i] - statistics[0]) / statistics[1]' : 'advantages[i]'};
    let kept = clamp(ratio, 1.0 - uniforms.clipRange, 1.0 + uniforms.clipRange);
    let change = values[i] - ${clipped ? 'oldValues[i]' : 'values[i]'};
    let error = values[i] - returns[i];
    let clippedError = error - change + clamp(change, -uniforms.clipRange, uniforms.clipRange);
    return Terms(ratio, logRatio, advantage, kept, error, clippedError, change);
  }
`;

interface Variant {
  normalized: boolean;
  clipped: boolean;
}

function variantOf(name: string, { normalized, clipped }: Variant): Pick<Shader, 'name' | 'threads' | 'reals'> {
  return {
    name: `${name}${normalized ? ' normalized' : ''}${clipped ? ' clipped' : ''}`,
    threads: THREADS,
    reals: REALS,
  };
}

/** What is read of the rows: only what the variant does, since a shader has to use all that it is given. */
function inputsOf({ normalized, clipped }: Variant, ...without: string[]): string[] {
  const unused = [...without, ...(clipped ? [] : ['oldValues'])];
  return [...ROW_INPUTS.filter((name) => !unused.includes(name)), ...(normalized ? ['statistics'] : [])];
}

/** [5]: the policy's loss, the value's, the entropy, the estimated KL divergence, the share of ratios that left the range. */
const termsShader = (variant: Variant): Shader => ({
  ...variantOf('PpoTerms', variant),
  inputs: inputsOf(variant),
  sizes: ['rows'],
  code: `${sumOfWorkgroup(THREADS)} ${ROW_TERMS(variant.normalized, variant.clipped)}
  fn main(lane : i32) {
    var sums = array<f32, 5>();
    for (var i = lane; i < uniforms.rows; i += THREADS) {
      let terms = termsOf(i);
      sums[0] -= min(terms.ratio * terms.advantage, terms.kept * terms.advantage);
      sums[1] += 0.5 * max(terms.error * terms.error, terms.clippedError * terms.clippedError);
      sums[2] += entropies[i];
      sums[3] += terms.ratio - 1.0 - terms.logRatio;
      sums[4] += select(0.0, 1.0, abs(terms.ratio - 1.0) > uniforms.clipRange);
    }
    for (var term = 0; term < 5; term++) {
      let sum = sumOfWorkgroup(lane, sums[term]);
      if (lane == 0) { result[term] = sum / f32(uniforms.rows); }
    }
  }`,
});

/** A scalar, of the terms. */
const lossShader: Shader = {
  name: 'PpoLoss',
  inputs: ['terms'],
  sizes: [],
  reals: ['valueCoefficient', 'entropyCoefficient'],
  threads: 1,
  code: `
  fn main(index : i32) {
    result[0] = terms[0] + uniforms.valueCoefficient * terms[1] - uniforms.entropyCoefficient * terms[2];
  }`,
};

/** [rows]: the loss's gradient for the log-probabilities (kind 0), the entropies (1) or the values (2). */
const rowGradientShader = (variant: Variant): Shader => ({
  ...variantOf('PpoRowGradient', variant),
  inputs: inputsOf(variant, 'entropies'),
  sizes: ['rows', 'kind'],
  code: `${ROW_TERMS(variant.normalized, variant.clipped)}
  fn main(i : i32) {
    if (i >= uniforms.rows) { return; }
    let terms = termsOf(i);
    var gradient = -uniforms.entropyCoefficient;
    if (uniforms.kind == 0) {
      let gain = terms.ratio * terms.advantage;
      gradient = select(0.0, -gain, gain <= terms.kept * terms.advantage);
    }
    if (uniforms.kind == 2) {
      let inside = abs(terms.change) <= uniforms.clipRange;
      let worst = terms.error * terms.error >= terms.clippedError * terms.clippedError;
      gradient = uniforms.valueCoefficient * select(select(0.0, terms.clippedError, inside), terms.error, worst);
    }
    result[i] = gradient / f32(uniforms.rows);
  }`,
});

/** All inputs [rows]: the loss, its five terms, and its gradients for logProbs, entropies and values. */
const ppoLoss: GpuKernel = ({ backend, inputs, attrs }) => {
  const rows = (inputs['logProbs'] as TensorInfo).shape[0] as number;
  const variant = {
    normalized: Boolean(attrs['normalizeAdvantages']) && rows > 1,
    clipped: Boolean(attrs['clipValues']),
  };
  const reals = Object.fromEntries(REALS.map((name) => [name, attrs[name] as number]));
  const statistics = backend.makeTensorInfo([2], 'float32');
  if (variant.normalized)
    dispatch(backend, advantagesShader, {
      inputs: { advantages: inputs['advantages'] as TensorInfo },
      sizes: { rows },
      workgroups: 1,
      output: statistics,
    });
  const given = { ...inputs, statistics };
  const terms = dispatch(backend, termsShader(variant), {
    inputs: given,
    sizes: { rows },
    reals,
    workgroups: 1,
    output: backend.makeTensorInfo([5], 'float32'),
  });
  const loss = dispatch(backend, lossShader, {
    inputs: { terms },
    sizes: {},
    reals,
    workgroups: 1,
    output: backend.makeTensorInfo([], 'float32'),
  });
  const gradients = [0, 1, 2].map((kind) =>
    dispatch(backend, rowGradientShader(variant), {
      inputs: given,
      sizes: { rows, kind },
      reals,
      workgroups: workgroupsFor(rows, THREADS),
      output: backend.makeTensorInfo([rows], 'float32'),
    }),
  );
  backend.disposeData(statistics.dataId);
  return [loss, terms, ...gradients];
};

const scaledShader: Shader = {
  name: 'Scaled',
  inputs: ['x', 'dy'],
  sizes: ['count'],
  threads: THREADS,
  code: `
  fn main(index : i32) {
    if (index < uniforms.count) { result[index] = x[index] * dy[0]; }
  }`,
};

/** The gradients kept, times that of the loss. */
const ppoLossGradient: GpuKernel = ({ backend, inputs }) =>
  ['logProbs', 'entropies', 'values'].map((name) => {
    const { [name]: x, dy } = inputs as Record<string, TensorInfo> & { dy: TensorInfo };
    const { shape } = x as TensorInfo;
    const count = shape[0] as number;
    return dispatch(backend, scaledShader, {
      inputs: { x: x as TensorInfo, dy },
      sizes: { count },
      workgroups: workgroupsFor(count, THREADS),
      output: backend.makeTensorInfo(shape, 'float32'),
    });
  });

export const lossKernels: Record<string, GpuKernel> = { PpoLoss: ppoLoss, PpoLossGradient: ppoLossGradient };
