import {
  checkedWriter,
  maskSize,
  problemOfMask,
  problemOfReset,
  problemOfStep,
  type Problem,
  threw,
  describe,
} from './contract.ts';
import { EnvError, type Env, type EnvErrorDetails, type Info, type ResetResult, type StepResult } from './env.ts';
import { Generator, type GeneratorState } from './random.ts';
import { flatSize, unflatten, type Space } from './spaces.ts';

export interface VectorOptions {
  /** Environments side by side. */
  count: number;
  /** Seeds the generator that gives each episode a seed of its own. */
  seed: number;
  /** What messages call the environment: its id, or the file it came from. */
  name: string;
}

/** How to get back to where a VectorEnv is: plain JSON, whatever the environment. */
export interface VectorEnvState {
  generator: GeneratorState;
  environments: EpisodeState[];
}

export interface EpisodeState {
  seed: number;
  /** Flat actions of the episode so far, one after the other. */
  actions: number[];
  /** Flat observation that they led to: a check that they lead there again. */
  observation: number[];
}

/**
 * Several environments of one kind, stepped together on flat arrays.
 *
 * An episode that ends is reset in the same step: `observations` then hold the first observation of the next episode,
 * and `finalObservations` the last one of the episode that ended. Every episode is reset with a seed of its own, so
 * that it can be reproduced alone: `reset({ seed })`, then its actions.
 *
 * What environments return is checked here, at the door: whatever breaks the contract is an `EnvError` that names the
 * method, what was found and wanted, the step and the seed.
 *
 * B environments; the arrays are written in place by each `reset` and `step`.
 */
export class VectorEnv {
  readonly count: number;
  readonly name: string;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly observationSize: number;
  readonly actionSize: number;
  /** Length of one environment's action mask; 0 where all actions are always possible. */
  readonly maskSize: number;

  /** [B, observationSize] what each environment shows now. */
  readonly observations: Float32Array;
  /** [B, observationSize] the last observation of the episodes that ended in this step; other rows are stale. */
  readonly finalObservations: Float32Array;
  /** [B] */
  readonly rewards: Float64Array;
  /** [B] 1 where this step ended the episode by the task's own rules. */
  readonly terminated: Uint8Array;
  /** [B] 1 where this step cut the episode short. */
  readonly truncated: Uint8Array;
  /** [B, maskSize] possible actions for the current observations. */
  readonly actionMasks: Uint8Array | null;
  /** [B] info of the step just made; of the reset after `reset`. */
  readonly infos: Info[];

  /** [B] seed that the current episode was reset with. */
  readonly episodeSeeds: number[];
  /** [B] steps and sum of rewards of the current episode so far. */
  readonly episodeSteps: Int32Array;
  readonly episodeReturns: Float64Array;
  /** [B] seed, length and return of the episode that ended in this step; stale elsewhere. */
  readonly lastSeeds: number[];
  readonly lastLengths: Int32Array;
  readonly lastReturns: Float64Array;

  private readonly envs: Env[];
  private readonly random: Generator;
  private readonly write;
  private readonly discreteStart: number | undefined;
  /** Flat actions of the current episodes: room for them grows with the longest episode. */
  private readonly actionLogs: Float32Array[];

