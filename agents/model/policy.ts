import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../../envs/random.ts';
import { flatSize, type Space } from '../../envs/spaces.ts';
import { type TokenGroup, tokensOf } from '../../envs/tokens.ts';
import { Condition } from './condition.ts';
import { Decoder } from './decoder.ts';
import { type Encoded, type Encoder, encoderFor } from './encoder.ts';
import { Gru } from './gru.ts';
import { type Flops, flopsOf, type Ran } from './flops.ts';
import { type Head, headFor } from './heads.ts';
import { Linear } from './layers.ts';
import { Mlp } from './mlp.ts';
import { Parameters } from './parameters.ts';
import type { Architecture } from './pretrained/architecture.ts';
import { PretrainedTrunk } from './pretrained/pretrainedTrunk.ts';
import type { TensorSource } from './pretrained/weights.ts';
import type { Sentences } from './sentences.ts';
import { Transformer } from './transformer.ts';
import type { Cache, HeadMix, RunOptions, Trunk } from './trunk.ts';

export interface PolicyOptions {
  observationSpace: Space;
  actionSpace: Space;
  policy: 'transformer' | 'gru' | 'mlp';
  /** C, of the vector that a time step becomes. */
  width: number;
  layers: number;
  heads: number;
  /** How far around a cell the encoder sees it together with others; 0: each alone. */
  reach?: number;
  /** What looks at the tokens of a step: learned queries, or also such that the step's text makes. */
  queries?: 'learned' | 'text';
  context: number;
  feedForward: number;
  /** Of the Transformer's residual connections. */
  gating?: 'none' | 'gru';
  /** Whether it is told the return that is still to come, and the action before: a Decision Transformer. */
  conditioned?: boolean;
  /** A pretrained model in place of the Transformer; its weights are null where they are loaded later. */
  pretrained?: { architecture: Architecture; weights: TensorSource | null } | null;
  /** Of a Gaussian head, in units in which bounded actions reach from -1 to 1. */
  initialLogStd: number;
  /** `trunk`: what works across time stays as it is; the encoder before it and the heads after it learn. */
  freeze?: 'none' | 'trunk';
  /** Of low-rank adapters of the trunk's linear maps; all else of the trunk stays as it is then. 0: there are none. */
  loraRank?: number;
  /** What the adapters' changes are multiplied by, times the rank; null: the rank. */
  loraAlpha?: number | null;
  /** Weight in the loss of telling the observation again; 0: there is nothing that could. */
  reconstructionCoefficient?: number;
  /** A policy whose trunk is this one's too: what is learned in one is learned in both. It must live longer. */
  trunkOf?: Policy;
  /** Reads texts as a whole; left out, each word is a token. */
  sentences?: Sentences | null;
  /** Draws the initial weights. */
  random: Generator;
}

export interface PolicyResult {
  /** [N * T, …] parameters of the action's distribution, as the head takes them. */
  outputs: tf.Tensor2D;
  /** [N * T] */
  values: tf.Tensor1D;
  /** [N * T, C] what both are made from. */
  features: tf.Tensor2D;
  /** What is remembered after the last step; nothing where that was not asked for. */
  cache: Cache;
  /** [N, layers, H, S + 1] of the last step, oldest first; null without attention. */
  attention: tf.Tensor4D | null;
  /**
   * [N, H, tokens] of the last step: how much each head of the encoder looked at which token of the observation; null
   * where that was not asked for, or there is but one.
   */
  tokenAttention: tf.Tensor3D | null;
}

/** Observations to distributions over actions and values: encoder (a step), trunk (across time), heads. */
export class Policy {
  readonly parameters: Parameters;
  readonly head: Head;
  readonly observationSpace: Space;
  /** What it is told at a step beside the observation; null: nothing. */
  readonly condition: Condition | null;
  /** What texts of observations have their numbers from; null where each word has one. */
  readonly sentences: Sentences | null;
  /** Names of the trunk's parameters, its adapters and the maps to and from a pretrained one not among them. */
  readonly trunkNames: ReadonlySet<string>;
  /** Of environments and rollouts. */
  readonly ran: Ran = { acting: 0, learning: 0 };
  readonly #encoder: Encoder;
  readonly #trunk: Trunk;
  readonly #action: Linear;
  readonly #value: Linear;
  readonly #decoder: Decoder | null;

