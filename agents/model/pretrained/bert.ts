import * as tf from '@tensorflow/tfjs-core';
import { attention } from '../attention.ts';
import type { Linear } from '../layers.ts';
import { activate } from './activation.ts';
import type { Architecture } from './architecture.ts';
import { joinHeads, splitHeads } from '../splitHeads.ts';
import type { Norm, Weights } from './weights.ts';

interface Block {
  query: Linear;
  key: Linear;
  value: Linear;
  mixHeads: Linear;
  attentionNorm: Norm;
  widen: Linear;
  narrow: Linear;
  feedForwardNorm: Norm;
}

/** What BERT and DistilBERT call the parts of a block. */
const NAMES = {
  bert: {
    block: 'encoder.layer',
    query: 'attention.self.query',
    key: 'attention.self.key',
    value: 'attention.self.value',
    mixHeads: 'attention.output.dense',
    attentionNorm: 'attention.output.LayerNorm',
    widen: 'intermediate.dense',
    narrow: 'output.dense',
    feedForwardNorm: 'output.LayerNorm',
  },
  distilbert: {
    block: 'transformer.layer',
    query: 'attention.q_lin',
    key: 'attention.k_lin',
    value: 'attention.v_lin',
    mixHeads: 'attention.out_lin',
    attentionNorm: 'sa_layer_norm',
    widen: 'ffn.lin1',
    narrow: 'ffn.lin2',
    feedForwardNorm: 'output_layer_norm',
  },
} as const;

/**
 * BERT, and DistilBERT, which is the same without kinds of tokens: post-norm blocks in which all tokens see all.
 *
 * @see Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding";
 *      Sanh et al. 2019, "DistilBERT, a distilled version of BERT"
 */
export class Bert {
  readonly #architecture: Architecture;
  readonly #words: tf.Tensor2D;
  readonly #places: tf.Tensor2D;
  /** Null where the model has none. */
  readonly #types: tf.Tensor2D | null;
  readonly #norm: Norm;
  readonly #blocks: Block[];

  /** @throws WeightsError naming a tensor that is missing or of another shape */
  constructor(weights: Weights, architecture: Architecture) {
    const { kind, width: C, hidden, layers, positions, vocabulary, tokenTypes, epsilon } = architecture;
    this.#architecture = architecture;
    this.#words = weights.table('embeddings.word_embeddings.weight', [vocabulary, C]);
    this.#places = weights.table('embeddings.position_embeddings.weight', [positions, C]);
    this.#types = tokenTypes ? weights.table('embeddings.token_type_embeddings.weight', [tokenTypes, C]) : null;
    this.#norm = weights.layerNorm('embeddings.LayerNorm', C, epsilon);
    const { block, ...names } = NAMES[kind === 'distilbert' ? 'distilbert' : 'bert'];
    this.#blocks = Array.from({ length: layers }, (_, layer) => {
      const named = (part: keyof typeof names): string => `${block}.${layer}.${names[part]}`;
      return {
        query: weights.linear(named('query'), [C, C]),
        key: weights.linear(named('key'), [C, C]),
        value: weights.linear(named('value'), [C, C]),
        mixHeads: weights.linear(named('mixHeads'), [C, C]),
        attentionNorm: weights.layerNorm(named('attentionNorm'), C, epsilon),
        widen: weights.linear(named('widen'), [C, hidden]),
        narrow: weights.linear(named('narrow'), [hidden, C]),
        feedForwardNorm: weights.layerNorm(named('feedForwardNorm'), C, epsilon),
      };
    });
  }

  /**
   * @param ids  [N * T] of the tokens, all of the first kind
   * @param mask [N, 1, 1, T]: 0 where there is a token, `MASKED` where a text has ended
   * @returns    [N * T, C]
   */
  run(ids: tf.Tensor1D, mask: tf.Tensor4D): tf.Tensor2D {
    const [N, , , T] = mask.shape;
    const { heads, activation } = this.#architecture;
    const words = tf.reshape(tf.gather(this.#words, ids), [N, T, -1]);
    let embedded: tf.Tensor = tf.add(words, tf.slice(this.#places, 0, T));
    if (this.#types) embedded = tf.add(embedded, tf.slice(this.#types, 0, 1));
    let x = this.#norm(tf.reshape(embedded, [N * T, -1]));
    for (const block of this.#blocks) {
      const [query, key, value] = [block.query, block.key, block.value].map((map) =>
        splitHeads(map.apply(x), [N, T, heads]),
      ) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      const mixed = block.mixHeads.apply(joinHeads(attention(query, key, value, mask).output));
      const middle = block.attentionNorm(tf.add(x, mixed));
      x = block.feedForwardNorm(tf.add(middle, block.narrow.apply(activate(block.widen.apply(middle), activation))));
    }
    return x;
  }
}
