/** Fewer letters are in too many words by chance. */
const TELLING_PART = 4;

/**
 * The candidate that `word` was most likely meant to be: the one with the fewest letters to change, or where more than
 * half would have to change, the shortest that has the word in it; undefined where none is like it. Case does not matter.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  return mostAlike(word, candidates) ?? shortestWith(word, candidates);
}

function shortestWith(part: string, candidates: readonly string[]): string | undefined {
  if (part.length < TELLING_PART) return undefined;
  const holds = (candidate: string): boolean => candidate.toLowerCase().includes(part.toLowerCase());
  return candidates.filter(holds).toSorted((a, b) => a.length - b.length)[0];
}

function mostAlike(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.floor(word.length / 2) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Letters to insert, delete or replace to make one word of the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (previous[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    previous = row;
  }
  return previous[to.length] as number;
}
