import * as tf from '@tensorflow/tfjs-core';
import { attention, episodeMask, episodicAttention, type EpisodicAttention, oldestSeen, Rotary } from './attention.ts';
import { fused, type Kernel } from './fused.ts';
import { Gate } from './gate.ts';
import { LayerNorm, Linear } from './layers.ts';
import { areFrozen, type Parameters } from './parameters.ts';
import { joinHeads, splitHeads } from './splitHeads.ts';
import { type HeadMix, lengthsAfter, type RunOptions, type Sequence, type Trunk, type TrunkResult } from './trunk.ts';

export interface TransformerOptions {
  /** C, of each step's vector. */
  width: number;
  layers: number;
  /** H; must divide the width. */
  heads: number;
  /** Earlier steps of the same episode that a step sees. */
  context: number;
  /** Width of the feed-forward layers, as a multiple of C. */
  feedForward: number;
  /** How what a layer puts out joins what came in: `none` adds it, `gru` lets a gate decide. */
  gating?: 'none' | 'gru';
}

interface Block {
  attentionNorm: LayerNorm;
  queryKeyValue: Linear;
  mixHeads: Linear;
  feedForwardNorm: LayerNorm;
  widen: Linear;
  narrow: Linear;
}

/** Of a block's two residual connections. */
interface Gates {
  attention: Gate;
  feedForward: Gate;
}

/**
 * A causal Transformer over the steps of an episode: pre-norm blocks, rotary positions, a key/value cache.
 *
 * Keys are cached before they are turned: every run turns them to their distance from its own first step, so that a
 * cache means the same wherever it is used.
 *
 * @see Vaswani et al. 2017; Xiong et al. 2020, "On Layer Normalization in the Transformer Architecture";
 *      Dai et al. 2019, "Transformer-XL", for learning with the cache of acting; Parisotto et al.
 *      2020, "Stabilizing Transformers for Reinforcement Learning", for the gates
 */
export class Transformer implements Trunk {
  readonly cacheShapes: readonly (readonly number[])[];
  readonly cacheSteps: number;
  readonly linears: readonly Linear[];
  readonly #options: TransformerOptions;
  readonly #blocks: Block[];
  /** One pair a block; none where residuals are added. */
  readonly #gates: Gates[];
  readonly #finalNorm: LayerNorm;
  readonly #rotary: Rotary;
  /** All parameters, by what the kernel of the whole calls them. */
  readonly #parametersByName: Record<string, tf.Tensor>;

