import * as tf from '@tensorflow/tfjs-core';
import { attention } from '../attention.ts';
import type { Linear } from '../layers.ts';
import { activate } from './activation.ts';
import type { Architecture } from './architecture.ts';
import { joinHeads, splitHeads } from '../splitHeads.ts';
import type { HeadMix } from '../trunk.ts';
import type { Norm, Weights } from './weights.ts';

interface Block {
  attentionNorm: Norm;
  queryKeyValue: Linear;
  mixHeads: Linear;
  feedForwardNorm: Norm;
  widen: Linear;
  narrow: Linear;
}

/** Keys and values of the steps before, [N, H, S, D] each. */
export interface Past {
  keys: tf.Tensor4D;
  values: tf.Tensor4D;
}

export interface Gpt2Result {
  /** [N * T, C] */
  hidden: tf.Tensor2D;
  /** Of each layer, with the past before them: [N, H, S + T, D]. */
  past: Past[];
  /** Of each layer: [N, H, T, S + T]. */
  weights: tf.Tensor4D[];
}

/**
 * The blocks of GPT-2, which know nothing of what their vectors stand for: pre-norm, causal by the mask they are given.
 *
 * @see Radford et al. 2019, "Language Models are Unsupervised Multitask Learners"
 */
export class Gpt2 {
  /** [P, C]: what is added to the vector at each place. */
  readonly places: tf.Tensor2D;
  /** The maps of all blocks. */
  readonly linears: readonly Linear[];
  readonly #architecture: Architecture;
  readonly #blocks: Block[];
  readonly #finalNorm: Norm;

  /** @throws WeightsError naming a tensor that is missing or of another shape */
  constructor(weights: Weights, architecture: Architecture) {
    const { width: C, hidden, layers, positions, epsilon } = architecture;
    this.#architecture = architecture;
    this.places = weights.table('wpe.weight', [positions, C]);
    this.#blocks = Array.from({ length: layers }, (_, layer) => ({
      attentionNorm: weights.layerNorm(`h.${layer}.ln_1`, C, epsilon),
      queryKeyValue: weights.conv1d(`h.${layer}.attn.c_attn`, [C, 3 * C]),
      mixHeads: weights.conv1d(`h.${layer}.attn.c_proj`, [C, C]),
      feedForwardNorm: weights.layerNorm(`h.${layer}.ln_2`, C, epsilon),
      widen: weights.conv1d(`h.${layer}.mlp.c_fc`, [C, hidden]),
      narrow: weights.conv1d(`h.${layer}.mlp.c_proj`, [hidden, C]),
    }));
    this.linears = this.#blocks.flatMap(({ queryKeyValue, mixHeads, widen, narrow }) => [
      queryKeyValue,
      mixHeads,
      widen,
      narrow,
    ]);
    this.#finalNorm = weights.layerNorm('ln_f', C, epsilon);
  }

  /** Of each block, what takes in what its heads brought. */
  get headMixes(): HeadMix[] {
    const { heads } = this.#architecture;
    return this.#blocks.map(({ mixHeads }) => ({ heads, weights: mixHeads.inputWeights }));
  }

  /**
   * @param x    [N * T, C], places added
   * @param mask [N, 1, T, S + T], as `episodeMask` makes it
   * @param past of each layer; left out: there are no steps before
   */
  run(x: tf.Tensor2D, mask: tf.Tensor4D, past?: readonly Past[]): Gpt2Result {
    const [N, , T] = mask.shape;
    const result: Gpt2Result = { hidden: x, past: [], weights: [] };
    this.#blocks.forEach((block, layer) => {
      const projected = tf.split(block.queryKeyValue.apply(block.attentionNorm(result.hidden)), 3, 1);
      const [query, key, value] = projected.map((rows) => splitHeads(rows, [N, T, this.#architecture.heads])) as [
        tf.Tensor4D,
        tf.Tensor4D,
        tf.Tensor4D,
      ];
      const before = past?.[layer];
      const keys = before ? tf.concat([before.keys, key], 2) : key;
      const values = before ? tf.concat([before.values, value], 2) : value;
      const { output, weights } = attention(query, keys, values, mask);
      const middle: tf.Tensor2D = tf.add(result.hidden, block.mixHeads.apply(joinHeads(output)));
      const wide = activate(block.widen.apply(block.feedForwardNorm(middle)), this.#architecture.activation);
      result.hidden = tf.add(middle, block.narrow.apply(wide));
      result.past.push({ keys, values });
      result.weights.push(weights);
    });
    return { ...result, hidden: this.#finalNorm(result.hidden) };
  }
}
