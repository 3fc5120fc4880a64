import { batchOf } from './batchOf.ts';
import {
  outsideEpisode,
  type Env,
  type EnvBatch,
  type Info,
  type ResetOptions,
  type ResetResult,
  type StepArrays,
  type StepResult,
} from './env.ts';
import type { Opponent } from './opponent.ts';
import { RunningStatistics } from './runningStatistics.ts';
import type { Scene } from './scene.ts';
import { Box, describeSpace, type Space } from './spaces.ts';

const EPSILON = 1e-8;

/** An environment around another one: passes everything on, so that a wrapper overrides only what it changes. */
export class Wrapper implements Env {
  observationSpace: Space;
  actionSpace: Space;
  // Defined only where the inner environment has them: their absence means something.
  readonly actionMask?: () => ArrayLike<number>;
  readonly draw?: () => Scene;
  readonly actionAt?: (x: number, y: number) => unknown;
  readonly close?: () => void;
  readonly needsOpponent: boolean;
  readonly meet?: (opponent: Opponent) => void;

  constructor(readonly env: Env) {
    this.observationSpace = env.observationSpace;
    this.actionSpace = env.actionSpace;
    const { actionMask, draw, actionAt, close, meet } = env;
    if (actionMask) this.actionMask = () => actionMask.call(env);
    if (draw) this.draw = () => draw.call(env);
    if (actionAt) this.actionAt = (x, y) => actionAt.call(env, x, y) as unknown;
    if (close) this.close = () => close.call(env);
    this.needsOpponent = env.needsOpponent ?? false;
    if (meet) this.meet = (opponent) => meet.call(env, opponent);
  }

  reset(options?: ResetOptions): ResetResult {
    return this.env.reset(options);
  }

  step(action: unknown): StepResult {
    return this.env.step(action);
  }
}

/** Truncates an episode after `maxEpisodeSteps` steps. */
export class TimeLimit extends Wrapper {
  readonly vectorize?: (count: number) => EnvBatch;
  private steps = 0;
  private running = false;

  /** @throws RangeError when the limit is not a positive integer */
  constructor(
    env: Env,
    readonly maxEpisodeSteps: number,
  ) {
    super(env);
    if (!Number.isInteger(maxEpisodeSteps) || maxEpisodeSteps < 1)
      throw new RangeError(`TimeLimit: maxEpisodeSteps is ${maxEpisodeSteps}, wanted a positive integer`);
    const makeBatch = batchOf(env);
    // A subclass may do more than limit the time, of which the batch would not know.
    if (makeBatch && new.target === TimeLimit)
      this.vectorize = (count) => new TimeLimitedBatch(makeBatch(count), count, maxEpisodeSteps);
  }

  override reset(options?: ResetOptions): ResetResult {
    this.steps = 0;
    this.running = true;
    return this.env.reset(options);
  }

  override step(action: unknown): StepResult {
    if (!this.running) throw outsideEpisode();
    const result = this.env.step(action);
    if (++this.steps < this.maxEpisodeSteps) {
      this.running = !(result.terminated || result.truncated);
      return result;
    }
    this.running = false;
    return { ...result, truncated: true };
  }
}

class TimeLimitedBatch implements EnvBatch {
  // Defined only where the inner batch has them.
  readonly info?: (row: number) => Info;
  readonly actionMask?: (row: number) => ArrayLike<number>;
  readonly meet?: (opponent: Opponent) => void;
  readonly close?: () => void;
  private readonly steps: Int32Array;

  constructor(
    private readonly batch: EnvBatch,
    count: number,
    private readonly maxEpisodeSteps: number,
  ) {
    this.steps = new Int32Array(count);
    if (batch.info) this.info = (row) => batch.info?.(row) as Info;
    if (batch.actionMask) this.actionMask = (row) => batch.actionMask?.(row) as ArrayLike<number>;
    if (batch.meet) this.meet = (opponent) => batch.meet?.(opponent);
    if (batch.close) this.close = () => batch.close?.();
  }

  reset(row: number, options: ResetOptions, observations: Float32Array): void {
    this.steps[row] = 0;
    this.batch.reset(row, options, observations);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    this.batch.step(from, to, actions, arrays);
    const { steps, maxEpisodeSteps } = this;
    for (let row = from; row < to; row++) {
      const taken = (steps[row] as number) + 1;
      steps[row] = taken;
      if (taken >= maxEpisodeSteps) arrays.truncated[row] = 1;
    }
  }
}

/**
 * Shifts and scales observations to mean 0 and variance 1, by what it has seen so far.
 *
 * What it returns depends on all episodes before, not on the seed alone: the trainer's own normaliser, which is kept
 * in checkpoints, is the better choice for training.
 */
export class NormalizeObservation extends Wrapper {
  readonly statistics: RunningStatistics;
  /** Whether new observations still change the statistics. */
  updating = true;

