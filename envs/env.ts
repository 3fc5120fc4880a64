import type { Opponent } from './opponent.ts';
import type { Scene } from './scene.ts';
import type { Space } from './spaces.ts';

/**
 * Facts about a step that the agent does not see: diagnostics, success flags. Must survive JSON.
 *
 * | field            | of           | meaning everywhere                                                                     |
 * |------------------|--------------|----------------------------------------------------------------------------------------|
 * | `success`        | the last step | whether the episode was one: `eval` tells the share; where others say, silence is none |
 * | `episodeReturns` | the last step | where an episode is a trial of several: the return of each, in order                   |
 *
 * By any other field that is a number, a text or a truth, of the reset or the last step, `eval --by` groups episodes.
 */
export type Info = Record<string, unknown>;

export interface ResetOptions {
  /** Seeds the environment's own generator; without it the generator goes on where it was. */
  seed?: number;
  /** What this environment alone understands, such as a level to load. */
  options?: Record<string, unknown>;
}

export interface ResetResult<Observation = unknown> {
  observation: Observation;
  info: Info;
}

export interface StepResult<Observation = unknown> extends ResetResult<Observation> {
  reward: number;
  /** The task itself ended: the value of what follows is zero. */
  terminated: boolean;
  /** The episode was cut short, by a time limit say: what follows still has value, and is bootstrapped. */
  truncated: boolean;
}

/**
 * An environment: Gymnasium's contract, with its words.
 *
 * Observations and actions are values of the two spaces (see `spaces.ts` for the value of each space). The same
 * seed and the same actions must give the same episode, so all randomness comes from a generator that
 * `reset({ seed })` seeds.
 *
 * @see Towers et al. 2024, "Gymnasium: A Standard Interface for Reinforcement Learning Environments"
 */
// The two `any` defaults let an environment of any observation and action stand where just an environment is wanted:
// `step` takes its action as an argument, so `unknown` would refuse every typed environment.
// oxlint-disable-next-line typescript/no-explicit-any
export interface Env<Observation = any, Action = any> {
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  reset(options?: ResetOptions): ResetResult<Observation>;
  /** @throws Error when the episode has ended and `reset` was not called. */
  step(action: Action): StepResult<Observation>;
  /**
   * Which actions are possible now: a 0 or 1 for each value of a Discrete action space, or for each value of each
   * part of a MultiDiscrete one, one part after the other. Absent: all are.
   */
  actionMask?(): ArrayLike<number>;
  /** What a person would see now. Without it a viewer plots the observation. */
  draw?(): Scene;
  /**
   * The action that a person means who points at a place of the picture, in the units of `draw`'s world; undefined where
   * it means none. A board has it, say, whose cells are its actions.
   */
  actionAt?(x: number, y: number): Action | undefined;
  /** Gives back whatever the environment holds; it is not used afterwards. */
  close?(): void;
  /**
   * Many environments like this one, stepped at once: optional, for speed alone. They must do exactly what as many
   * environments would do one by one, which `checkEnvironment` tries.
   */
  readonly vectorize?: ((count: number) => EnvBatch) | undefined;
  /** True where whoever opens the environment has to bring the other player: it and its batches then have `meet`. */
  readonly needsOpponent?: boolean;
  /** Who plays the other side from the next reset on. Present where the environment needs an opponent. */
  meet?(opponent: Opponent): void;
}

/** What a step gave, in rows: row i is of environment i. */
export interface StepArrays {
  /** [B, flat size of an observation] */
  readonly observations: Float32Array;
  /** [B] */
  readonly rewards: Float64Array;
  /** [B] 1 where the task itself ended, else 0. */
  readonly terminated: Uint8Array;
  /** [B] 1 where the episode was cut short, else 0. */
  readonly truncated: Uint8Array;
}

/**
 * B environments of one kind, which read and write flat arrays: no objects are made, and one loop steps them all.
 *
 * Observations and actions are in their flat form (see `spaces.ts`): a Discrete counts from 0 whatever its `start`.
 * Whoever calls this resets a row before its first step and after its end, and checks what comes out.
 */
export interface EnvBatch {
  /** Starts an episode in row `row`, and writes its first observation there. The options are read, not kept. */
  reset(row: number, options: ResetOptions, observations: Float32Array): void;
  /**
   * Steps the rows from `from` up to `to`, that one excluded, and writes every cell of them.
   *
   * @param actions [B, flat size of an action]
   */
  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void;
  /** What the last reset or step of a row had to say, an empty object where it had nothing. Absent: never anything. */
  info?(row: number): Info;
  /** As in `Env`, for one row; the array may be used again. Present where the environment has it. */
  actionMask?(row: number): ArrayLike<number>;
  /** Who plays the other side in all rows from the next reset on. Present where the environment needs an opponent. */
  meet?(opponent: Opponent): void;
  close?(): void;
}

/** An info with nothing to say, to share. */
export const NO_INFO: Info = Object.freeze({});

/** What `step` throws before the first `reset`, and between the end of an episode and the next `reset`. */
export function outsideEpisode(): Error {
  return new Error('step() was called outside an episode: call reset() first');
}

/** Where in an environment something went wrong, and how to see it again. */
export interface EnvErrorDetails {
  /** Id of the environment, or the file it came from. */
  environment: string;
  method: 'constructor' | 'reset' | 'step' | 'actionMask' | 'draw' | 'close' | 'vectorize';
  found: string;
  wanted: string;
  /** Steps taken in the episode before this one. */
  step?: number;
  /** The seed that this episode was reset with. */
  seed?: number;
}

/** An environment broke its contract: says where, what was found, what was wanted, and how to reproduce it. */
export class EnvError extends Error {
  override readonly name = 'EnvError';

  constructor(
    readonly details: EnvErrorDetails,
    options?: ErrorOptions,
  ) {
    const { environment, method, found, wanted, step, seed } = details;
    const where =
      step === undefined ? '' : ` (step ${step}${seed === undefined ? '' : ` of the episode with seed ${seed}`})`;
    super(`${environment}: ${method}() ${found}, wanted ${wanted}${where}`, options);
  }
}