  constructor(options: PolicyOptions) {
    const { observationSpace, actionSpace, width, random, reconstructionCoefficient = 0 } = options;
    const { freeze = 'none', loraRank: rank = 0, loraAlpha, trunkOf } = options;
    this.parameters = new Parameters(random, trunkOf?.parameters.share(trunkOf.trunkNames));
    this.observationSpace = observationSpace;
    this.sentences = options.sentences ?? null;
    this.#encoder = encoderFor(this.parameters, observationSpace, options);
    this.condition = options.conditioned ? new Condition(this.parameters, actionSpace, width) : null;
    const before = new Set(this.parameters.names);
    this.#trunk = trunkFor(this.parameters, options);
    const around = new Set(this.#trunk.around ?? []);
    this.trunkNames = new Set(this.parameters.names.filter((name) => !before.has(name) && !around.has(name)));
    this.head = headFor(actionSpace, this.parameters, options);
    // Nearly equal probabilities at first, whatever is seen: exploration starts unbiased.
    this.#action = new Linear(this.parameters, 'head.action', [width, this.head.inputs], 0.01);
    this.#value = new Linear(this.parameters, 'head.value', [width, 1], 1);
    this.#decoder = reconstructionCoefficient > 0 ? new Decoder(this.parameters, observationSpace, width) : null;
    if (freeze === 'trunk' || rank > 0) this.parameters.freeze((name) => this.trunkNames.has(name));
    // Last, so that all else begins as it does without.
    if (rank > 0) for (const map of this.#trunk.linears) map.adapt(this.parameters, { rank, alpha: loraAlpha ?? rank });
  }

  /** The memory of `B` episodes that have not started. */
  emptyCache(B: number): Cache {
    return {
      tensors: this.#trunk.cacheShapes.map((shape) => tf.zeros([B, ...shape])),
      lengths: new Int32Array(B),
    };
  }

  /** Shapes of a cache's tensors, without the environments' axis. */
  get cacheShapes(): readonly (readonly number[])[] {
    return this.#trunk.cacheShapes;
  }

  /**
   * Runs `T` steps of `N` episodes.
   *
   * @param observations [N * T, input size], all steps of a sequence one after the other; texts as the numbers of their
   *                     words or their own (envs/words.ts). Of a policy that is told a condition, it follows on each
   *                     observation
   * @param starts       [N * T]: 1 where an episode starts
   * @param cache        what was remembered of each of the `N` before its first step
   * @param options      `attention`: the weights of the last step are wanted. `remember`: so is the cache after it, and a
   *                     gradient is not
   */
  run(
    observations: tf.Tensor2D,
    starts: Uint8Array,
    cache: Cache,
    { attention = false, remember = true }: Partial<RunOptions> = {},
  ): PolicyResult {
    this.ran[remember ? 'acting' : 'learning'] += starts.length;
    const { steps, weights } = this.#encode(observations);
    const { features, ...rest } = this.#trunk.run({ steps, starts, cache }, { attention, remember });
    const outputs = this.head.finish(this.#action.apply(features));
    const values = tf.reshape(this.#value.apply(features), [starts.length]) as tf.Tensor1D;
    const tokenAttention = attention && weights ? lastOfEach(weights, cache.lengths.length) : null;
    return { outputs, values, features, tokenAttention, ...rest };
  }

  #encode(inputs: tf.Tensor2D): Encoded {
    const { condition, observationSize: O, inputSize } = this;
    if (inputs.shape[1] !== inputSize)
      throw new RangeError(`Policy: ${inputs.shape[1]} numbers a step, wanted ${inputSize}`);
    if (!condition) return this.#encoder.apply(inputs);
    const [observations, conditions] = tf.split(inputs, [O, condition.size], 1) as [tf.Tensor2D, tf.Tensor2D];
    const { steps, weights } = this.#encoder.apply(observations);
    return { steps: tf.add(steps, condition.apply(conditions)), weights };
  }

  /** What the encoder looks at in an observation, and with how many heads; null where there is but one token. */
  get tokens(): { heads: number; tokens: TokenGroup[] } | null {
    const { heads } = this.#encoder;
    const tokens = tokensOf(this.observationSpace, { sentences: this.sentences !== null });
    return heads === null ? null : { heads, tokens };
  }

  /** What takes in the outputs of attention heads: those of the encoder, and those of each layer across time. */
  get headMixes(): { encoder: HeadMix | null; trunk: readonly HeadMix[] } {
    return { encoder: this.#encoder.headMix, trunk: this.#trunk.headMixes ?? [] };
  }

  /** Whether it has learned, beside acting, to tell again what it saw. */
  get reconstructs(): boolean {
    return this.#decoder !== null;
  }

  /** How far features are from telling the observations they are of; null where that is not learned. */
  reconstructionLoss(features: tf.Tensor2D, observations: tf.Tensor2D): tf.Scalar | null {
    return this.#decoder?.loss(features, observations) ?? null;
  }

  /** Of one step. */
  get flops(): Flops {
    return flopsOf(this.parameters, this.cacheShapes);
  }

  /** Numbers in the flat form of an observation. */
  get observationSize(): number {
    return flatSize(this.observationSpace);
  }

  /** Numbers that it takes at a step. */
  get inputSize(): number {
    return this.observationSize + (this.condition?.size ?? 0);
  }

  dispose(): void {
    this.#trunk.dispose();
    this.parameters.dispose();
  }
}

/** [N * T, H, tokens] to [N, H, tokens] of the last steps. */
function lastOfEach(weights: tf.Tensor3D, N: number): tf.Tensor3D {
  const [rows, H, tokens] = weights.shape;
  const bySequence = tf.reshape(weights, [N, rows / N, H, tokens]);
  return tf.squeeze(tf.slice(bySequence, [0, rows / N - 1, 0, 0], [N, 1, H, tokens]), [1]) as tf.Tensor3D;
}

function trunkFor(parameters: Parameters, options: PolicyOptions): Trunk {
  switch (options.policy) {
    case 'transformer':
      return options.pretrained
        ? new PretrainedTrunk(parameters, { ...options, ...options.pretrained })
        : new Transformer(parameters, options);
    case 'gru':
      return new Gru(parameters, options);
    case 'mlp':
      return new Mlp(parameters, options);
    default:
      return options.policy satisfies never;
  }
}
