import type { Problem } from './contract.ts';
import type { EnvErrorDetails, Info, StepArrays } from './env.ts';
import type { Space } from './spaces.ts';

/** What a VectorEnv shows of its environments, row by row; an engine writes it in place. */
export interface EngineArrays extends StepArrays {
  /** [B, maskSize] null where all actions are always possible. */
  readonly actionMasks: Uint8Array | null;
  /** [B] */
  readonly infos: Info[];
}

/** An episode to play again: its seed and flat actions. */
export interface Episode {
  seed: number;
  actions: ArrayLike<number>;
}

/**
 * What steps the environments of a VectorEnv, and checks what they answer: in this thread, or in others.
 *
 * It knows rows, not episodes: what breaks is an `EngineFailure`, which the VectorEnv makes an `EnvError` with the
 * episode's seed and step.
 */
export interface Engine {
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  /** 0 without masks. */
  readonly maskSize: number;
  readonly arrays: EngineArrays;
  /** Whether an episode, played again alone, is the same: not where it is played against somebody else. */
  readonly repeatable: boolean;
  /**
   * Starts an episode in each of the first `count` rows named in `rows`.
   *
   * @param seeds  [B] by row
   * @param infos  whether to keep what the resets say, rather than what the step before said
   */
  reset(rows: Int32Array, count: number, seeds: ArrayLike<number>, infos: boolean): void;
  /** @param actions [B, actionSize] */
  step(actions: Float32Array): void;
  /** Plays an episode again in each row, and leaves the sum of its rewards in `rewards`. */
  replay(episodes: readonly Episode[]): void;
  close(): void;
}

/** Makes the arrays of so many rows. */
export type ArraysMaker = (shape: { count: number; observationSize: number; maskSize: number }) => EngineArrays;

export function ordinaryArrays({ count, observationSize, maskSize }: Parameters<ArraysMaker>[0]): EngineArrays {
  return {
    observations: new Float32Array(count * observationSize),
    rewards: new Float64Array(count),
    terminated: new Uint8Array(count),
    truncated: new Uint8Array(count),
    actionMasks: maskSize ? new Uint8Array(count * maskSize) : null,
    infos: Array.from({ length: count }, () => ({})),
  };
}

export interface FailureDetails extends Problem {
  method: EnvErrorDetails['method'];
  /** Where the environments are stepped at once, a step does not say which one failed. */
  row?: number;
  /** Steps of the episode before this one, where it was not the VectorEnv that counted them: in a replay. */
  step?: number;
}

/** What went wrong in a row. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';

  constructor(
    readonly details: FailureDetails,
    options?: ErrorOptions,
  ) {
    super(`${details.method}() ${details.found}, wanted ${details.wanted}`, options);
  }
}
