import * as tf from '@tensorflow/tfjs-core';
import { fused, type Kernel } from './fused.ts';
import { Linear } from './layers.ts';
import { areFrozen, type Parameters } from './parameters.ts';
import { lengthsAfter, type RunOptions, type Sequence, type Trunk, type TrunkResult } from './trunk.ts';

export interface GruOptions {
  /** C, of each step's vector and of the state. */
  width: number;
  layers: number;
}

/**
 * Gated recurrent units over the steps of an episode: a baseline for memory.
 *
 * @see Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation"
 */
export class Gru implements Trunk {
  readonly cacheShapes: readonly (readonly number[])[];
  readonly cacheSteps = 1;
  readonly linears: readonly Linear[];
  readonly #layers: Layer[];

  constructor(parameters: Parameters, { width: C, layers }: GruOptions) {
    this.cacheShapes = Array.from({ length: layers }, () => [C]);
    this.#layers = this.cacheShapes.map((_, layer) => ({
      input: new Linear(parameters, `gru.${layer}.input`, [C, 3 * C], 1),
      state: new Linear(parameters, `gru.${layer}.state`, [C, 3 * C], 1),
    }));
    this.linears = this.#layers.flatMap(({ input, state }) => [input, state]);
  }

  run({ steps, starts, cache }: Sequence, { remember }: RunOptions): TrunkResult {
    const N = cache.lengths.length;
    const goesOn = tf.tensor2d(
      Float32Array.from(starts, (start) => 1 - start),
      [N, starts.length / N],
    );
    const whole = this.linears.some(({ isAdapted }) => isAdapted) ? null : fused('Gru');
    let x = steps;
    const last = this.#layers.map((layer, i) => {
      const hidden = cache.tensors[i] as tf.Tensor2D;
      const states = whole
        ? fusedLayer(whole, layer, { x, hidden, goesOn }, remember)
        : composedLayer(layer, { x, hidden, goesOn });
      x = states.all;
      return states.last;
    });
    const tensors = remember ? (last as tf.Tensor2D[]) : [];
    return { features: x, cache: { tensors, lengths: lengthsAfter(starts, cache.lengths, 1) }, attention: null };
  }

  dispose(): void {}
}

interface Layer {
  input: Linear;
  state: Linear;
}

interface LayerInputs {
  /** [N * T, C] */
  x: tf.Tensor2D;
  /** [N, C] the states before the first step. */
  hidden: tf.Tensor2D;
  /** [N, T] 0 where an episode starts. */
  goesOn: tf.Tensor2D;
}

/** States after each step, [N * T, C], and after the last, [N, C]; null where they are not wanted. */
interface States {
  all: tf.Tensor2D;
  last: tf.Tensor2D | null;
}

function composedLayer({ input, state }: Layer, { x, hidden, goesOn }: LayerInputs): States {
  const [N, T] = goesOn.shape;
  const C = x.shape[1];
  const projected = tf.reshape(input.apply(x), [N, T, 3 * C]);
  let last = hidden;
  const outputs: tf.Tensor2D[] = [];
  for (let t = 0; t < T; t++) {
    const remembered = tf.mul(last, tf.slice(goesOn, [0, t], [N, 1])) as tf.Tensor2D;
    const now = tf.reshape(tf.slice(projected, [0, t, 0], [N, 1, 3 * C]), [N, 3 * C]) as tf.Tensor2D;
    last = gruStep(now, state.apply(remembered), remembered);
    outputs.push(last);
  }
  return { all: tf.reshape(tf.stack(outputs, 1), [N * T, C]), last };
}

/** All steps as one kernel. */
function fusedLayer(kernel: Kernel, { input, state }: Layer, { x, ...rest }: LayerInputs, remember: boolean): States {
  const weights = { inputWeight: input.weight, stateWeight: state.weight };
  const biases = { inputBias: input.bias, stateBias: state.bias };
  const outputs = (): [tf.Tensor2D, tf.Tensor2D, ...tf.Tensor[]] =>
    kernel({ x, ...rest, ...weights, ...biases }) as [tf.Tensor2D, tf.Tensor2D, ...tf.Tensor[]];
  if (remember) {
    const [all, last, ...saved] = outputs();
    tf.dispose(saved);
    return { all, last };
  }
  const parameters = [input.weight, input.bias, state.weight, state.bias];
  const isFrozen = areFrozen(...parameters);
  const apply = tf.customGrad((...args) => {
    // TFJS passes the function that saves last. The parameters live longer than the gradient.
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const [all, last, ...saved] = outputs();
    last.dispose();
    save([...saved, x, rest.hidden, rest.goesOn]);
    const gradFunc = (dy: tf.Tensor, kept: tf.Tensor[]): tf.Tensor[] => {
      const names = ['gates', 'seen', 'mapped', 'x', 'hidden', 'goesOn'];
      const inputs = Object.fromEntries(names.map((name, i) => [name, kept[i] as tf.Tensor]));
      return (fused('GruGradient') as Kernel)({ ...inputs, ...weights, dy }, { isFrozen });
    };
    return { value: all, gradFunc };
  });
  return { all: apply(x, ...(isFrozen ? [] : parameters)) as tf.Tensor2D, last: null };
}

/**
 * One step of a gated recurrent unit, gates in the order reset, update, new.
 *
 *   r = sigmoid(x_r + h_r),  z = sigmoid(x_z + h_z),  n = tanh(x_n + r h_n),  h' = (1 - z) n + z h
 *
 * @param fromInput [N, 3C] the input's affine map
 * @param fromState [N, 3C] the state's affine map
 * @param state     [N, C]
 */
export function gruStep(fromInput: tf.Tensor2D, fromState: tf.Tensor2D, state: tf.Tensor2D): tf.Tensor2D {
  const [inputReset, inputUpdate, inputNew] = tf.split(fromInput, 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const [stateReset, stateUpdate, stateNew] = tf.split(fromState, 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const reset = tf.sigmoid(tf.add(inputReset, stateReset));
  const update = tf.sigmoid(tf.add(inputUpdate, stateUpdate));
  const proposed = tf.tanh(tf.add(inputNew, tf.mul(reset, stateNew)));
  return tf.add(proposed, tf.mul(update, tf.sub(state, proposed)));
}
