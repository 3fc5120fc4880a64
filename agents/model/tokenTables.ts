import * as tf from '@tensorflow/tfjs-core';
import { type TokenGroup, wordCount } from '../../envs/tokens.ts';

/**
 * A group of tokens whose values and logits come from tables: each number of the observation is a category, whose row
 * of its token's table counts, or a quantity, by which its row is multiplied.
 */
export interface TableGroup {
  name: string;
  /** Where its numbers stand in the observation: `channels` of each token, one token after the other. */
  offset: number;
  tokens: number;
  channels: number;
  /** How many values each channel can have, from `first` on; null for quantities. */
  categories: readonly number[] | null;
  /** Number of the first category. */
  first: 0 | 1;
  /** What quantities are multiplied by. */
  scale: number;
  /** Whether a token is absent where its number is 0. */
  optional: boolean;
  /** Rows of a token's part of the table. */
  rows: number;
  /** How many rows of the table an observation typically adds up. */
  active: number;
}

/** Null for patches of images and waveforms, which have no tables: all of them are seen in the same way. */
export function tableGroup(group: TokenGroup): TableGroup | null {
  const { name, offset, tokens } = group;
  const part = { name, offset, tokens, first: 0, scale: 1, optional: false } as const;
  switch (group.kind) {
    case 'vector': {
      const { size, scale } = group;
      return { ...part, channels: size, categories: null, scale: scale ?? 1, rows: size, active: size };
    }
    case 'category':
      return { ...part, channels: 1, categories: [group.categories], rows: group.categories, active: 1 };
    case 'cells': {
      const { channels, categories, scale } = group;
      if (categories)
        return { ...part, channels, categories, rows: sum(categories), active: tokens * categories.length };
      // Of what may be in a cell, about one thing is.
      return { ...part, channels, categories, scale: scale ?? 1, rows: channels, active: tokens };
    }
    case 'words': {
      const words = wordCount(group);
      const some = Math.min(tokens, TYPICAL_WORDS);
      return { ...part, channels: 1, categories: [words], first: 1, optional: true, rows: words, active: some };
    }
    case 'patches':
    case 'waveform':
    case 'sentence':
      return null;
    default:
      return group satisfies never;
  }
}

const TYPICAL_WORDS = 6;

/**
 * An observation's numbers as factors of the rows of each token's table.
 *
 * @param observations [N, size]
 * @returns            [tokens, N, rows]
 */
export function factorsOf(observations: tf.Tensor2D, group: TableGroup): tf.Tensor3D {
  const { offset, tokens, channels, categories, first, scale } = group;
  const N = observations.shape[0];
  const flat = tf.slice(observations, [0, offset], [N, tokens * channels]);
  const numbers = tf.reshape(flat, [N, tokens, channels]) as tf.Tensor3D;
  const byRow = categories ? oneHot(numbers, categories, first) : tf.mul(numbers, scale);
  return tf.transpose(byRow, [1, 0, 2]) as tf.Tensor3D;
}

/** [N, tokens]: 1 where a token is there. */
export function presence(observations: tf.Tensor2D, { offset, tokens, optional }: TableGroup): tf.Tensor2D {
  const N = observations.shape[0];
  if (!optional) return tf.ones([N, tokens]);
  return tf.clipByValue(tf.slice(observations, [0, offset], [N, tokens]), 0, 1);
}

/**
 * [N, tokens, channels] to [N, tokens, sum of categories]. Of floating-point numbers all the way: what TFJS casts from
 * booleans on WebGPU, it cannot transpose there.
 */
function oneHot(numbers: tf.Tensor3D, categories: readonly number[], first: number): tf.Tensor {
  // TFJS has no gradient of a split into one, and where a quantity stands beside, one goes through here.
  const channels = categories.length === 1 ? [numbers] : tf.split(numbers, categories.length, 2);
  const ones = categories.map((count, c) => {
    const distance = tf.abs(tf.sub(channels[c] as tf.Tensor, tf.range(first, first + count)));
    return tf.relu(tf.sub(1, distance));
  });
  return tf.concat(ones, 2);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((left, right) => left + right, 0);
}