  constructor(make: () => Env, { count, seed, name }: VectorOptions) {
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(`VectorEnv: count is ${count}, wanted a positive integer`);
    this.count = count;
    this.name = name;
    this.random = new Generator(seed);
    this.envs = Array.from({ length: count }, () => this.construct(make));
    const { observationSpace, actionSpace, actionMask } = this.env(0);
    this.observationSpace = observationSpace;
    this.actionSpace = actionSpace;
    this.observationSize = flatSize(observationSpace);
    this.actionSize = flatSize(actionSpace);
    this.maskSize = actionMask ? maskSize(actionSpace) : 0;
    this.write = checkedWriter(observationSpace);
    this.discreteStart = actionSpace.kind === 'discrete' ? actionSpace.start : undefined;

    this.observations = new Float32Array(count * this.observationSize);
    this.finalObservations = new Float32Array(count * this.observationSize);
    this.rewards = new Float64Array(count);
    this.terminated = new Uint8Array(count);
    this.truncated = new Uint8Array(count);
    this.actionMasks = actionMask ? new Uint8Array(count * this.maskSize) : null;
    this.infos = Array.from({ length: count }, () => ({}));
    this.episodeSeeds = Array.from({ length: count }, () => 0);
    this.episodeSteps = new Int32Array(count);
    this.episodeReturns = new Float64Array(count);
    this.lastSeeds = Array.from({ length: count }, () => 0);
    this.lastLengths = new Int32Array(count);
    this.lastReturns = new Float64Array(count);
    this.actionLogs = Array.from({ length: count }, () => new Float32Array(64 * this.actionSize));
  }

  /** One of the environments, to draw it; stepping it by hand would leave the arrays behind. */
  env(index: number): Env {
    const env = this.envs[index];
    if (!env) throw new RangeError(`VectorEnv: no environment ${index}, there are ${this.count}`);
    return env;
  }

  /** Starts a new episode everywhere. */
  reset(): void {
    this.clearStep();
    for (let i = 0; i < this.count; i++) {
      this.infos[i] = this.startEpisode(i, this.drawSeed());
      this.readMask(i);
    }
  }

  /**
   * @param actions  [B, actionSize] flat actions
   * @throws EnvError when an environment throws or breaks its contract
   */
  step(actions: Float32Array): void {
    if (actions.length !== this.count * this.actionSize)
      throw new RangeError(
        `VectorEnv: ${actions.length} numbers as actions, wanted ${this.count} x ${this.actionSize}`,
      );
    for (let i = 0; i < this.count; i++) {
      const result = this.stepOne(i, actions, i * this.actionSize);
      this.infos[i] = result.info;
      if (result.terminated || result.truncated) this.endEpisode(i);
      if (this.actionMasks) this.readMask(i);
    }
  }

  state(): VectorEnvState {
    const { observationSize, actionSize } = this;
    return {
      generator: this.random.state(),
      environments: this.episodeSeeds.map((seed, i) => ({
        seed,
        actions: Array.from(
          (this.actionLogs[i] as Float32Array).subarray(0, (this.episodeSteps[i] as number) * actionSize),
        ),
        observation: Array.from(this.observations.subarray(i * observationSize, (i + 1) * observationSize)),
      })),
    };
  }

  /**
   * Goes back to a state by playing its unfinished episodes again.
   *
   * @throws EnvError when an episode does not end where it did: the environment's randomness does not all come from
   *         the seed, or it has changed
   */
  restore(state: VectorEnvState): void {
    if (state.environments.length !== this.count)
      throw new RangeError(
        `VectorEnv: the state is of ${state.environments.length} environments, there are ${this.count}`,
      );
    this.random.restore(state.generator);
    state.environments.forEach((episode, i) => this.replayEpisode(i, episode));
    this.clearStep();
  }

  close(): void {
    for (const env of this.envs) env.close?.();
  }

  private construct(make: () => Env): Env {
    let env: Env;
    try {
      env = make();
    } catch (cause) {
      throw this.error('constructor', threw(cause), undefined, { cause });
    }
    for (const space of ['observationSpace', 'actionSpace'] as const) {
      if (typeof env?.[space]?.kind !== 'string')
        throw this.error('constructor', {
          found: `left ${space} ${describe(env?.[space])}`,
          wanted: 'a space, such as a Box',
        });
    }
    return env;
  }

  private drawSeed(): number {
    return this.random.integers(2 ** 31);
  }

  private startEpisode(i: number, seed: number): Info {
    this.episodeSeeds[i] = seed;
    this.episodeSteps[i] = 0;
    this.episodeReturns[i] = 0;
    let result: ResetResult;
    try {
      result = this.env(i).reset({ seed });
    } catch (cause) {
      throw this.error('reset', threw(cause), i, { cause });
    }
    const problem =
      problemOfReset(result) ?? this.write(result.observation, this.observations, i * this.observationSize);
    if (problem) throw this.error('reset', problem, i);
    return result.info;
  }

