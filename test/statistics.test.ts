import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bootstrapInterval, interquartileMean, summarize } from '../src/statistics.ts';

test('the interquartile mean is the mean of the middle half', () => {
  expect(interquartileMean([8, 1, 7, 2, 6, 3, 5, 4])).toBe(4.5);
  expect(interquartileMean([0, 10, 20, 1000])).toBe(15);
  expect(interquartileMean([5])).toBe(5);
  // Quartiles at 1.25 and 3.75 of five values: three quarters of the second, the third, three quarters of the fourth.
  expect(interquartileMean([0, 1, 2, 3, 100])).toBeCloseTo((0.75 * 1 + 2 + 0.75 * 3) / 2.5);
});

test('the standard error is the sample deviation over sqrt(n)', () => {
  expect(summarize([1, 2, 3, 4]).standardError).toBeCloseTo(Math.sqrt(5 / 3) / 2);
  expect(summarize([7]).standardError).toBe(0);
});

test('the bootstrap interval holds the mean, is the same each time, and has the width of a normal one', () => {
  const values = Array.from({ length: 100 }, (_, i) => i);
  const [low, high] = bootstrapInterval(values);
  expect(bootstrapInterval(values)).toEqual([low, high]);
  const { standardError } = summarize(values);
  expect((high - low) / 2).toBeGreaterThan(1.7 * standardError);
  expect((high - low) / 2).toBeLessThan(2.2 * standardError);
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 20 }),
      (values) => {
        const { mean, ci } = summarize(values);
        const slack = 1e-9 * Math.max(1, Math.abs(mean));
        return ci[0] <= ci[1] && ci[0] >= Math.min(...values) - slack && ci[1] <= Math.max(...values) + slack;
      },
    ),
  );
});

test('no values at all are refused', () => {
  expect(() => summarize([])).toThrow(RangeError);
});