  constructor(parameters: Parameters, options: TransformerOptions) {
    const { width: C, layers, heads: H, context, feedForward, gating = 'none' } = options;
    if (C % H) throw new RangeError(`Transformer: width ${C} is not a multiple of ${H} heads`);
    this.#options = options;
    this.cacheSteps = context;
    this.cacheShapes = Array.from({ length: 2 * layers }, () => [H, context, C / H]);
    const hidden = Math.round(C * feedForward);
    // Residual branches start small, so that the depth does not add up (GPT-2 scales them by 1 / sqrt(2 layers)).
    const residualGain = 1 / Math.sqrt(2 * layers);
    this.#blocks = Array.from({ length: layers }, (_, layer) => {
      const name = `transformer.${layer}`;
      return {
        attentionNorm: new LayerNorm(parameters, `${name}.attentionNorm`, C),
        queryKeyValue: new Linear(parameters, `${name}.queryKeyValue`, [C, 3 * C], 1),
        mixHeads: new Linear(parameters, `${name}.mixHeads`, [C, C], residualGain),
        feedForwardNorm: new LayerNorm(parameters, `${name}.feedForwardNorm`, C),
        widen: new Linear(parameters, `${name}.widen`, [C, hidden], Math.SQRT2),
        narrow: new Linear(parameters, `${name}.narrow`, [hidden, C], residualGain),
      };
    });
    this.#gates = Array.from({ length: gating === 'gru' ? layers : 0 }, (_, layer) => ({
      attention: new Gate(parameters, `transformer.${layer}.attentionGate`, C),
      feedForward: new Gate(parameters, `transformer.${layer}.feedForwardGate`, C),
    }));
    this.linears = [
      ...this.#blocks.flatMap(({ queryKeyValue, mixHeads, widen, narrow }) => [queryKeyValue, mixHeads, widen, narrow]),
      ...this.#gates.flatMap(({ attention, feedForward }) => [...attention.linears, ...feedForward.linears]),
    ];
    this.#finalNorm = new LayerNorm(parameters, 'transformer.finalNorm', C);
    this.#rotary = new Rotary(C / H);
    this.#parametersByName = Object.fromEntries([
      ...this.#blocks.flatMap(namedParameters),
      ...namesOf('finalNorm', this.#finalNorm),
    ]);
  }

  get headMixes(): HeadMix[] {
    return this.#blocks.map(({ mixHeads }) => ({ heads: this.#options.heads, weights: mixHeads.inputWeights }));
  }

  run(sequence: Sequence, options: RunOptions): TrunkResult {
    const { steps, starts, cache } = sequence;
    const { context } = this.#options;
    // What such kernels looked at stays inside them, and they have neither gates nor adapters.
    const isPlain = this.#gates.length === 0 && !this.linears.some(({ isAdapted }) => isAdapted);
    const whole = isPlain && !options.attention ? fused('Transformer') : null;
    if (whole) return this.#runWhole(whole, sequence, options);
    const { attention: wanted, remember } = options;
    const attend = wanted ? null : episodicAttention(this.#rotary, starts, cache, { slots: context, remember });
    if (attend) return this.#runFused(sequence, attend);
    const N = cache.lengths.length;
    const T = starts.length / N;
    const mask = episodeMask(starts, cache.lengths, context);
    const lastWeights: tf.Tensor4D[] = [];
    const nextTensors: tf.Tensor[] = [];
    let x = steps;
    this.#blocks.forEach((block, layer) => {
      const [query, key, value] = this.#project(block, block.attentionNorm.apply(x), N, T);
      const keys = tf.concat([cache.tensors[2 * layer] as tf.Tensor4D, key], 2);
      const values = tf.concat([cache.tensors[2 * layer + 1] as tf.Tensor4D, value], 2);
      const attended = attention(this.#rotary.apply(query, 0), this.#rotary.apply(keys, -context), values, mask);
      x = this.#finishBlock(layer, x, joinHeads(attended.output));
      if (remember) nextTensors.push(lastSteps(keys, context), lastSteps(values, context));
      if (options.attention) lastWeights.push(lastSteps(attended.weights, 1));
    });
    return {
      features: this.#finalNorm.apply(x),
      cache: { tensors: nextTensors, lengths: lengthsAfter(starts, cache.lengths, context) },
      attention: options.attention ? stackLayers(lastWeights) : null,
    };
  }

  dispose(): void {
    this.#rotary.dispose();
  }

  /** All blocks and the last norm as one kernel. */
  #runWhole(kernel: Kernel, { steps, starts, cache }: Sequence, { remember }: RunOptions): TrunkResult {
    const { context, layers } = this.#options;
    const { cos, sin } = this.#rotary.halves(-context, context + starts.length / cache.lengths.length);
    const first = tf.tensor1d(oldestSeen(starts, cache.lengths, context), 'int32');
    const given: Record<string, tf.Tensor> = { x: steps, first, cos, sin };
    cache.tensors.forEach((tensor, i) => (given[`${i >> 1}.${i % 2 ? 'pastValues' : 'pastKeys'}`] = tensor));
    const names = Object.keys(given);
    // Made at every step: what stays the same, the parameters, is inherited rather than copied.
    const named = (tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> => {
      const inputs = Object.create(this.#parametersByName) as Record<string, tf.Tensor>;
      names.forEach((name, i) => (inputs[name] = tensors[i] as tf.Tensor));
      return inputs;
    };
    if (remember) {
      const outputs = kernel(named(Object.values(given)), { layers, remember });
      const [features, saved, ...tensors] = outputs as [tf.Tensor2D, ...tf.Tensor[]];
      tf.dispose(saved as tf.Tensor);
      return {
        features,
        cache: { tensors, lengths: lengthsAfter(starts, cache.lengths, context) },
        attention: null,
      };
    }
    const parameters = Object.values(this.#parametersByName);
    const isFrozen = areFrozen(...parameters);
    const apply = tf.customGrad((...args) => {
      // TFJS passes the function that saves last. The parameters, in between, live longer than the gradient.
      const save = args.at(-1) as unknown as tf.GradSaveFunc;
      const inputs = Object.values(given);
      const [value, between] = kernel(named(inputs), { layers, remember }) as [tf.Tensor, tf.Tensor];
      save([between, ...inputs]);
      const gradFunc = (dy: tf.Tensor, [saved, ...inputs]: tf.Tensor[]): tf.Tensor[] =>
        (fused('TransformerGradient') as Kernel)(Object.assign(named(inputs), { saved, dy }), { layers, isFrozen });
      return { value, gradFunc };
    });
    const features = apply(steps, ...(isFrozen ? [] : parameters)) as tf.Tensor2D;
    return { features, cache: { tensors: [], lengths: cache.lengths }, attention: null };
  }

  #runFused({ steps, starts, cache }: Sequence, attend: EpisodicAttention): TrunkResult {
    const nextTensors: tf.Tensor[] = [];
    let x = steps;
    this.#blocks.forEach((block, layer) => {
      const projection = block.queryKeyValue.apply(block.attentionNorm.apply(x));
      const [pastKeys, pastValues] = cache.tensors.slice(2 * layer) as [tf.Tensor4D, tf.Tensor4D];
      const { output, remembered } = attend(projection, pastKeys, pastValues);
      x = this.#finishBlock(layer, x, output);
      nextTensors.push(...remembered);
    });
    return {
      features: this.#finalNorm.apply(x),
      cache: { tensors: nextTensors, lengths: lengthsAfter(starts, cache.lengths, this.cacheSteps) },
      attention: null,
    };
  }

  /** What a block makes of what came in, x, and of what its heads attended to. */
  #finishBlock(layer: number, x: tf.Tensor2D, attended: tf.Tensor2D): tf.Tensor2D {
    const { mixHeads, feedForwardNorm, widen, narrow } = this.#blocks[layer] as Block;
    const gates = this.#gates[layer];
    const mixed = mixHeads.apply(attended);
    const middle: tf.Tensor2D = gates ? gates.attention.apply(x, mixed) : tf.add(x, mixed);
    const out = narrow.apply(widen.applyGelu(feedForwardNorm.apply(middle)));
    return gates ? gates.feedForward.apply(middle, out) : tf.add(middle, out);
  }

  /** Query, key and value of each head, [N, H, T, D] each. */
  #project(block: Block, x: tf.Tensor2D, N: number, T: number): [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D] {
    const kinds = tf.split(block.queryKeyValue.apply(x), 3, 1); // [N * T, C] each
    const { heads } = this.#options;
    return kinds.map((rows) => splitHeads(rows, [N, T, heads])) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  }
}

/** In the order in which a block uses them. */
function namedParameters(block: Block, layer: number): [string, tf.Tensor][] {
  return Object.entries(block).flatMap(([name, part]) => namesOf(`${layer}.${name}`, part as Linear | LayerNorm));
}

function namesOf(name: string, part: Linear | LayerNorm): [string, tf.Tensor][] {
  return part instanceof Linear
    ? [
        [`${name}.weight`, part.weight],
        [`${name}.bias`, part.bias],
      ]
    : [
        [`${name}.scale`, part.scale],
        [`${name}.shift`, part.shift],
      ];
}

/** The last `count` entries of the third axis. */
export function lastSteps(x: tf.Tensor4D, count: number): tf.Tensor4D {
  const [N, H, S, D] = x.shape;
  return tf.slice(x, [0, 0, S - count, 0], [N, H, count, D]);
}

/** [N, H, 1, S] of each layer to [N, layers, H, S] */
export function stackLayers(weights: tf.Tensor4D[]): tf.Tensor4D {
  return tf.stack(
    weights.map((layer) => tf.squeeze(layer, [2])),
    1,
  ) as tf.Tensor4D;
}
