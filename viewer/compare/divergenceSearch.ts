import { firstDivergence } from './divergence.ts';
import type { Divergence, Sequence } from './divergence.ts';

const SLICE = 250; // steps between two breaths of the page

/** What a search has found so far. */
export type Finding =
  | { state: 'searching'; step: number }
  | { state: 'same'; steps: number }
  | { state: 'found'; divergence: Divergence }
  | { state: 'failed'; error: unknown };

/**
 * Looks for the first divergence a slice at a time, the first one at once, so that a long episode does not hold the page.
 *
 * @param tell  is told after each slice, until it has been told of an end
 * @returns a function that stops it
 */
export function searchDivergence(one: Sequence, other: Sequence, tell: (finding: Finding) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const goOn = (from: number): void => {
    const finding = search(one, other, from);
    if (finding.state === 'searching') timer = setTimeout(() => goOn(finding.step), 0);
    tell(finding);
  };
  goOn(0);
  return () => clearTimeout(timer);
}

function search(one: Sequence, other: Sequence, from: number): Finding {
  const last = Math.min(one.steps, other.steps);
  try {
    const divergence = firstDivergence(one, other, { from, until: from + SLICE });
    if (divergence) return { state: 'found', divergence };
  } catch (error) {
    return { state: 'failed', error }; // a damaged frame
  }
  return from + SLICE > last ? { state: 'same', steps: last } : { state: 'searching', step: from + SLICE };
}
