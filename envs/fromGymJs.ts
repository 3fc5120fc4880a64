import type { Env, Info, ResetOptions, ResetResult, StepResult } from './env.ts';
import { describe } from './contract.ts';
import { Box, Discrete, MultiDiscrete, type Space, type Value } from './spaces.ts';

/** Numbers, however an older environment holds them: bare, in nested arrays, or in a tensor. */
export type GymJsNumbers = number | ArrayLike<number> | readonly unknown[] | { dataSync(): ArrayLike<number> };

/** A space of the older kind, known by what it has: `n`, `nvec`, or `low` and `high`. */
export interface GymJsSpace {
  n?: number;
  nvec?: readonly number[];
  low?: GymJsNumbers;
  high?: GymJsNumbers;
  shape?: readonly number[];
}

/** The interface of gym-js, and of OpenAI's Gym before 0.26. */
export interface GymJsEnv {
  action_space: GymJsSpace;
  observation_space: GymJsSpace;
  reset(): GymJsNumbers;
  step(action: unknown): readonly [observation: GymJsNumbers, reward: number, done: boolean, info?: Info];
  seed?(seed: number): unknown;
  close?(): void;
}

export interface GymJsOptions {
  /** Makes of an action what the environment takes: a tensor, say. */
  toAction?: (action: Value) => unknown;
}

/**
 * An environment of the older interface as one of ours.
 *
 * `done` becomes `terminated`, or `truncated` where `info['TimeLimit.truncated']` says so. Only an environment with a
 * `seed` method can be reproduced; the others draw their random numbers from where they please.
 *
 * @throws TypeError when a space is of no known kind, or the environment is asynchronous
 */
export function fromGymJs(env: GymJsEnv, { toAction = (action) => action }: GymJsOptions = {}): Env<Value, Value> {
  const observationSpace = convertSpace('observation_space', env.observation_space);
  return {
    observationSpace,
    actionSpace: convertSpace('action_space', env.action_space),
    reset({ seed }: ResetOptions = {}): ResetResult<Value> {
      if (seed !== undefined) env.seed?.(seed);
      return { observation: convertValue(observationSpace, env.reset()), info: {} };
    },
    step(action: Value): StepResult<Value> {
      const result = env.step(toAction(action));
      if (!Array.isArray(result))
        throw new TypeError(`step() returned ${describe(result)}, wanted [observation, reward, done, info]`);
      const [observation, reward, done, info = {}] = result as Awaited<ReturnType<GymJsEnv['step']>>;
      const truncated = done && info['TimeLimit.truncated'] === true;
      return {
        observation: convertValue(observationSpace, observation),
        reward,
        terminated: done && !truncated,
        truncated,
        info,
      };
    },
    ...(env.close && { close: () => env.close?.() }),
  };
}

function convertSpace(name: string, space: GymJsSpace): Space {
  if (typeof space?.n === 'number') return new Discrete(space.n);
  if (space?.nvec) return new MultiDiscrete([...space.nvec]);
  if (space?.low !== undefined && space.high !== undefined) {
    const bound = (numbers: GymJsNumbers): number | number[] => (typeof numbers === 'number' ? numbers : flat(numbers));
    return new Box({ low: bound(space.low), high: bound(space.high), ...(space.shape && { shape: [...space.shape] }) });
  }
  throw new TypeError(`${name} is ${describe(space)}, wanted one with n, with nvec, or with low and high`);
}

function convertValue(space: Space, value: GymJsNumbers): Value {
  const numbers = flat(value);
  return space.kind === 'discrete' ? (numbers[0] as number) : numbers;
}

function flat(value: GymJsNumbers): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value === 'object' && value !== null) {
    if ('dataSync' in value) return Array.from(value.dataSync());
    if (Array.isArray(value)) return (value as GymJsNumbers[]).flatMap(flat);
    if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  }
  throw new TypeError(`found ${describe(value)}, wanted numbers, arrays of them, or a tensor`);
}
