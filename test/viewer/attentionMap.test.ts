import { expect, test } from 'vitest';
import { MapPage, PAGE_STEPS } from '../../viewer/attention/mapPage.ts';

test('has a row a step, the heaviest of each full', () => {
  const page = new MapPage(0, 3);
  const weights = [Float32Array.of(1, 0, 0, 0), Float32Array.of(0.25, 0.75, 0, 0), Float32Array.of(0, 0.1, 0.2, 0)];
  page.fill((step) => weights[step]!, 3);
  expect(page.columns).toBe(3); // three steps have two before them at most
  expect([...page.levels]).toEqual([255, 0, 0, 85, 255, 0, 0, 128, 255]);
});

test('steps that share a row show the largest of theirs', () => {
  const page = new MapPage(0, PAGE_STEPS);
  expect(page.rows).toBeLessThan(PAGE_STEPS);
  page.fill((step) => (step === 6 ? Float32Array.of(0, 1) : Float32Array.of(1, 0)), PAGE_STEPS);
  const row = page.rowOf(6);
  expect([...page.levels.subarray(2 * row, 2 * row + 2)]).toEqual([255, 255]);
  expect(page.levels[2 * (row + 1) + 1]).toBe(0);
});

test('a row and its first step belong together, on any page', () => {
  for (const page of [new MapPage(0, 7), new MapPage(PAGE_STEPS, 700), new MapPage(0, PAGE_STEPS)]) {
    for (let row = 0; row < page.rows; row++) expect(page.rowOf(page.stepOf(row))).toBe(row);
    expect(page.rowOf(page.first + page.steps - 1)).toBe(page.rows - 1);
  }
});

test('is filled bit by bit, looks at each step once, and says which rows changed', () => {
  const page = new MapPage(PAGE_STEPS, 600);
  const seen: number[] = [];
  const weights = (step: number): Float32Array => {
    seen.push(step);
    return Float32Array.of(1);
  };
  let next = 0;
  while (!page.done) {
    const [from, to] = page.fill(weights, 64);
    expect(from).toBeLessThanOrEqual(next); // no row is left out
    next = to;
  }
  expect(next).toBe(page.rows);
  expect(page.fill(weights, 64)).toEqual([page.rowOf(page.first + 600), page.rowOf(page.first + 600)]);
  expect(seen).toEqual(Array.from({ length: 600 }, (_, i) => PAGE_STEPS + i));
});

test('steps without weights leave their rows empty', () => {
  const page = new MapPage(0, 2);
  page.fill((step) => (step === 0 ? null : Float32Array.of(0.5, 0.5)), 2);
  expect([...page.levels]).toEqual([0, 0, 255, 255]);
});
