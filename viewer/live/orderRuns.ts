import type { RunEntry } from '../../src/server/listing.ts';

export const ORDERS = ['newest', 'score', 'name'] as const;

export type Order = (typeof ORDERS)[number];

/**
 * The runs that are looked for, in the order that is wanted.
 *
 * @param words  each must stand in a run's name, environment, policy or algorithm
 */
export function orderRuns(runs: readonly RunEntry[], words: string, order: Order): RunEntry[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = runs.filter(({ name, environment, policy, algo }) => {
    const text = `${name} ${environment} ${policy} ${algo}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  return found.sort((a, b) => compare(a, b, order));
}

function compare(a: RunEntry, b: RunEntry, order: Order): number {
  switch (order) {
    case 'newest':
      return Number(b.live) - Number(a.live) || b.updatedAt.localeCompare(a.updatedAt) || byName(a, b);
    case 'score':
      return (b.meanReturn ?? -Infinity) - (a.meanReturn ?? -Infinity) || byName(a, b);
    case 'name':
      return byName(a, b);
    default:
      return order satisfies never;
  }
}

/** With numbers in it by their size: run-9 before run-10. */
function byName(a: RunEntry, b: RunEntry): number {
  return a.name.localeCompare(b.name, 'en', { numeric: true });
}
