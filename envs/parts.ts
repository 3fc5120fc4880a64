import { componentLabels } from './componentLabels.ts';
import type { Space } from './spaces.ts';
import { numbersOf, type TokenGroup, tokenName, tokensOf, type VectorTokens } from './tokens.ts';
import { wordsSeen } from './words.ts';

/** A part of an observation that can be weighed by itself. */
export interface Part {
  name: string;
  /** Where its numbers stand, as `numbersOf` has it. */
  numbers: number[];
  /** Its number among all tokens; of a component of a vector, that of the vector. */
  token: number;
}

/** Components of a vector that are weighed one by one; a vector of more of them only as a whole. */
const MOST_COMPONENTS = 512;

/**
 * The parts of an observation: cells, patches, words, categories, and of a vector each component.
 *
 * @param observation flat form, whose words are the ones there are; null: whatever could be seen
 * @param sentences   whether a text is one part as a whole
 */
export function partsOf(space: Space, observation: ArrayLike<number> | null, { sentences = false } = {}): Part[] {
  const labels = componentLabels(space);
  let first = 0;
  return tokensOf(space, { sentences }).flatMap((group): Part[] => {
    const token = first;
    first += group.tokens;
    if (group.kind === 'vector' && group.size <= MOST_COMPONENTS) return components(group, labels, token);
    const words = observation && group.kind === 'words' ? wordsSeen(group, observation) : null;
    const there = words?.length ?? group.tokens; // there is nothing to hide behind the last word
    return Array.from({ length: there }, (_, i) => {
      const numbers = numbersOf(group, i);
      return { name: nameOf(group, i, words, labels), numbers, token: token + i };
    });
  });
}

function components({ offset, size }: VectorTokens, labels: readonly string[], token: number): Part[] {
  return Array.from({ length: size }, (_, i) => ({ name: labels[offset + i] ?? '', numbers: [offset + i], token }));
}

function nameOf(group: TokenGroup, i: number, words: readonly string[] | null, labels: readonly string[]): string {
  if (group.kind === 'category') return labels[group.offset] ?? tokenName(group, i);
  return words ? `\u201c${words[i]}\u201d, ${tokenName(group, i)}` : tokenName(group, i);
}
