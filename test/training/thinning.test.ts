import { expect, test } from 'vitest';
import { superfluous } from '../../src/watch/thinning.ts';

test('as recordings come, no more than the wished-for number stays: all of the newest, ever fewer of the older', () => {
  let kept: number[] = [];
  for (let i = 0; i < 1000; i++) {
    kept.push(i);
    const gone = new Set(superfluous(kept.map(String), 16));
    kept = kept.filter((name) => !gone.has(String(name)));
    expect(kept.length).toBeLessThanOrEqual(16);
  }
  expect(kept[0]).toBe(0);
  expect(kept.slice(-8)).toEqual([992, 993, 994, 995, 996, 997, 998, 999]);
  const gaps = kept.slice(1).map((name, i) => name - (kept[i] ?? 0));
  expect(gaps).toEqual(gaps.toSorted((a, b) => b - a));
});
