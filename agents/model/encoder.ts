import * as tf from '@tensorflow/tfjs-core';
import { describeSpace, type Space } from '../../envs/spaces.ts';
import { Linear } from './layers.ts';
import type { Parameters } from './parameters.ts';

/** A part of the observation that becomes one token, and where it stands in the flat form. */
type Part =
  | { kind: 'vector'; name: string; offset: number; size: number; scale: number }
  | { kind: 'category'; name: string; offset: number; size: 1; categories: number };

/**
 * One time step to one vector: each part of the observation becomes a token, and a learned query attends over them.
 *
 * A Box or MultiBinary is one token, its numbers' affine map; a Discrete is one, an embedding; a MultiDiscrete is one
 * for each of its parts; a Tuple or Dict has its parts' tokens.
 */
export class Encoder {
  readonly #parts: Part[];
  readonly #tokens: Linear[];
  readonly #query: tf.Variable<tf.Rank.R2> | null;
  readonly #width: number;

  /** @throws RangeError for a space that has no encoding yet */
  constructor(parameters: Parameters, space: Space, width: number) {
    this.#width = width;
    this.#parts = partsOf(space, '', 0);
    this.#tokens = this.#parts.map(
      (part) =>
        new Linear(
          parameters,
          `encoder.${part.name}`,
          [part.kind === 'vector' ? part.size : part.categories, width],
          part.kind === 'vector' ? Math.SQRT2 : 1,
        ),
    );
    // With one token there is nothing to choose from: its weight would always be 1.
    this.#query = this.#parts.length > 1 ? parameters.normal('encoder.query', [width, 1], 0.02) : null;
  }

  /**
   * @param observations [rows, flat size of the space]
   * @returns            [rows, C]
   */
  apply(observations: tf.Tensor2D): tf.Tensor2D {
    const tokens = this.#parts.map((part, i) => this.#token(part, this.#tokens[i] as Linear, observations));
    if (!this.#query) return tokens[0] as tf.Tensor2D;
    const rows = observations.shape[0];
    const stacked = tf.stack(tokens, 1) as tf.Tensor3D; // [rows, tokens, C]
    const keys = tf.reshape(stacked, [rows * tokens.length, this.#width]) as tf.Tensor2D;
    const scores = tf.mul(tf.matMul(keys, this.#query as unknown as tf.Tensor2D), 1 / Math.sqrt(this.#width));
    const weights = tf.softmax(tf.reshape(scores, [rows, tokens.length]));
    return tf.sum(tf.mul(stacked, tf.reshape(weights, [rows, tokens.length, 1])), 1);
  }

  #token(part: Part, map: Linear, observations: tf.Tensor2D): tf.Tensor2D {
    const rows = observations.shape[0];
    const isAll = part.size === observations.shape[1];
    const flat = isAll ? observations : tf.slice(observations, [0, part.offset], [rows, part.size]);
    if (part.kind === 'vector') return map.applyGelu(part.scale === 1 ? flat : tf.mul(flat, part.scale));
    const categories = tf.oneHot(tf.cast(tf.reshape(flat, [rows]), 'int32') as tf.Tensor1D, part.categories);
    return map.apply(tf.cast(categories, 'float32') as tf.Tensor2D);
  }
}

function partsOf(space: Space, prefix: string, offset: number): Part[] {
  const named = (name: string): string => (prefix ? `${prefix}.${name}` : name);
  switch (space.kind) {
    case 'box': {
      const scale = space.dtype === 'uint8' ? 1 / 255 : 1;
      return [{ kind: 'vector', name: named('vector'), offset, size: space.size, scale }];
    }
    case 'multiBinary':
      return [{ kind: 'vector', name: named('bits'), offset, size: space.n, scale: 1 }];
    case 'discrete':
      return [{ kind: 'category', name: named('category'), offset, size: 1, categories: space.n }];
    case 'multiDiscrete':
      return space.n.map((categories, i) => ({
        kind: 'category',
        name: named(`category${i}`),
        offset: offset + i,
        size: 1,
        categories,
      }));
    case 'tuple':
    case 'dict': {
      const parts: Part[] = [];
      let at = offset;
      for (const [key, part] of Object.entries(space.spaces)) {
        const tokens = partsOf(part, named(key), at);
        parts.push(...tokens);
        at = tokens.reduce((end, token) => Math.max(end, token.offset + token.size), at);
      }
      return parts;
    }
    case 'text':
      throw new RangeError(
        `${describeSpace(space)} cannot be an observation yet: wanted Box, Discrete, MultiDiscrete, MultiBinary, Tuple or Dict`,
      );
    default:
      return space satisfies never;
  }
}
