import type { ResetResult, StepResult } from './env.ts';
import { describeSpace, flatten, type Space, type Value } from './spaces.ts';

/** What an environment returned and what it should have. */
export interface Problem {
  found: string;
  wanted: string;
}

/** A value in a few words, for messages. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return `the string "${value.length > 30 ? `${value.slice(0, 30)}…` : value}"`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name} of ${(value as Uint8Array).length}`;
  if (isPromise(value)) return 'a Promise (environments are synchronous)';
  if (typeof value === 'object') return `an object with ${Object.keys(value).join(', ') || 'no properties'}`;
  return `a ${typeof value}`;
}

/** What a method that threw did. */
export function threw(cause: unknown): Problem {
  return {
    found: `threw ${cause instanceof Error ? `${cause.name}: ${cause.message}` : describe(cause)}`,
    wanted: 'a result',
  };
}

/** Why this is not what `reset` returns, or undefined where it is. */
export function problemOfReset(result: unknown): Problem | undefined {
  if (typeof result === 'object' && result !== null && 'observation' in result) {
    const { info } = result as ResetResult;
    if (typeof info === 'object' && info !== null) return undefined;
    return { found: `returned ${describe(info)} as info`, wanted: 'an object, {} where there is nothing to say' };
  }
  return { found: `returned ${describe(result)}`, wanted: '{ observation, info }' };
}

/** Why this is not what `step` returns, or undefined where it is. */
export function problemOfStep(result: unknown): Problem | undefined {
  if (typeof result !== 'object' || result === null || !('observation' in result)) {
    const older = Array.isArray(result) ? '; fromGymJs(env) adapts environments that return an array' : '';
    return {
      found: `returned ${describe(result)}`,
      wanted: `{ observation, reward, terminated, truncated, info }${older}`,
    };
  }
  const { reward, terminated, truncated, info } = result as StepResult;
  if (typeof reward !== 'number' || !Number.isFinite(reward))
    return { found: `returned ${describe(reward)} as reward`, wanted: 'a finite number' };
  if (typeof terminated !== 'boolean')
    return { found: `returned ${describe(terminated)} as terminated`, wanted: 'true or false' };
  if (typeof truncated !== 'boolean')
    return { found: `returned ${describe(truncated)} as truncated`, wanted: 'true or false' };
  if (typeof info !== 'object' || info === null)
    return { found: `returned ${describe(info)} as info`, wanted: 'an object, {} where there is nothing to say' };
  return undefined;
}

/** Writes the flat form of a value to `flat` at `offset`, or says why it is not a value of the space. */
export type CheckedWriter = (value: unknown, flat: Float32Array, offset: number) => Problem | undefined;

/**
 * `flatten` for values that nobody has checked yet.
 *
 * Refuses a wrong type, length or integer, NaN and infinity; bounds of a Box are left to the conformance suite.
 */
export function checkedWriter(space: Space): CheckedWriter {
  if (space.kind === 'box') {
    const { size } = space;
    return (value, flat, offset) => {
      const numbers = value as readonly number[];
      if (!isArray(value) || numbers.length !== size) return wrongValue(space, value);
      for (let i = 0; i < size; i++) {
        const x = numbers[i];
        // Infinity - Infinity is not 0 either
        if (typeof x !== 'number' || x - x !== 0) return nonFinite(space, i, x);
        flat[offset + i] = x;
      }
      return undefined;
    };
  }
  if (space.kind === 'discrete') {
    const { n, start } = space;
    return (value, flat, offset) => {
      const index = (value as number) - start;
      if (typeof value !== 'number' || !(index >= 0 && index < n) || index !== Math.floor(index))
        return wrongValue(space, value);
      flat[offset] = index;
      return undefined;
    };
  }
  return (value, flat, offset) => {
    if (!space.contains(value)) return wrongValue(space, value);
    flatten(space, value as Value, flat, offset);
    return undefined;
  };
}

/** What to say of component `i` of an observation that is no finite number. */
export function nonFinite(space: Space, i: number, x: unknown): Problem {
  const name = space.kind === 'box' && space.names ? ` (${space.names[i]})` : '';
  return { found: `returned ${describe(x)} in observation[${i}]${name}`, wanted: 'a finite number' };
}

function wrongValue(space: Space, value: unknown): Problem {
  return { found: `returned ${describe(value)} as observation`, wanted: `a value of ${describeSpace(space)}` };
}

/** How many numbers an action mask has: one for each value of each part. 0 where the space cannot be masked. */
export function maskSize(actionSpace: Space): number {
  if (actionSpace.kind === 'discrete') return actionSpace.n;
  if (actionSpace.kind === 'multiDiscrete') return actionSpace.n.reduce((sum, n) => sum + n, 0);
  return 0;
}

/** Why this is not an action mask of the space, or undefined where it is: zeros and ones, a one in each part. */
export function problemOfMask(actionSpace: Space, mask: unknown): Problem | undefined {
  const parts =
    actionSpace.kind === 'discrete' ? [actionSpace.n] : actionSpace.kind === 'multiDiscrete' ? actionSpace.n : [];
  if (parts.length === 0)
    return {
      found: `masks the action space ${describeSpace(actionSpace)}`,
      wanted: 'a Discrete or MultiDiscrete action space, or no actionMask()',
    };
  const size = maskSize(actionSpace);
  const bits = mask as ArrayLike<number>;
  if (!isArray(mask) || bits.length !== size)
    return { found: `returned ${describe(mask)}`, wanted: `an array of ${size}, a 0 or 1 for each action` };
  let at = 0;
  for (let part = 0; part < parts.length; part++) {
    let possible = 0;
    for (const end = at + (parts[part] as number); at < end; at++) {
      const bit = bits[at];
      if (bit !== 0 && bit !== 1) return { found: `returned ${describe(bit)} in mask[${at}]`, wanted: '0 or 1' };
      possible += bit;
    }
    if (possible === 0) {
      const where = parts.length > 1 ? ` of part ${part}` : '';
      return { found: `masked all actions${where}`, wanted: 'at least one possible action, or the end of the episode' };
    }
  }
  return undefined;
}

function isArray(value: unknown): boolean {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function isPromise(value: object): boolean {
  return 'then' in value && typeof value.then === 'function';
}