  private stepOne(i: number, actions: ArrayLike<number>, offset: number): StepResult {
    const env = this.envs[i] as Env;
    // A new array for each step, rather than one that is reused: environments may keep the actions they were given.
    const action =
      this.discreteStart === undefined
        ? unflatten(this.actionSpace, actions, offset)
        : (actions[offset] as number) + this.discreteStart;
    let result: StepResult;
    try {
      result = env.step(action);
    } catch (cause) {
      throw this.error('step', threw(cause), i, { cause });
    }
    const problem =
      problemOfStep(result) ?? this.write(result.observation, this.observations, i * this.observationSize);
    if (problem) throw this.error('step', problem, i);
    this.logAction(i, actions, offset);
    this.rewards[i] = result.reward;
    this.terminated[i] = result.terminated ? 1 : 0;
    this.truncated[i] = result.truncated ? 1 : 0;
    (this.episodeSteps[i] as number)++;
    this.episodeReturns[i] = (this.episodeReturns[i] as number) + result.reward;
    return result;
  }

  private endEpisode(i: number): void {
    const row = i * this.observationSize;
    this.finalObservations.set(this.observations.subarray(row, row + this.observationSize), row);
    this.lastSeeds[i] = this.episodeSeeds[i] as number;
    this.lastLengths[i] = this.episodeSteps[i] as number;
    this.lastReturns[i] = this.episodeReturns[i] as number;
    this.startEpisode(i, this.drawSeed());
  }

  private logAction(i: number, actions: ArrayLike<number>, offset: number): void {
    const { actionSize } = this;
    const at = (this.episodeSteps[i] as number) * actionSize;
    let log = this.actionLogs[i] as Float32Array;
    if (at + actionSize > log.length) {
      const longer = new Float32Array(2 * log.length);
      longer.set(log);
      this.actionLogs[i] = log = longer;
    }
    for (let k = 0; k < actionSize; k++) log[at + k] = actions[offset + k] as number;
  }

  private readMask(i: number): void {
    if (!this.actionMasks) return;
    let mask: ArrayLike<number> | undefined;
    try {
      mask = this.env(i).actionMask?.();
    } catch (cause) {
      throw this.error('actionMask', threw(cause), i, { cause });
    }
    const problem = problemOfMask(this.actionSpace, mask);
    if (problem) throw this.error('actionMask', problem, i);
    this.actionMasks.set(mask as ArrayLike<number>, i * this.maskSize);
  }

  private replayEpisode(i: number, { seed, actions, observation }: EpisodeState): void {
    const changed = 'the same episode again: are all its random numbers drawn from the seed, and is it unchanged?';
    this.infos[i] = this.startEpisode(i, seed);
    for (let offset = 0; offset < actions.length; offset += this.actionSize) {
      const { terminated, truncated, info } = this.stepOne(i, actions, offset);
      if (terminated || truncated)
        throw this.error('step', { found: 'ended a replayed episode early', wanted: changed }, i);
      this.infos[i] = info;
    }
    const row = i * this.observationSize;
    const differs = observation.some((x, k) => x !== this.observations[row + k]);
    if (differs || observation.length !== this.observationSize)
      throw this.error('step', { found: 'led a replayed episode to another observation', wanted: changed }, i);
    this.readMask(i);
  }

  /** As if no step had been made yet. */
  private clearStep(): void {
    this.rewards.fill(0);
    this.terminated.fill(0);
    this.truncated.fill(0);
  }

  private error(method: EnvErrorDetails['method'], problem: Problem, i?: number, options?: ErrorOptions): EnvError {
    const episode =
      i === undefined ? {} : { step: this.episodeSteps[i] as number, seed: this.episodeSeeds[i] as number };
    return new EnvError({ environment: this.name, method, ...problem, ...episode }, options);
  }
}