  /** @throws RangeError when observations are not of a Box */
  constructor(env: Env) {
    super(env);
    const inner = boxOf('NormalizeObservation', 'observation', env.observationSpace);
    this.observationSpace = unbounded(inner);
    this.statistics = new RunningStatistics(inner.size);
  }

  override reset(options?: ResetOptions): ResetResult<number[]> {
    const result = this.env.reset(options);
    return { ...result, observation: this.normalize(result.observation) };
  }

  override step(action: unknown): StepResult<number[]> {
    const result = this.env.step(action);
    return { ...result, observation: this.normalize(result.observation) };
  }

  private normalize(observation: ArrayLike<number>): number[] {
    if (this.updating) this.statistics.update(observation);
    const { mean, variance } = this.statistics;
    return Array.from(observation, (x, i) =>
      Math.fround((x - (mean[i] as number)) / Math.sqrt((variance[i] as number) + EPSILON)),
    );
  }
}

/**
 * Divides rewards by the standard deviation of the discounted return, as seen so far: returns become of order 1.
 *
 * As for NormalizeObservation, the trainer's own normaliser is the better choice for training.
 *
 * @see Engstrom et al. 2020, "Implementation Matters in Deep Policy Gradients", section 3
 */
export class NormalizeReward extends Wrapper {
  readonly statistics = new RunningStatistics(1);
  /** Whether new rewards still change the statistics. */
  updating = true;
  private discountedReturn = 0;

  constructor(
    env: Env,
    readonly gamma = 0.99,
  ) {
    super(env);
  }

  override reset(options?: ResetOptions): ResetResult {
    this.discountedReturn = 0;
    return this.env.reset(options);
  }

  override step(action: unknown): StepResult {
    const result = this.env.step(action);
    this.discountedReturn = this.discountedReturn * this.gamma + result.reward;
    if (this.updating) this.statistics.update([this.discountedReturn]);
    const deviation = Math.sqrt((this.statistics.variance[0] as number) + EPSILON);
    return { ...result, reward: result.reward / deviation };
  }
}

/** Takes any numbers as an action, and cuts them to the bounds that the environment states. */
export class ClipAction extends Wrapper {
  private readonly bounds: Box;

  /** @throws RangeError when actions are not of a Box */
  constructor(env: Env) {
    super(env);
    this.bounds = boxOf('ClipAction', 'action', env.actionSpace);
    this.actionSpace = unbounded(this.bounds);
  }

  override step(action: ArrayLike<number>): StepResult {
    const { low, high } = this.bounds;
    return this.env.step(Array.from(action, (x, i) => Math.min(Math.max(x, low[i] as number), high[i] as number)));
  }
}

/** Shows the last `size` observations together, oldest first; the first of an episode stands in for those before it. */
export class FrameStack extends Wrapper {
  private frames: ArrayLike<number>[] = [];

  /** @throws RangeError when observations are not of a Box, or size is not a positive integer */
  constructor(
    env: Env,
    readonly size: number,
  ) {
    super(env);
    if (!Number.isInteger(size) || size < 1)
      throw new RangeError(`FrameStack: size is ${size}, wanted a positive integer`);
    const { low, high, shape, dtype, names, units } = boxOf('FrameStack', 'observation', env.observationSpace);
    const repeat = <T>(items: Iterable<T>): T[] => Array.from({ length: size }, () => [...items]).flat();
    const age = (frame: number): string => (frame === size - 1 ? '' : ` ${size - 1 - frame} ago`);
    this.observationSpace = new Box({
      low: repeat(low),
      high: repeat(high),
      shape: [size, ...shape],
      dtype,
      ...(names && {
        names: Array.from({ length: size }, (_, frame) => names.map((name) => name + age(frame))).flat(),
      }),
      ...(units && { units: repeat(units) }),
    });
  }

  override reset(options?: ResetOptions): ResetResult<number[]> {
    const result = this.env.reset(options);
    this.frames = Array.from({ length: this.size }, () => result.observation);
    return { ...result, observation: this.stacked() };
  }

  override step(action: unknown): StepResult<number[]> {
    const result = this.env.step(action);
    this.frames.shift();
    this.frames.push(result.observation);
    return { ...result, observation: this.stacked() };
  }

  private stacked(): number[] {
    return this.frames.flatMap((frame) => Array.from(frame));
  }
}

function boxOf(wrapper: string, what: string, space: Space): Box {
  if (space.kind !== 'box')
    throw new RangeError(`${wrapper}: the ${what} space is ${describeSpace(space)}, wanted a Box`);
  return space;
}

function unbounded({ shape, names, units }: Box): Box {
  return new Box({ low: -Infinity, high: Infinity, shape, ...(names && { names }), ...(units && { units }) });
}
