import { batchOf } from './batchOf.ts';
import {
  type CheckedWriter,
  checkedWriter,
  describe,
  maskSize,
  nonFinite,
  problemOfMask,
  problemOfReset,
  problemOfStep,
  type Problem,
  threw,
} from './contract.ts';
import {
  type ArraysMaker,
  type Engine,
  type EngineArrays,
  EngineFailure,
  type Episode,
  type FailureDetails,
  ordinaryArrays,
} from './engine.ts';
import { type Env, type EnvBatch, type Info, NO_INFO, type ResetResult, type StepResult } from './env.ts';
import type { Opponent } from './opponent.ts';
import { flatSize, type Space, unflatten } from './spaces.ts';

export interface LocalOptions {
  makeArrays?: ArraysMaker;
  /** Not at once, even where they offer it. */
  oneByOne?: boolean;
  /** Who plays the other side, for environments that need somebody. */
  opponent?: Opponent;
}

/** Steps environments in this thread: at once where they offer it, else one by one. */
export function localEngine(
  make: () => Env,
  count: number,
  { makeArrays = ordinaryArrays, oneByOne = false, opponent }: LocalOptions = {},
): LocalEngine {
  const first = construct(make);
  const makeBatch = oneByOne ? undefined : batchOf(first);
  if (!makeBatch)
    return new SingleEngine([first, ...Array.from({ length: count - 1 }, () => construct(make))], makeArrays);
  let batch: EnvBatch;
  try {
    batch = makeBatch(count);
  } catch (cause) {
    throw new EngineFailure({ method: 'vectorize', ...threw(cause) }, { cause });
  }
  if (opponent && !batch.meet)
    throw new EngineFailure({
      method: 'vectorize',
      found: 'gave a batch without meet()',
      wanted: 'one that takes an opponent',
    });
  if (opponent) batch.meet?.(opponent);
  return new BatchEngine(first, batch, { count, makeArrays, repeatable: !opponent });
}

/** @throws EngineFailure when it cannot be made, or has no spaces */
export function construct(make: () => Env): Env {
  let env: Env;
  try {
    env = make();
  } catch (cause) {
    throw new EngineFailure({ method: 'constructor', ...threw(cause) }, { cause });
  }
  for (const space of ['observationSpace', 'actionSpace'] as const) {
    if (typeof env?.[space]?.kind !== 'string')
      throw new EngineFailure({
        method: 'constructor',
        found: `left ${space} ${describe(env?.[space])}`,
        wanted: 'a space, such as a Box',
      });
  }
  return env;
}

/** What both ways share: all but how a row is reset and stepped. */
export abstract class LocalEngine implements Engine {
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly observationSize: number;
  readonly actionSize: number;
  readonly maskSize: number;
  readonly arrays: EngineArrays;
  abstract readonly repeatable: boolean;

  constructor(
    { observationSpace, actionSpace, actionMask }: Env,
    readonly count: number,
    makeArrays: ArraysMaker,
  ) {
    this.observationSpace = observationSpace;
    this.actionSpace = actionSpace;
    this.observationSize = flatSize(observationSpace);
    this.actionSize = flatSize(actionSpace);
    this.maskSize = actionMask ? maskSize(actionSpace) : 0;
    this.arrays = makeArrays({ count, observationSize: this.observationSize, maskSize: this.maskSize });
    this.masked = actionMask !== undefined;
  }

  /** Also where the action space cannot be masked, which is then found out at the first reset. */
  protected readonly masked: boolean;

  reset(rows: Int32Array, count: number, seeds: ArrayLike<number>, infos: boolean): void {
    for (let k = 0; k < count; k++) {
      const row = rows[k] as number;
      this.resetRow(row, seeds[row] as number, infos);
      if (this.masked) this.readMask(row);
    }
  }

  step(actions: Float32Array): void {
    this.stepRows(0, this.count, actions);
  }

  /** Steps the rows from `from` up to `to`, that one excluded. */
  stepRows(from: number, to: number, actions: Float32Array): void {
    this.advance(from, to, actions);
    if (!this.masked) return;
    const { terminated, truncated } = this.arrays;
    for (let row = from; row < to; row++) if (!terminated[row] && !truncated[row]) this.readMask(row);
  }

