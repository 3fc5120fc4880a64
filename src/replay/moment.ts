import type { Info } from '../../envs/env.ts';
import type { Scene } from '../../envs/scene.ts';
import type { Space } from '../../envs/spaces.ts';
import type { TokenGroup } from '../../envs/tokens.ts';

/** What a replay says of itself before its first step. */
export interface ReplayHeader {
  environment: string;
  /** The spaces as plain data: the public fields of the classes in envs/spaces.ts, bounds as number arrays. */
  observationSpace: Space;
  actionSpace: Space;
  /** ISO 8601. */
  createdAt: string;
  /** Version of gymformer that wrote it. */
  gymformer: string;
  /** Name of the run it came from, and the training steps of its policy. */
  run?: string;
  step?: number;
  /** The policy that acted; attention is there when layers and heads are. */
  policy?: PolicyHeader;
}

export interface PolicyHeader {
  kind: string;
  layers?: number;
  heads?: number;
  context?: number;
  encoder?: TokenAttentionHeader;
  /** Discount of a reward one step later, which values were learned with; older replays do not tell. */
  gamma?: number;
}

/** What the policy's encoder could look at in an observation, where it had a choice. */
export interface TokenAttentionHeader {
  heads: number;
  tokens: TokenGroup[];
}

/**
 * Moment `t` of an episode of `T` actions, t = 0 … T: what the agent saw, then what it decided and what came of it.
 * The last moment, t = T, has an observation and a scene only.
 */
export interface Moment {
  /** Flat form (see envs/spaces.ts). */
  observation: ArrayLike<number>;
  scene: Scene | null;
  decision: Decision | null;
}

/** The costly parts of a moment, each true by default. */
export interface MomentParts {
  scene?: boolean;
  attention?: boolean;
}

export interface Decision {
  /** Flat form of the action that the environment got. */
  action: ArrayLike<number>;
  /**
   * Parameters of the action's distribution: probabilities for Discrete, MultiDiscrete (one part after the other) and
   * MultiBinary (of a 1); mean, then standard deviation of each component for Box.
   */
  distribution: ArrayLike<number> | null;
  /** Flat, as `Env.actionMask` gives it. */
  mask: ArrayLike<number> | null;
  /** The policy's estimate of the discounted return from here. */
  value: number | null;
  /**
   * What the Transformer attended to over past steps, [layers, heads, context + 1] flat: weight of the step `lag`
   * steps ago at index (layer * heads + head) * (context + 1) + lag; lag 0 is the current step. Sums to 1 a head.
   */
  attention: ArrayLike<number> | null;
  /**
   * What the encoder attended to in this step's observation, [heads, tokens] flat: tokens as `policy.encoder` of the
   * header lists them, group by group. Sums to 1 a head.
   */
  tokenAttention: ArrayLike<number> | null;
  reward: number;
  terminated: boolean;
  truncated: boolean;
  /** Of the step that this decision made. */
  info: Info;
}

export interface EpisodeSummary {
  /** Seed that the episode was reset with. */
  seed: number;
  /** Actions taken. */
  steps: number;
  /** Undiscounted. */
  return: number;
  terminated: boolean;
  truncated: boolean;
}
