import { ActionLog } from './actionLog.ts';
import { type Engine, EngineFailure } from './engine.ts';
import { EnvError, type Env, type EnvErrorDetails, type Info } from './env.ts';
import { localEngine, SAME_EPISODE } from './localEngine.ts';
import { Generator, type GeneratorState } from './random.ts';
import { flatSize, type Space } from './spaces.ts';

export interface VectorOptions {
  /** Environments side by side. */
  count: number;
  /** Seeds the generator that gives each episode a seed of its own. */
  seed: number;
  /** What these seeds may be; any where it says nothing. */
  episodeSeeds?: SeedRange;
  /** What messages call the environment: its id, or the file it came from. */
  name: string;
  /** What steps the environments; left out, this thread does. */
  engine?: (make: () => Env, count: number) => Engine;
}

/** Seeds of episodes, `count` of them from `from` on: of a procedurally generated environment, its levels. */
export interface SeedRange {
  from: number;
  count: number;
}

/** All seeds that episodes are drawn from. */
export const ALL_SEEDS: SeedRange = { from: 0, count: 2 ** 31 };

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
 * What environments return is checked: whatever breaks the contract is an `EnvError` that names the method, what was
 * found and wanted, the step and the seed. An environment that offers `vectorize` is stepped that way.
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

  private readonly engine: Engine;
  private readonly random: Generator;
  private readonly seedRange: SeedRange;
  private readonly log: ActionLog;
  /** Steps of the longest episode under way. */
  private longest = 0;
  /** The rows whose episodes end in the step under way come first. */
  private readonly rows: Int32Array;

  constructor(
    private readonly make: () => Env,
    { count, seed, name, episodeSeeds = ALL_SEEDS, engine = localEngine }: VectorOptions,
  ) {
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(`VectorEnv: count is ${count}, wanted a positive integer`);
    this.count = count;
    this.name = name;
    this.random = new Generator(seed);
    this.seedRange = episodeSeeds;
    this.engine = this.guarded(() => engine(make, count));
    this.observationSpace = this.engine.observationSpace;
    this.actionSpace = this.engine.actionSpace;
    this.observationSize = flatSize(this.observationSpace);
    this.actionSize = flatSize(this.actionSpace);
    this.maskSize = this.engine.maskSize;

    const { observations, rewards, terminated, truncated, actionMasks, infos } = this.engine.arrays;
    this.observations = observations;
    this.finalObservations = new Float32Array(observations.length);
    this.rewards = rewards;
    this.terminated = terminated;
    this.truncated = truncated;
    this.actionMasks = actionMasks;
    this.infos = infos;
    this.episodeSeeds = Array.from({ length: count }, () => 0);
    this.episodeSteps = new Int32Array(count);
    this.episodeReturns = new Float64Array(count);
    this.lastSeeds = Array.from({ length: count }, () => 0);
    this.lastLengths = new Int32Array(count);
    this.lastReturns = new Float64Array(count);
    this.log = new ActionLog(count, this.actionSize);
    this.rows = new Int32Array(count);
  }

  /** Starts a new episode everywhere. */
  reset(): void {
    this.clearStep();
    this.longest = 0;
    for (let i = 0; i < this.count; i++) this.beginEpisode(i, i);
    this.guarded(() => this.engine.reset(this.rows, this.count, this.episodeSeeds, true));
  }

  /**
   * @param actions  [B, actionSize] flat actions
   * @throws EnvError when an environment throws or breaks its contract
   */
  step(actions: Float32Array): void {
    const { count, terminated, truncated, rewards, episodeSteps, episodeReturns } = this;
    if (actions.length !== count * this.actionSize)
      throw new RangeError(`VectorEnv: ${actions.length} numbers as actions, wanted ${count} x ${this.actionSize}`);
    try {
      this.engine.step(actions);
    } catch (error) {
      throw this.errorOf(error, actions);
    }
    this.log.add(actions, this.longest);
    let ended = 0;
    let longest = 0;
    for (let i = 0; i < count; i++) {
      const steps = (episodeSteps[i] as number) + 1;
      episodeSteps[i] = steps;
      episodeReturns[i] = (episodeReturns[i] as number) + (rewards[i] as number);
      if (terminated[i] || truncated[i]) {
        this.endEpisode(i);
        this.beginEpisode(i, ended++);
      } else if (steps > longest) longest = steps;
    }
    this.longest = longest;
    if (ended === 0) return;
    try {
      this.engine.reset(this.rows, ended, this.episodeSeeds, false);
    } catch (error) {
      throw this.errorOf(error);
    }
  }

  state(): VectorEnvState {
    const { observationSize } = this;
    return {
      generator: this.random.state(),
      environments: this.episodeSeeds.map((seed, i) => ({
        seed,
        actions: Array.from(this.log.of(i, this.episodeSteps[i] as number)),
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
    const { environments: episodes } = state;
    if (episodes.length !== this.count)
      throw new RangeError(`VectorEnv: the state is of ${episodes.length} environments, there are ${this.count}`);
    this.random.restore(state.generator);
    episodes.forEach(({ seed }, i) => {
      this.episodeSeeds[i] = seed;
      this.episodeSteps[i] = 0;
    });
    this.guarded(() => this.engine.replay(episodes));
    this.episodeReturns.set(this.rewards);
    this.longest = this.log.restore(episodes.map(({ actions }) => actions));
    episodes.forEach((episode, i) => this.checkReplayed(i, episode));
    this.clearStep();
  }

  close(): void {
    this.engine.close();
  }

  /** Counts a new episode in row `i`, to be reset as the `k`-th of `rows`. */
  private beginEpisode(i: number, k: number): void {
    this.rows[k] = i;
    const { from, count } = this.seedRange;
    this.episodeSeeds[i] = from + this.random.integers(count);
    this.episodeSteps[i] = 0;
    this.episodeReturns[i] = 0;
  }

  private endEpisode(i: number): void {
    const { observations, finalObservations, observationSize } = this;
    for (let at = i * observationSize; at < (i + 1) * observationSize; at++)
      finalObservations[at] = observations[at] as number;
    this.lastSeeds[i] = this.episodeSeeds[i] as number;
    this.lastLengths[i] = this.episodeSteps[i] as number;
    this.lastReturns[i] = this.episodeReturns[i] as number;
  }

  private checkReplayed(i: number, { actions, observation }: EpisodeState): void {
    this.episodeSteps[i] = actions.length / this.actionSize;
    const row = i * this.observationSize;
    const differs = observation.some((x, k) => x !== this.observations[row + k]);
    if (!differs && observation.length === this.observationSize) return;
    const found = 'led a replayed episode to another observation';
    throw this.errorOf(new EngineFailure({ method: 'step', row: i, found, wanted: SAME_EPISODE }));
  }

  /** As if no step had been made yet. */
  private clearStep(): void {
    this.rewards.fill(0);
    this.terminated.fill(0);
    this.truncated.fill(0);
  }

  private guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.errorOf(error);
    }
  }

  /** An engine's failure as the environment's error, with the episode that shows it again; other errors as they are. */
  private errorOf(error: unknown, actions?: Float32Array): unknown {
    if (!(error instanceof EngineFailure)) return error;
    const { row, step, ...problem } = error.details;
    if (row === undefined && actions && this.engine.repeatable)
      return this.blame(actions) ?? this.envError(problem, error);
    const episode =
      row === undefined
        ? {}
        : { step: step ?? (this.episodeSteps[row] as number), seed: this.episodeSeeds[row] as number };
    return this.envError({ ...problem, ...episode }, error);
  }

  private envError(details: Omit<EnvErrorDetails, 'environment'>, { cause }: Error): EnvError {
    return new EnvError({ environment: this.name, ...details }, cause === undefined ? undefined : { cause });
  }

  /**
   * The error of the row that made a step of many rows fail: found by playing each one's episode again, alone.
   *
   * Undefined where none fails alone: then the environment's batch does not do what its environments do.
   */
  private blame(actions: Float32Array): EnvError | undefined {
    for (let i = 0; i < this.count; i++) {
      const alone = localEngine(this.make, 1, { oneByOne: true });
      try {
        alone.replay([
          { seed: this.episodeSeeds[i] as number, actions: this.log.of(i, this.episodeSteps[i] as number) },
        ]);
        alone.step(actions.subarray(i * this.actionSize, (i + 1) * this.actionSize));
      } catch (error) {
        if (!(error instanceof EngineFailure)) throw error;
        const { row: _, ...details } = error.details;
        const [step, seed] = [this.episodeSteps[i] as number, this.episodeSeeds[i] as number];
        return this.envError({ step, seed, ...details }, error);
      } finally {
        alone.close();
      }
    }
    return undefined;
  }
}
