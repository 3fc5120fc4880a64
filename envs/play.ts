import { describe, problemOfMask } from './contract.ts';
import type { Env, ResetResult, StepResult } from './env.ts';
import { Generator } from './random.ts';
import { Discrete, type Space, type Value } from './spaces.ts';

/** A reset or a step of a game played with random possible actions. */
export interface Moment {
  /** `step 3 of seed 7`, `the reset after step 12 of seed 7`. */
  at: string;
  result: ResetResult | StepResult;
  /** Undefined for a reset. */
  action?: Value;
}

/**
 * Plays with random possible actions; the first episode is seeded, the others go on from there.
 *
 * @throws Error when a step throws, with the step and the seed
 */
export function* play(env: Env, { seed, steps }: { seed: number; steps: number }): IterableIterator<Moment> {
  const random = new Generator(seed);
  yield { at: `the reset with seed ${seed}`, result: env.reset({ seed }) };
  for (let step = 1; step <= steps; step++) {
    const at = `step ${step} of seed ${seed}`;
    const action = sampleAction(env, random);
    let result: StepResult;
    try {
      result = env.step(action);
    } catch (cause) {
      throw new Error(`${at}: ${cause instanceof Error ? cause.message : describe(cause)}`, { cause });
    }
    yield { at, action, result };
    if (result.terminated || result.truncated) yield { at: `the reset after ${at}`, result: env.reset() };
  }
}

/** A random action, a possible one where the environment masks. */
export function sampleAction(env: Env, random: Generator): Value {
  return sampleMasked(env.actionSpace, env.actionMask?.(), random);
}

/** A random value of an action space, among those that the mask allows. */
export function sampleMasked(actionSpace: Space, mask: ArrayLike<number> | undefined, random: Generator): Value {
  // A broken mask is a claim of its own: here it must not keep the others from being tried.
  if (!mask || problemOfMask(actionSpace, mask)) return actionSpace.sample(random);
  if (actionSpace.kind === 'discrete') return actionSpace.sample(random, mask);
  if (actionSpace.kind !== 'multiDiscrete') return actionSpace.sample(random);
  let at = 0;
  return actionSpace.n.map((n) => {
    const part = Array.from({ length: n }, () => mask[at++] as number);
    return new Discrete(n).sample(random, part);
  });
}
