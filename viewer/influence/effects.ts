import type { Space } from '../../envs/spaces.ts';
import type { Decision } from '../../src/replay/format.ts';
import { formatNumber, formatShare, formatSigned } from '../page/numbers.ts';
import { likelihoodOf } from '../time/distribution.ts';
import type { Part } from '../../envs/parts.ts';

/** What a part of an observation does to the decision. */
export interface Effect {
  part: Part;
  /** How much; its sign says which way, where there are two. */
  size: number;
  /** In words, short. */
  text: string;
}

const FAINTEST = 0.05; // of a full one

/**
 * What hiding each part does to the action that was taken: to its probability; where actions are continuous, how far the
 * mean moves, in standard deviations.
 *
 * @param distributions  [parts + 1]: with nothing hidden, then with each part hidden
 */
export function effectsOfHiding(
  space: Space,
  decision: Decision,
  parts: readonly Part[],
  distributions: readonly ArrayLike<number>[],
): Effect[] {
  const [whole = [], ...hidden] = distributions;
  const before = probabilityOf(space, decision, whole);
  return parts.map((part, i) => {
    const distribution = hidden[i] ?? whole;
    if (space.kind === 'box') {
      const size = distanceOf(whole, distribution, space.size);
      return { part, size, text: `${formatNumber(size)} \u03c3` };
    }
    const after = probabilityOf(space, decision, distribution);
    return { part, size: after - before, text: `${formatShare(before)} \u2192 ${formatShare(after)}` };
  });
}

/** The slope of the decision over each part: of several numbers the length of their gradient. Without those that have none. */
export function effectsOfSlopes(parts: readonly Part[], slopes: ArrayLike<number>): Effect[] {
  return parts.flatMap((part) => {
    const own = part.numbers.map((number) => slopes[number] as number);
    if (own.some(Number.isNaN)) return [];
    const size = own.length === 1 ? (own[0] as number) : Math.hypot(...own);
    return [{ part, size, text: own.length === 1 ? formatSigned(size) : formatNumber(size) }];
  });
}

/** The largest effects, whichever way they go. Where there are many, without those that show nothing beside a `full` one. */
export function largest(effects: readonly Effect[], full: number, count: number): Effect[] {
  return effects
    .filter(({ size }) => effects.length <= count || Math.abs(size) >= FAINTEST * full)
    .sort((a, b) => Math.abs(b.size) - Math.abs(a.size))
    .slice(0, count);
}

/** [tokens] the largest effect of each token's parts. */
export function effectsByToken(effects: readonly Effect[], tokens: number): Float32Array {
  const sizes = new Float32Array(tokens);
  for (const { part, size } of effects) sizes[part.token] = Math.max(sizes[part.token] as number, Math.abs(size));
  return sizes;
}

function probabilityOf(space: Space, decision: Decision, distribution: ArrayLike<number>): number {
  return Math.exp(likelihoodOf(space, { ...decision, distribution })?.logProb ?? NaN);
}

/** @param parameters of both: [2 n] means, then standard deviations */
function distanceOf(whole: ArrayLike<number>, hidden: ArrayLike<number>, n: number): number {
  const moves = Array.from({ length: n }, (_, i) => {
    const [mean = 0, other = 0, deviation = 1] = [whole[i], hidden[i], whole[n + i]];
    return (other - mean) / deviation;
  });
  return Math.hypot(...moves);
}
