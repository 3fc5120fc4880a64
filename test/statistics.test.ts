import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bootstrapInterval,
  interquartileMean,
  mean,
  stratifiedInterval,
  summarize,
  wilsonInterval,
} from '../src/statistics.ts';

test('the interquartile mean is the mean of the middle half', () => {
  expect(interquartileMean([8, 1, 7, 2, 6, 3, 5, 4])).toBe(4.5);
  expect(interquartileMean([0, 10, 20, 1000])).toBe(15);
  expect(interquartileMean([5])).toBe(5);
  // Quartiles at 1.25 and 3.75 of five values: three quarters of the second, the third, three quarters of the fourth.
  expect(interquartileMean([0, 1, 2, 3, 100])).toBeCloseTo((0.75 * 1 + 2 + 0.75 * 3) / 2.5);
});

test("Wilson's interval of a share holds it, and is not empty where all succeed", () => {
  // Agresti and Coull 1998, p. 120: none of 10
  expect(wilsonInterval(0, 10)[0]).toBe(0);
  expect(wilsonInterval(0, 10)[1]).toBeCloseTo(0.278, 3);
  expect(wilsonInterval(10, 10)[0]).toBeCloseTo(0.722, 3);
  const [low, high] = wilsonInterval(50, 100);
  expect([low, high].map((share) => share.toFixed(3))).toEqual(['0.404', '0.596']);
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

test('the stratified bootstrap resamples each stratum on its own', () => {
  // Each run of a task is alike: whatever is drawn, it is the same. Pooled, it would not be.
  const tasks = [
    [0, 0, 0],
    [1, 1, 1],
  ];
  expect(stratifiedInterval(tasks, mean)).toEqual([0.5, 0.5]);
  const pooled = stratifiedInterval([tasks.flat()], mean);
  expect(pooled[0]).toBeLessThan(0.2);
  expect(pooled[1]).toBeGreaterThan(0.8);
  expect(stratifiedInterval([[7], [1], [4]])).toEqual([4, 4]);
});

test('the quantiles of a bootstrap over few runs are those of its exact distribution', () => {
  // The mean of two draws of 0 and 1 is 0 or 1 with a quarter each: both quantiles lie there.
  expect(stratifiedInterval([[0, 1]], mean)).toEqual([0, 1]);
  // Of six draws all are 0 with 1/64 = 1.6 %, at most one is 1 with 10.9 %: the 2.5 % quantile is 1/6.
  const [low, high] = stratifiedInterval([[0, 0, 0, 1, 1, 1]], mean, 20_000);
  expect(low).toBeCloseTo(1 / 6);
  expect(high).toBeCloseTo(5 / 6);
});

test('the interval of the interquartile mean knows nothing of one run that failed', () => {
  expect(stratifiedInterval([[10, 10, 10, 10, 10, 10, 10, 10]])).toEqual([10, 10]);
  const [low, high] = stratifiedInterval([[-1000, 9, 10, 10, 10, 10, 10, 11]]);
  expect(low).toBeLessThanOrEqual(10);
  expect(high).toBeLessThan(11);
  expect(interquartileMean([-1000, 9, 10, 10, 10, 10, 10, 11])).toBe(10);
});

test('no values at all are refused', () => {
  expect(() => summarize([])).toThrow(RangeError);
});
