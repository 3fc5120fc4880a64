import * as tf from '@tensorflow/tfjs-core';
import type { Space } from '../../envs/spaces.ts';
import {
  type CategoryTokens,
  type CellTokens,
  countTokens,
  tokensOf,
  type TokenGroup,
  type VectorTokens,
} from '../../envs/tokens.ts';
import { gelu, Linear } from './layers.ts';
import type { Parameters } from './parameters.ts';
import { Neighbourhoods, onlyGrid } from './neighbourhoods.ts';
import { Patches } from './patches.ts';
import { type MadeTokens, poolTokens, type Tables } from './pooling.ts';
import { TextQueries } from './textQueries.ts';
import { SentenceToken, type Sentences } from './sentences.ts';
import { tableGroup, type TableGroup } from './tokenTables.ts';
import type { HeadMix } from './trunk.ts';

export interface EncoderOptions {
  /** C, of the vector that a time step becomes. */
  width: number;
  /** H, of attention over tokens; must divide the width. */
  heads: number;
  /** How far around a cell of a grid it is seen together with others. */
  reach?: number;
  /** What looks at the tokens: learned queries, or also such that a text makes. */
  queries?: 'learned' | 'text';
  /** Reads texts as a whole; without, each word is a token. */
  sentences?: Sentences | null;
}

export interface Encoded {
  /** [N, C] */
  steps: tf.Tensor2D;
  /** [N, H, tokens]: where each head looked; null where there is one token, and nothing to choose from. */
  weights: tf.Tensor3D | null;
}

/** One time step to one vector. */
export interface Encoder {
  /** H; null where there is one token. */
  readonly heads: number | null;
  /** What takes in what the heads brought; null where there are none, or they are not kept apart. */
  readonly headMix: HeadMix | null;
  /** @param observations [N, flat size of the space], texts as the numbers of their words or their own (envs/words.ts) */
  apply(observations: tf.Tensor2D): Encoded;
}

/** @throws RangeError where the heads do not divide the width, or there is no grid whose cells could reach further */
export function encoderFor(parameters: Parameters, space: Space, options: EncoderOptions): Encoder {
  const { width, heads, reach = 0, queries, sentences } = options;
  const groups = tokensOf(space, { sentences: Boolean(sentences) });
  if (sentences && !groups.some(({ kind }) => kind === 'sentence'))
    throw new RangeError('textEncoder reads texts, and the observations have none: leave it out');
  if (reach > 0 && queries === 'text')
    throw new RangeError('Encoder: a text makes no queries where reach is more than 0');
  if (reach > 0) return new LocalEncoder(parameters, onlyGrid(groups), { width, heads, reach });
  const [first] = groups;
  if (queries !== 'text' && groups.length === 1 && (first?.kind === 'vector' || first?.kind === 'category'))
    return new SingleEncoder(parameters, first, space.kind === 'multiBinary' ? 'bits' : first.kind, width);
  return new TokenEncoder(parameters, groups, options);
}

/** The only token there is: its numbers' affine map, or its category's embedding. */
class SingleEncoder implements Encoder {
  readonly heads = null;
  readonly headMix = null;
  readonly #token: VectorTokens | CategoryTokens;
  readonly #map: Linear;

  constructor(parameters: Parameters, token: VectorTokens | CategoryTokens, kind: string, C: number) {
    this.#token = token;
    const [inputs, gain] = token.kind === 'vector' ? [token.size, Math.SQRT2] : [token.categories, 1];
    const name = token.name ? `encoder.${token.name}.${kind}` : `encoder.${kind}`;
    this.#map = new Linear(parameters, name, [inputs, C], gain);
  }

