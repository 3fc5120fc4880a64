import { type TokenGroup, tokenName } from '../../envs/tokens.ts';

/** How much each token of the observation weighs, in one way of weighing. */
export interface Heat {
  groups: readonly TokenGroup[];
  /** [tokens], through all groups. */
  weights: ArrayLike<number>;
  /** What the weights are, for a person: `attention, mean of all heads`. */
  title: string;
  /** How strongly a weight is shown, from 0 to 1. */
  strength(weight: number): number;
  /** A token's weight in words. */
  describe(weight: number, token: number): string;
}

/** Something that weighs tokens. */
export interface HeatSource {
  /** Whether it weighs those of every step of the episode that is open, and not of the open step alone. */
  readonly spansEpisode: boolean;
  /** Of a step of the episode that is open; null where there is nothing to show. */
  heat(step: number): Heat | null;
  onChange(listener: () => void): void;
}

/** What a person calls a token that is counted through all groups. */
export function nameOfToken(groups: readonly TokenGroup[], token: number): string {
  let first = 0;
  for (const group of groups) {
    if (token < first + group.tokens) return tokenName(group, token - first);
    first += group.tokens;
  }
  throw new RangeError(`token ${token} of ${first}`);
}