  replay(episodes: readonly Episode[]): void {
    const { actionSize } = this;
    const { rewards, terminated, truncated } = this.arrays;
    const all = new Float32Array(this.count * actionSize);
    episodes.forEach(({ seed, actions }, row) => {
      this.resetRow(row, seed, true);
      let sum = 0;
      for (let at = 0; at < actions.length; at += actionSize) {
        for (let k = 0; k < actionSize; k++) all[row * actionSize + k] = actions[at + k] as number;
        const step = at / actionSize;
        try {
          this.advance(row, row + 1, all);
        } catch (error) {
          if (!(error instanceof EngineFailure)) throw error;
          throw new EngineFailure({ ...error.details, row, step }, { cause: error.cause });
        }
        if (terminated[row] || truncated[row])
          this.fail({
            method: 'step',
            row,
            step: step + 1,
            found: 'ended a replayed episode early',
            wanted: SAME_EPISODE,
          });
        sum += rewards[row] as number;
      }
      rewards[row] = sum;
      if (this.masked) this.readMask(row);
    });
  }

  abstract close(): void;
  protected abstract resetRow(row: number, seed: number, infos: boolean): void;
  protected abstract advance(from: number, to: number, actions: Float32Array): void;
  protected abstract maskOf(row: number): ArrayLike<number> | undefined;

  protected fail(details: FailureDetails, options?: ErrorOptions): never {
    throw new EngineFailure(details, options);
  }

  private readMask(row: number): void {
    let mask: ArrayLike<number> | undefined;
    try {
      mask = this.maskOf(row);
    } catch (cause) {
      return this.fail({ method: 'actionMask', row, ...threw(cause) }, { cause });
    }
    const problem = problemOfMask(this.actionSpace, mask);
    if (problem) this.fail({ method: 'actionMask', row, ...problem });
    this.arrays.actionMasks?.set(mask as ArrayLike<number>, row * this.maskSize);
  }
}

/** What a replayed episode was to be. */
export const SAME_EPISODE =
  'the same episode again: are all its random numbers drawn from the seed, and is it unchanged?';

class SingleEngine extends LocalEngine {
  readonly repeatable = true;
  readonly #envs: readonly Env[];
  readonly #write: CheckedWriter;
  readonly #discreteStart: number | undefined;

  constructor(envs: readonly Env[], makeArrays: ArraysMaker) {
    super(envs[0] as Env, envs.length, makeArrays);
    this.#envs = envs;
    this.#write = checkedWriter(this.observationSpace);
    this.#discreteStart = this.actionSpace.kind === 'discrete' ? this.actionSpace.start : undefined;
  }

