import { countTokens, type TokenGroup } from '../../envs/tokens.ts';
import { share } from '../page/meter.ts';
import type { Moment, TokenAttentionHeader } from '../../src/replay/format.ts';

const FULL = 8; // times the weight that a token has where all have the same

/** Whose look is shown: a head's, counted from 0, or that of all of them together. */
export type Glance = number | 'mean' | 'max';

/**
 * How much the encoder looked at each token of the moment's observation: [tokens], of a head or the mean a sum of 1.
 *
 * @returns null when the moment has none
 */
export function tokenWeights(
  moment: Moment | null,
  { heads, tokens }: TokenAttentionHeader,
  glance: Glance,
): Float32Array | null {
  const attention = moment?.decision?.tokenAttention;
  if (!attention) return null;
  const count = countTokens(tokens);
  const weights = new Float32Array(count);
  const chosen = typeof glance === 'number' ? [glance] : Array.from({ length: heads }, (_, head) => head);
  for (const head of chosen) {
    for (let i = 0; i < count; i++) {
      const [sofar, weight] = [weights[i] as number, attention[head * count + i] ?? 0];
      weights[i] = glance === 'max' ? Math.max(sofar, weight) : sofar + weight / chosen.length;
    }
  }
  return weights;
}

/**
 * How strongly a weight is shown, from 0 to 1: none of it where all tokens have the same, since that says nothing, and all
 * from 8 times as much on.
 */
export function strengthOf(weight: number, tokens: number): number {
  return share(Math.log2(weight * tokens), 0, Math.log2(FULL));
}

/** What a person calls the heads that are shown. */
export function describeGlance(glance: Glance): string {
  if (typeof glance === 'number') return `head ${glance + 1}`;
  return glance === 'mean' ? 'mean of all heads' : 'largest of all heads';
}

/** Each group with the weights of its tokens, in order. */
export function byGroup(
  groups: readonly TokenGroup[],
  weights: Float32Array,
): { group: TokenGroup; weights: Float32Array; sum: number }[] {
  let at = 0;
  return groups.map((group) => {
    const own = weights.subarray(at, at + group.tokens);
    at += group.tokens;
    return { group, weights: own, sum: own.reduce((sum, weight) => sum + weight, 0) };
  });
}

/** The heaviest of some weights, the heaviest first; without those that are 0. */
export function heaviest(weights: Float32Array, count: number): number[] {
  return Array.from(weights, (_, i) => i)
    .filter((i) => (weights[i] as number) > 0)
    .sort((a, b) => (weights[b] as number) - (weights[a] as number))
    .slice(0, count);
}
