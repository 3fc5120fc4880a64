import * as tf from '@tensorflow/tfjs-core';
import { episodeMask } from '../attention.ts';
import { Linear } from '../layers.ts';
import type { Parameters } from '../parameters.ts';
import { lastSteps, stackLayers } from '../transformer.ts';
import { type HeadMix, lengthsAfter, type RunOptions, type Sequence, type Trunk, type TrunkResult } from '../trunk.ts';
import type { Architecture } from './architecture.ts';
import { Gpt2, type Past } from './gpt2.ts';
import { type TensorSource, Weights } from './weights.ts';

export interface PretrainedTrunkOptions {
  /** Of each step's vector. */
  width: number;
  /** Earlier steps of the same episode that a step sees; fewer than there are places. */
  context: number;
  architecture: Architecture;
  /** Null where a checkpoint's are loaded later. */
  weights: TensorSource | null;
}

/** Names of the maps that lead to it, and from it. */
const [ENTER, LEAVE] = ['trunkEnter', 'trunkLeave'] as const;

/**
 * GPT-2's blocks across time: steps stand where words stood, mapped to its width and back by two maps that are learned.
 *
 *   y = ln_f(blocks(x W_in + wpe[p])) W_out,   p = (steps since the episode began) mod P
 *
 * GPT-2 learned a vector for each of its P places, and keys that are cached carry theirs for good. So a step's place is its
 * number in its episode, and not in a window that slides: a cache then means the same wherever it is used, and no two
 * steps that see each other share a place, since a window has fewer than P. After P steps places begin anew; across that
 * edge the earlier steps of a window have the higher places, which GPT-2 never saw.
 *
 * @see Lu et al. 2021, "Pretrained Transformers as Universal Computation Engines", for steps of another kind in its blocks
 */
export class PretrainedTrunk implements Trunk {
  readonly cacheShapes: readonly (readonly number[])[];
  readonly cacheSteps: number;
  readonly linears: readonly Linear[];
  readonly around = [ENTER, LEAVE].flatMap((name) => [`${name}.weight`, `${name}.bias`]);
  readonly #architecture: Architecture;
  readonly #gpt2: Gpt2;
  readonly #enter: Linear;
  readonly #leave: Linear;

  /** @throws WeightsError naming a tensor that is missing or of another shape; RangeError for a context that is too long */
  constructor(parameters: Parameters, { width, context, architecture, weights }: PretrainedTrunkOptions) {
    const { width: C, heads: H, layers, positions } = architecture;
    if (context >= positions)
      throw new RangeError(`context is ${context}, but the pretrained trunk tells only ${positions} places apart`);
    this.#architecture = architecture;
    this.cacheSteps = context;
    // Last, how many steps of the episode there were, which outgrows the context.
    this.cacheShapes = [...Array.from({ length: 2 * layers }, () => [H, context, C / H]), [1]];
    this.#enter = new Linear(parameters, ENTER, [width, C], 1);
    this.#gpt2 = new Gpt2(new Weights(parameters, 'trunk.', weights), architecture);
    this.linears = this.#gpt2.linears;
    this.#leave = new Linear(parameters, LEAVE, [C, width], 1);
  }

  get headMixes(): HeadMix[] {
    return this.#gpt2.headMixes;
  }

  run({ steps, starts, cache }: Sequence, { attention, remember }: RunOptions): TrunkResult {
    const { layers, positions } = this.#architecture;
    const context = this.cacheSteps;
    const N = cache.lengths.length;
    const mask = episodeMask(starts, cache.lengths, context);
    const past = Array.from({ length: layers }, (_, layer): Past => {
      const [keys, values] = cache.tensors.slice(2 * layer, 2 * layer + 2) as [tf.Tensor4D, tf.Tensor4D];
      return { keys, values };
    });
    const numbers = stepNumbers(starts, cache.tensors.at(-1) as tf.Tensor2D); // [N, T]
    const places = tf.cast(tf.mod(numbers, positions), 'int32');
    const placed = tf.add(this.#enter.apply(steps), tf.gather(this.#gpt2.places, tf.reshape(places, [starts.length])));
    const result = this.#gpt2.run(placed as tf.Tensor2D, mask, past);
    const next = result.past.flatMap(({ keys, values }) => [lastSteps(keys, context), lastSteps(values, context)]);
    const T = starts.length / N;
    const count = tf.add(tf.slice(numbers, [0, T - 1], [N, 1]), 1);
    return {
      features: this.#leave.apply(result.hidden),
      cache: {
        tensors: remember ? [...next, count] : [],
        lengths: lengthsAfter(starts, cache.lengths, context),
      },
      attention: attention ? stackLayers(result.weights.map((weights) => lastSteps(weights, 1))) : null,
    };
  }

  dispose(): void {}
}

/**
 * Each step's number in its episode, from 0 on.
 *
 * @param starts [N * T]: 1 where an episode starts
 * @param before [N, 1] steps of the episode that is under way
 * @returns      [N, T]
 */
function stepNumbers(starts: Uint8Array, before: tf.Tensor2D): tf.Tensor2D {
  const N = before.shape[0];
  const T = starts.length / N;
  const since = new Float32Array(N * T);
  const goesOn = new Float32Array(N * T);
  for (let n = 0; n < N; n++) {
    let [number, isOld] = [0, 1];
    for (let t = 0; t < T; t++) {
      if (starts[n * T + t]) [number, isOld] = [0, 0];
      since[n * T + t] = number++;
      goesOn[n * T + t] = isOld;
    }
  }
  return tf.add(tf.tensor2d(since, [N, T]), tf.mul(tf.tensor2d(goesOn, [N, T]), before));
}
