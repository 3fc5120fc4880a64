import type { Env, EnvBatch } from './env.ts';

/**
 * How to make many environments like `env`, where it offers that.
 *
 * A class that inherits `vectorize` but has a `reset`, `step` or `actionMask` of its own is stepped one by one: the
 * batch would not know of them.
 */
export function batchOf(env: Env): ((count: number) => EnvBatch) | undefined {
  const { vectorize } = env;
  if (!vectorize) return undefined;
  for (let level: object | null = env; level; level = Object.getPrototypeOf(level) as object | null) {
    if (Object.hasOwn(level, 'vectorize')) return (count) => vectorize.call(env, count);
    for (const method of ['reset', 'step', 'actionMask']) if (Object.hasOwn(level, method)) return undefined;
  }
  return undefined;
}
