import * as tf from '@tensorflow/tfjs-core';
import { type Box, describeSpace, flatSize, type Space } from '../../envs/spaces.ts';
import { scoreCategorical } from './heads.ts';
import { Linear } from './layers.ts';
import type { Parameters } from './parameters.ts';

/** Components of an observation's flat form that are of one kind. */
type Span =
  | { kind: 'quantity'; offset: number; size: number; scale: number }
  | { kind: 'bit'; offset: number; size: number }
  /** Of `count` cells of `channels` components each: one channel. */
  | { kind: 'category'; offset: number; count: number; channels: number; channel: number; categories: number };

/**
 * From a step's features back to the observation of that step, as a task of its own: what a policy must tell again it
 * cannot have overlooked, even while rewards are too rare to say what matters.
 *
 * | component            | of                                                        | error                       |
 * |----------------------|-----------------------------------------------------------|-----------------------------|
 * | quantity             | Box, as the policy sees it (normalised; bytes from 0 to 1) | (x - x')^2                  |
 * | bit                  | MultiBinary, Box of cells with bounds 0 and 1              | -log probability of the bit |
 * | category             | Discrete, MultiDiscrete, Box of cells with `categories`    | -log probability            |
 *
 * Text is left out: it is read, not seen.
 *
 * @see Pleines et al. 2023, "Memory Gym: Towards Endless Tasks to Benchmark Memory Capabilities of Agents"
 */
export class Decoder {
  readonly #spans: Span[];
  readonly #hidden: Linear;
  readonly #output: Linear;

  /** @throws RangeError for a space of which nothing can be told again */
  constructor(parameters: Parameters, space: Space, width: number) {
    this.#spans = spansOf(space, 0);
    if (this.#spans.length === 0) throw new RangeError(`${describeSpace(space)} cannot be reconstructed`);
    const outputs = this.#spans.reduce((sum, span) => sum + outputsOf(span), 0);
    this.#hidden = new Linear(parameters, 'decoder.hidden', [width, width], Math.SQRT2);
    this.#output = new Linear(parameters, 'decoder.output', [width, outputs], 1);
  }

  /**
   * Mean error over all steps and components.
   *
   * @param features     [rows, C]
   * @param observations [rows, flat size], as the policy takes them
   */
  loss(features: tf.Tensor2D, observations: tf.Tensor2D): tf.Scalar {
    const rows = observations.shape[0];
    const outputs = this.#output.apply(this.#hidden.applyGelu(features));
    let at = 0;
    const errors = this.#spans.map((span) => {
      const size = outputsOf(span);
      const told = tf.slice(outputs, [0, at], [rows, size]);
      at += size;
      return errorOf(span, told, tf.slice(observations, [0, span.offset], [rows, extentOf(span)]));
    });
    const components = this.#spans.reduce((sum, span) => sum + componentsOf(span), 0);
    return tf.div(tf.addN(errors), rows * components) as tf.Scalar;
  }
}

/** Sum of the errors of all components of a span. */
function errorOf(span: Span, told: tf.Tensor2D, seen: tf.Tensor2D): tf.Tensor {
  switch (span.kind) {
    case 'quantity':
      return tf.sum(tf.square(tf.sub(told, tf.mul(seen, span.scale))));
    case 'bit':
      // -log sigmoid(x) of a 1, -log sigmoid(-x) of a 0
      return tf.sum(tf.sub(tf.softplus(told), tf.mul(told, seen)));
    case 'category': {
      const { count, channels, channel, categories } = span;
      const cells = seen.shape[0] * count;
      const chosen = tf.slice(tf.reshape(seen, [cells, channels]), [0, channel], [cells, 1]) as tf.Tensor2D;
      const logits = tf.reshape(told, [cells, categories]) as tf.Tensor2D;
      return tf.neg(tf.sum(scoreCategorical(logits, chosen, null).logProbs));
    }
    default:
      return span satisfies never;
  }
}

function spansOf(space: Space, offset: number): Span[] {
  const category = (at: number, categories: number): Span => {
    return { kind: 'category', offset: at, count: 1, channels: 1, channel: 0, categories };
  };
  switch (space.kind) {
    case 'box':
      return spansOfBox(space, offset);
    case 'multiBinary':
      return [{ kind: 'bit', offset, size: space.n }];
    case 'discrete':
      return [category(offset, space.n)];
    case 'multiDiscrete':
      return space.n.map((categories, i) => category(offset + i, categories));
    case 'text':
      return [];
    case 'tuple':
    case 'dict': {
      let at = offset;
      return Object.values(space.spaces).flatMap((part) => {
        const spans = spansOf(part, at);
        at += flatSize(part);
        return spans;
      });
    }
    default:
      return space satisfies never;
  }
}

function spansOfBox({ size, shape, dtype, tokens, categories, low, high }: Box, offset: number): Span[] {
  if (categories) {
    const channels = shape[2] as number;
    return categories.map((n, channel) => {
      return { kind: 'category', offset, count: size / channels, channels, channel, categories: n };
    });
  }
  const isBinary = tokens === 'cell' && low.every((x) => x === 0) && high.every((x) => x === 1);
  if (isBinary) return [{ kind: 'bit', offset, size }];
  return [{ kind: 'quantity', offset, size, scale: dtype === 'uint8' ? 1 / 255 : 1 }];
}

/** Numbers that the decoder puts out for a span. */
function outputsOf(span: Span): number {
  return span.kind === 'category' ? span.count * span.categories : span.size;
}

function componentsOf(span: Span): number {
  return span.kind === 'category' ? span.count : span.size;
}

/** Numbers of the flat form that a span lies in. */
function extentOf(span: Span): number {
  return span.kind === 'category' ? span.count * span.channels : span.size;
}
