import type { TensorInfo } from '@tensorflow/tfjs-core';
import { addresses, type SimdKernel } from './kernel.ts';

/** Scratch memory of these kernels: a vector. */
const SCRATCH_BYTES = 64;

/** logits [rows, n], actions [rows, 1], perhaps masks [rows, n]: log-probabilities and entropies [2, rows]; log-softmax. */
const categorical: SimdKernel = (call) => {
  const { backend, inputs } = call;
  const [logits, actions] = addresses(call, 'logits', 'actions');
  const masks = inputs['masks'] ? addresses(call, 'masks')[0] : 0;
  const [rows, n] = (inputs['logits'] as TensorInfo).shape as [number, number];
  const [score, logSoftmax] = [backend.output([2, rows]), backend.output([rows, n])];
  const outputs = [logSoftmax.address, score.address, score.address + 4 * rows];
  backend.run('categorical', rows, 10 * n, logits, masks, actions, ...outputs, n);
  return [score, logSoftmax];
};

/** dLogits; dy [2, rows] as `score`. */
const categoricalGradient: SimdKernel = (call) => {
  const { backend, inputs } = call;
  const [score, logSoftmax, actions, dy] = addresses(call, 'score', 'logSoftmax', 'actions', 'dy');
  const [rows, n] = (inputs['logSoftmax'] as TensorInfo).shape as [number, number];
  const out = backend.output([rows, n]);
  backend.reserveScratch(SCRATCH_BYTES);
  const entropies = score + 4 * rows;
  const args = [logSoftmax, actions, entropies, dy, dy + 4 * rows, out.address, n];
  backend.run('categoricalGradient', rows, 10 * n, ...args);
  return out;
};

interface PpoAttributes {
  clipRange: number;
  clipValues: boolean;
  valueCoefficient: number;
  entropyCoefficient: number;
  normalizeAdvantages: boolean;
}

const INPUTS = ['logProbs', 'oldLogProbs', 'entropies', 'advantages', 'values', 'oldValues', 'returns'] as const;

/** All [rows]: the loss, its five terms, and its gradients for logProbs, entropies and values. */
const ppoLoss: SimdKernel = (call) => {
  const { backend, inputs } = call;
  const attrs = call.attrs as unknown as PpoAttributes;
  const { clipRange, clipValues, valueCoefficient, entropyCoefficient, normalizeAdvantages } = attrs;
  const rows = (inputs['logProbs'] as TensorInfo).shape[0] as number;
  const outputs = [[], [5], [rows], [rows], [rows]].map((shape) => backend.output(shape));
  backend.reserveScratch(SCRATCH_BYTES);
  const args = [...addresses(call, ...INPUTS), ...outputs.map(({ address }) => address)];
  const coefficients = [clipRange, Number(clipValues), valueCoefficient, entropyCoefficient];
  backend.run('ppoLoss', 1, 20 * rows, rows, ...args, ...coefficients, Number(normalizeAdvantages));
  return outputs;
};

/** The gradients kept, times that of the loss. */
const ppoLossGradient: SimdKernel = (call) => {
  const { backend, inputs } = call;
  const names = ['logProbs', 'entropies', 'values'] as const;
  const [dy, ...kept] = addresses(call, 'dy', ...names);
  return names.map((name, i) => {
    const { shape } = inputs[name] as TensorInfo;
    const out = backend.output(shape);
    backend.run('mulFlat', Math.ceil((shape[0] as number) / 4), 4, kept[i] as number, dy, out.address, 1, 0);
    return out;
  });
};

export const lossKernels: Record<string, SimdKernel> = {
  Categorical: categorical,
  CategoricalGradient: categoricalGradient,
  PpoLoss: ppoLoss,
  PpoLossGradient: ppoLossGradient,
};
