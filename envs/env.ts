import type { Scene } from './scene.ts';
import type { Space } from './spaces.ts';

/** Facts about a step that the agent does not see: diagnostics, success flags. Must survive JSON. */
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
  /** Gives back whatever the environment holds; it is not used afterwards. */
  close?(): void;
}

/** What `step` throws before the first `reset`, and between the end of an episode and the next `reset`. */
export function outsideEpisode(): Error {
  return new Error('step() was called outside an episode: call reset() first');
}

/** Where in an environment something went wrong, and how to see it again. */
export interface EnvErrorDetails {
  /** Id of the environment, or the file it came from. */
  environment: string;
  method: 'constructor' | 'reset' | 'step' | 'actionMask' | 'draw' | 'close';
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
