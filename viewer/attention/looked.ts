import type { TokenGroup, WordTokens } from '../../envs/tokens.ts';
import type { Moment, TokenAttentionHeader } from '../../src/replay/format.ts';

/**
 * How much the encoder looked at each token of the moment's observation: [tokens], a sum of 1.
 *
 * @param head counted from 0; null takes the mean of all
 * @returns    null when the moment has none
 */
export function tokenWeights(
  moment: Moment | null,
  { heads, tokens }: TokenAttentionHeader,
  head: number | null,
): Float32Array | null {
  const attention = moment?.decision?.tokenAttention;
  if (!attention) return null;
  const count = tokens.reduce((sum, group) => sum + group.tokens, 0);
  const chosen = head === null ? Array.from({ length: heads }, (_, h) => h) : [head];
  const weights = new Float32Array(count);
  for (const h of chosen)
    for (let i = 0; i < count; i++)
      weights[i] = (weights[i] as number) + (attention[h * count + i] ?? 0) / chosen.length;
  return weights;
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

/** The words that are tokens, as they stand in an observation's flat form. */
export function wordsSeen({ offset, size, tokens }: WordTokens, observation: ArrayLike<number>): string[] {
  let text = '';
  for (let i = offset; i < offset + size && observation[i]; i++) text += String.fromCharCode(observation[i] as number);
  return text
    .split(' ')
    .filter((word) => word !== '')
    .slice(0, tokens);
}

/** The heaviest of some weights, the heaviest first; without those that are 0. */
export function heaviest(weights: Float32Array, count: number): number[] {
  return Array.from(weights, (_, i) => i)
    .filter((i) => (weights[i] as number) > 0)
    .sort((a, b) => (weights[b] as number) - (weights[a] as number))
    .slice(0, count);
}