  close(): void {
    for (const env of this.#envs) env.close?.();
  }

  protected resetRow(row: number, seed: number, infos: boolean): void {
    const { arrays } = this;
    let result: ResetResult;
    try {
      result = (this.#envs[row] as Env).reset({ seed });
    } catch (cause) {
      return this.fail({ method: 'reset', row, ...threw(cause) }, { cause });
    }
    const problem = problemOfReset(result) ?? this.#writeObservation(row, result);
    if (problem) this.fail({ method: 'reset', row, ...problem });
    if (infos) arrays.infos[row] = result.info;
  }

  protected advance(from: number, to: number, actions: Float32Array): void {
    for (let row = from; row < to; row++) this.#stepRow(row, actions);
  }

  protected maskOf(row: number): ArrayLike<number> | undefined {
    return (this.#envs[row] as Env).actionMask?.();
  }

  #stepRow(row: number, actions: Float32Array): void {
    const { arrays, actionSize } = this;
    // A new array for each step, rather than one that is reused: environments may keep the actions they were given.
    const action =
      this.#discreteStart === undefined
        ? unflatten(this.actionSpace, actions, row * actionSize)
        : (actions[row] as number) + this.#discreteStart;
    let result: StepResult;
    try {
      result = (this.#envs[row] as Env).step(action);
    } catch (cause) {
      return this.fail({ method: 'step', row, ...threw(cause) }, { cause });
    }
    const problem = problemOfStep(result) ?? this.#writeObservation(row, result);
    if (problem) this.fail({ method: 'step', row, ...problem });
    arrays.infos[row] = result.info;
    arrays.rewards[row] = result.reward;
    arrays.terminated[row] = result.terminated ? 1 : 0;
    arrays.truncated[row] = result.truncated ? 1 : 0;
  }

  #writeObservation(row: number, { observation }: ResetResult): Problem | undefined {
    return this.#write(observation, this.arrays.observations, row * this.observationSize);
  }
}

class BatchEngine extends LocalEngine {
  readonly repeatable: boolean;
  readonly #first: Env;
  readonly #batch: EnvBatch;
  readonly #resetOptions = { seed: 0 };

  constructor(
    first: Env,
    batch: EnvBatch,
    { count, makeArrays, repeatable }: { count: number; makeArrays: ArraysMaker; repeatable: boolean },
  ) {
    super(first, count, makeArrays);
    this.repeatable = repeatable;
    this.#first = first;
    this.#batch = batch;
    this.arrays.infos.fill(NO_INFO);
  }

  close(): void {
    this.#batch.close?.();
    this.#first.close?.();
  }

  protected resetRow(row: number, seed: number, infos: boolean): void {
    this.#resetOptions.seed = seed;
    try {
      this.#batch.reset(row, this.#resetOptions, this.arrays.observations);
    } catch (cause) {
      this.fail({ method: 'reset', row, ...threw(cause) }, { cause });
    }
    this.#checkObservations('reset', row, row + 1);
    if (infos) this.#readInfos('reset', row, row + 1);
  }

  protected advance(from: number, to: number, actions: Float32Array): void {
    try {
      this.#batch.step(from, to, actions, this.arrays);
    } catch (cause) {
      this.fail({ method: 'step', ...threw(cause) }, { cause });
    }
    this.#checkObservations('step', from, to);
    this.#checkRewards(from, to);
    this.#readInfos('step', from, to);
  }

  protected maskOf(row: number): ArrayLike<number> | undefined {
    return this.#batch.actionMask?.(row);
  }

  #checkObservations(method: 'reset' | 'step', from: number, to: number): void {
    const { observationSize, observationSpace } = this;
    const at = firstNonFinite(this.arrays.observations, from * observationSize, to * observationSize);
    if (at < 0) return;
    const row = Math.floor(at / observationSize);
    const problem = nonFinite(observationSpace, at % observationSize, this.arrays.observations[at]);
    this.fail({ method, row, ...problem });
  }

  #checkRewards(from: number, to: number): void {
    const { rewards } = this.arrays;
    for (let row = from; row < to; row++) {
      const reward = rewards[row] as number;
      // Infinity - Infinity is not 0 either
      if (reward - reward !== 0)
        this.fail({ method: 'step', row, found: `returned ${reward} as reward`, wanted: 'a finite number' });
    }
  }

  #readInfos(method: 'reset' | 'step', from: number, to: number): void {
    const batch = this.#batch;
    if (!batch.info) return;
    for (let row = from; row < to; row++) {
      const info: unknown = batch.info(row);
      if (typeof info !== 'object' || info === null)
        this.fail({
          method,
          row,
          found: `returned ${describe(info)} as info`,
          wanted: 'an object, {} where there is nothing to say',
        });
      this.arrays.infos[row] = info as Info;
    }
  }
}

/** Index of the first number in [from, to) that is NaN or infinite, -1 where none is. */
function firstNonFinite(numbers: Float32Array, from: number, to: number): number {
  // A sum tells quickly that all is well; four of them, since each addition waits for the one before.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let at = from;
  for (; at + 3 < to; at += 4) {
    a += numbers[at] as number;
    b += numbers[at + 1] as number;
    c += numbers[at + 2] as number;
    d += numbers[at + 3] as number;
  }
  for (; at < to; at++) a += numbers[at] as number;
  if (Number.isFinite(a + b + c + d)) return -1;
  for (at = from; at < to; at++) if (!Number.isFinite(numbers[at])) return at;
  return -1;
}
