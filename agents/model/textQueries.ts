import * as tf from '@tensorflow/tfjs-core';
import type { TokenGroup } from '../../envs/tokens.ts';
import { Linear } from './layers.ts';
import type { Parameters } from './parameters.ts';
import { cut } from './patches.ts';
import { GAIN } from './pooling.ts';
import type { Sentences } from './sentences.ts';
import { factorsOf, tableGroup, type TableGroup } from './tokenTables.ts';

/** What a text says, as numbers. */
interface Text {
  numbers: number;
  /** [N, numbers] */
  read: (observations: tf.Tensor2D) => tf.Tensor2D;
}

/** Cells, or patches of an image or a waveform: tokens of a kind, each at its place. */
interface Places {
  group: TokenGroup;
  /** Numbers of a token. */
  numbers: number;
  /** [N, tokens, numbers] */
  look: (observations: tf.Tensor2D) => tf.Tensor3D;
}

/**
 * Heads that look for what a text tells of: the text makes a weight for each number that a cell or patch consists of, the
 * same wherever it lies, and where they fit is looked at.
 *
 *   t   = gelu(W [n_w, m_w] + b)        n_w how often word w is told, m_w the sum of its places; or an embedding
 *   a_h = softmax(GAIN x u_h(t))        x [tokens, numbers]: one-hot where they are categories
 *   out = R [a_h, a_h x] over all heads, which is where it was found and what is there
 *
 * The learned queries of `poolTokens` look at the same places whatever is asked; these find the red ball when it is the red
 * ball that is told of, and having found it at one place find it at any other.
 *
 * @see Chaplot et al. 2018, "Gated-Attention Architectures for Task-Oriented Language Grounding", for gates made by a text
 */
export class TextQueries {
  readonly #texts: Text[];
  readonly #places: Places[];
  readonly #groups: readonly TokenGroup[];
  readonly #heads: number;
  readonly #told: Linear;
  /** Of each of the places, for each head. */
  readonly #asked: Linear[];
  readonly #found: Linear;

  /** @throws RangeError where there is no text, or nothing at places to look for */
  constructor(
    parameters: Parameters,
    groups: readonly TokenGroup[],
    { width: C, heads: H, sentences = null }: { width: number; heads: number; sentences?: Sentences | null },
  ) {
    this.#groups = groups;
    this.#heads = H;
    this.#texts = groups.map((group) => textOf(group, sentences)).filter((text) => text !== null);
    this.#places = groups.map(placesOf).filter((places) => places !== null);
    if (this.#texts.length === 0 || this.#places.length === 0)
      throw new RangeError(
        `Encoder: queries by a text want a text, and cells or patches to look at; found ${groups.map(({ name, kind }) => `${name || 'all'} (${kind})`).join(', ')}`,
      );
    const told = this.#texts.reduce((sum, { numbers }) => sum + numbers, 0);
    this.#told = new Linear(parameters, 'encoder.told', [told, C], Math.SQRT2);
    this.#asked = this.#places.map(
      ({ group, numbers }) => new Linear(parameters, `encoder.${group.name}.asked`, [C, H * numbers], 0.01),
    );
    const inputs = this.#places.reduce((sum, { group, numbers }) => sum + H * (group.tokens + numbers), 0);
    this.#found = new Linear(parameters, 'encoder.found', [inputs, C], Math.SQRT2);
  }

  /**
   * @param observations [N, size]
   * @returns            `output` [N, C]; `weights` [N, H, tokens], of all tokens of an observation in their order
   */
  apply(observations: tf.Tensor2D): { output: tf.Tensor2D; weights: tf.Tensor3D } {
    const N = observations.shape[0];
    const H = this.#heads;
    const texts = this.#texts.map(({ read }) => read(observations));
    const told = this.#told.applyGelu(tf.concat(texts, 1) as tf.Tensor2D);
    const seen = this.#places.map(({ look }) => look(observations));
    const scores = seen.map((numbers, g) => {
      const asked = tf.reshape((this.#asked[g] as Linear).apply(told), [N, H, numbers.shape[2]]);
      return tf.matMul(asked, numbers, false, true); // [N, H, tokens]
    });
    const weights = tf.softmax(tf.mul(tf.concat(scores, 2), GAIN)) as tf.Tensor3D;
    let at = 0;
    const parts = new Map<string, tf.Tensor3D>();
    const found = this.#places.flatMap(({ group, numbers }, g): tf.Tensor[] => {
      const own = tf.slice(weights, [0, 0, at], [N, H, group.tokens]);
      at += group.tokens;
      parts.set(group.name, own);
      const what = tf.matMul(own, seen[g] as tf.Tensor3D); // [N, H, numbers]
      return [tf.reshape(own, [N, H * group.tokens]), tf.reshape(what, [N, H * numbers])];
    });
    const all = this.#groups.map(({ name, tokens }) => parts.get(name) ?? tf.zeros<tf.Rank.R3>([N, H, tokens]));
    return { output: this.#found.apply(tf.concat(found, 1) as tf.Tensor2D), weights: tf.concat(all, 2) };
  }
}

/** Null for what is no text. */
function textOf(group: TokenGroup, sentences: Sentences | null): Text | null {
  if (group.kind === 'sentence' && sentences)
    return { numbers: sentences.width, read: (observations) => sentences.embeddings(observations, group.offset) };
  if (group.kind !== 'words') return null;
  const table = tableGroup(group) as TableGroup;
  return { numbers: 2 * table.rows, read: (observations) => countWords(observations, table) };
}

/** [N, 2 words]: how often each word is told, and the same by how far on in the text that is. */
function countWords(observations: tf.Tensor2D, text: TableGroup): tf.Tensor2D {
  const words = factorsOf(observations, text); // [tokens, N, rows]
  const { tokens } = text;
  const further = tf.reshape(tf.div(tf.range(0, tokens), tokens), [tokens, 1, 1]);
  return tf.concat([tf.sum(words, 0), tf.sum(tf.mul(words, further), 0)], 1) as tf.Tensor2D;
}

/** Null for what has no place. */
function placesOf(group: TokenGroup): Places | null {
  if (group.kind === 'patches' || group.kind === 'waveform') {
    const numbers = group.kind === 'patches' ? group.side ** 2 * group.channels : group.length * group.channels;
    const look = (observations: tf.Tensor2D): tf.Tensor3D =>
      tf.reshape(cut(observations, group), [observations.shape[0], group.tokens, numbers]);
    return { group, numbers, look };
  }
  if (group.kind !== 'cells') return null;
  const table = tableGroup(group) as TableGroup;
  const look = (observations: tf.Tensor2D): tf.Tensor3D =>
    tf.transpose(factorsOf(observations, table), [1, 0, 2]) as tf.Tensor3D;
  return { group, numbers: table.rows, look };
}
