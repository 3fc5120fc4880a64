import * as tf from '@tensorflow/tfjs-core';
import type { SentenceTokens } from '../../envs/tokens.ts';
import { Linear } from './layers.ts';
import type { Parameters } from './parameters.ts';
import type { MadeTokens } from './pooling.ts';

const FIRST_ROOM = 16;

/**
 * The texts that were met, each under a number from 1 on, and what an encoder makes of them: each is encoded once.
 *
 * A text's number means nothing elsewhere: observations that are kept for longer keep their texts.
 */
export class Sentences {
  readonly #numbers = new Map<string, number>();
  readonly #embed: (text: string) => Float32Array;
  /** [room, E], the row 0 of no text. */
  #rows: Float32Array;
  #table: tf.Tensor2D | null = null;

  /**
   * @param width E, numbers of an embedding
   * @param embed [E] of a text, of order 1 each
   */
  constructor(
    readonly width: number,
    embed: (text: string) => Float32Array,
  ) {
    this.#embed = embed;
    this.#rows = new Float32Array(FIRST_ROOM * width);
  }

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const embedding = this.#embed(text);
    const number = this.#numbers.size + 1;
    if ((number + 1) * this.width > this.#rows.length) {
      const more = new Float32Array(2 * this.#rows.length);
      more.set(this.#rows);
      this.#rows = more;
    }
    this.#rows.set(embedding, number * this.width);
    this.#numbers.set(text, number);
    this.#table?.dispose();
    this.#table = null;
    return number;
  }

  /** [room, E]: the embedding of text `i` in row `i`. Valid until the next new text. */
  get table(): tf.Tensor2D {
    this.#table ??= tf.keep(tf.tensor2d(this.#rows, [this.#rows.length / this.width, this.width]));
    return this.#table;
  }

  /** [N, E] of the texts whose numbers stand at `offset` of observations [N, size]. */
  embeddings(observations: tf.Tensor2D, offset: number): tf.Tensor2D {
    const N = observations.shape[0];
    const numbers = tf.cast(tf.reshape(tf.slice(observations, [0, offset], [N, 1]), [N]), 'int32');
    return tf.gather(this.table, numbers as tf.Tensor1D);
  }

  dispose(): void {
    this.#table?.dispose();
    this.#table = null;
  }
}

/** A text as one token: a learned map of its embedding. */
export class SentenceToken {
  readonly #offset: number;
  readonly #sentences: Sentences;
  readonly #map: Linear;
  readonly #keys: tf.Tensor2D;

  constructor(
    parameters: Parameters,
    { name, offset }: SentenceTokens,
    { sentences, width: C, heads: H }: { sentences: Sentences; width: number; heads: number },
  ) {
    const prefix = name ? `encoder.${name}` : 'encoder';
    this.#offset = offset;
    this.#sentences = sentences;
    this.#map = new Linear(parameters, `${prefix}.sentence`, [sentences.width, C], 1);
    this.#keys = parameters.normal(`${prefix}.keys`, [sentences.width, H], 0) as unknown as tf.Tensor2D;
  }

  /** @param observations [N, size], in which the text's number stands */
  apply(observations: tf.Tensor2D): MadeTokens {
    const embeddings = this.#sentences.embeddings(observations, this.#offset);
    const logits = tf.mul(tf.matMul(embeddings, this.#keys), 1 / Math.sqrt(this.#sentences.width));
    return { values: this.#map.apply(embeddings), logits: logits as tf.Tensor2D };
  }
}