  apply(observations: tf.Tensor2D): Encoded {
    const token = this.#token;
    if (token.kind === 'vector') {
      const { scale } = token;
      const scaled = scale === null || scale === 1 ? observations : (tf.mul(observations, scale) as tf.Tensor2D);
      return { steps: this.#map.applyGelu(scaled), weights: null };
    }
    const indices = tf.cast(tf.reshape(observations, [observations.shape[0]]), 'int32') as tf.Tensor1D;
    const categories = tf.oneHot(indices, token.categories, 1, 0, 'float32') as tf.Tensor2D;
    return { steps: this.#map.apply(categories), weights: null };
  }
}

/** Queries, one a head, look at all tokens; a layer follows on what they bring. Those that a text makes come last. */
class TokenEncoder implements Encoder {
  readonly heads: number;
  readonly #asked: TextQueries | null;
  readonly #groups: TableGroup[] = [];
  readonly #tables: Tables[] = [];
  readonly #made: (Patches | SentenceToken)[] = [];
  /** [tokens] Of each token, in the order of the observation, where pooling has it; null where that is the same. */
  readonly #order: number[] | null;
  readonly #bias: tf.Tensor1D;
  readonly #mix: Linear;

  constructor(parameters: Parameters, groups: readonly TokenGroup[], options: EncoderOptions) {
    const { width: C, heads: H, sentences } = options;
    checkHeads(C, H);
    this.#asked = options.queries === 'text' ? new TextQueries(parameters, groups, options) : null;
    this.heads = this.#asked ? 2 * H : H;
    const tabled = groups.map(tableGroup).filter((group) => group !== null);
    const active = tabled.reduce((sum, group) => sum + group.active, 0);
    groups.forEach((group) => {
      const table = tableGroup(group);
      if (group.kind === 'patches' || group.kind === 'waveform')
        this.#made.push(new Patches(parameters, group, options));
      if (group.kind === 'sentence' && sentences)
        this.#made.push(new SentenceToken(parameters, group, { ...options, sentences }));
      if (!table) return;
      this.#groups.push(table);
      const name = group.name ? `encoder.${group.name}` : 'encoder';
      const rows = table.tokens * table.rows;
      this.#tables.push({
        values: parameters.normal(`${name}.values`, [rows, C], 1 / Math.sqrt(active)) as unknown as tf.Tensor2D,
        // Equal weights at first: attention is learned from where everything counts.
        logits: parameters.normal(`${name}.logits`, [rows, H], 0) as unknown as tf.Tensor2D,
      });
      for (const part of ['values', 'logits']) parameters.use(`${name}.${part}`, table.active / rows);
    });
    this.#order = orderOf(groups);
    this.#bias = parameters.constant('encoder.bias', C, 0) as unknown as tf.Tensor1D;
    this.#mix = new Linear(parameters, 'encoder.mix', [C, C], Math.SQRT2);
  }

  /** What a text found is added to what all heads brought: they are not kept apart then. */
  get headMix(): HeadMix | null {
    return this.#asked ? null : { heads: this.heads, weights: this.#mix.inputWeights };
  }

  apply(observations: tf.Tensor2D): Encoded {
    const made = joined(
      this.#made.map((part) => part.apply(observations)),
      observations.shape[0],
    );
    const { output, weights } = poolTokens(observations, this.#groups, this.#tables, made);
    const asked = this.#asked?.apply(observations);
    const found = asked ? tf.add(output, asked.output) : output;
    const steps = this.#mix.applyGelu(gelu(tf.add(found, this.#bias) as tf.Tensor2D));
    const inOrder = this.#order ? tf.gather(weights, this.#order, 2) : weights;
    return { steps, weights: (asked ? tf.concat([inOrder, asked.weights], 1) : inOrder) as tf.Tensor3D };
  }
}

/** Pooling has tokens that come from tables first, then those that are made: where each of the observation is among them. */
function orderOf(groups: readonly TokenGroup[]): number[] | null {
  const isTabled = (group: TokenGroup): boolean => tableGroup(group) !== null;
  let [tabled, made] = [0, countTokens(groups.filter(isTabled))];
  const order = groups.flatMap((group) => {
    const first = isTabled(group) ? tabled : made;
    if (isTabled(group)) tabled += group.tokens;
    else made += group.tokens;
    return Array.from({ length: group.tokens }, (_, i) => first + i);
  });
  return order.every((at, i) => at === i) ? null : order;
}

/** Learned queries look at the cells of a grid, each seen with those around it; a layer follows on what they bring. */
class LocalEncoder implements Encoder {
  readonly heads: number;
  readonly #neighbourhoods: Neighbourhoods;
  readonly #mix: Linear;

  constructor(parameters: Parameters, grid: CellTokens, options: EncoderOptions & { reach: number }) {
    const { width: C, heads: H } = options;
    checkHeads(C, H);
    this.heads = H;
    this.#neighbourhoods = new Neighbourhoods(parameters, grid, options);
    this.#mix = new Linear(parameters, 'encoder.mix', [C, C], Math.SQRT2);
  }

  get headMix(): HeadMix {
    return { heads: this.heads, weights: this.#mix.inputWeights };
  }

  apply(observations: tf.Tensor2D): Encoded {
    const { output, weights } = this.#neighbourhoods.apply(observations);
    return { steps: this.#mix.applyGelu(output), weights };
  }
}

function checkHeads(C: number, H: number): void {
  if (C % H) throw new RangeError(`Encoder: width ${C} is not a multiple of ${H} heads`);
}

/** The tokens of several images as one list a row. */
function joined(parts: readonly MadeTokens[], N: number): MadeTokens | null {
  if (parts.length <= 1) return parts[0] ?? null;
  const join = (name: keyof MadeTokens): tf.Tensor2D => {
    const width = (parts[0] as MadeTokens)[name].shape[1];
    const all = tf.concat(
      parts.map((part) => tf.reshape(part[name], [N, part[name].shape[0] / N, width])),
      1,
    );
    return tf.reshape(all, [N * (all.shape[1] as number), width]) as tf.Tensor2D;
  };
  return { values: join('values'), logits: join('logits') };
}
