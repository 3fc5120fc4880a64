import { expect, test } from 'vitest';
import { formatCount, formatNumber, formatShare, formatSigned } from '../../viewer/page/numbers.ts';

test.each([
  [0, '0'],
  [500, '500'],
  [-0.5468, '\u22120.547'],
  [12.345, '12.35'],
  [123.456, '123.5'],
  [1_234_567, '1\u2009234\u2009567'],
  [-Infinity, '\u2212\u221e'],
  [3.4e38, '3.40e38'],
  [1e-9, '1.00e\u22129'],
  [NaN, 'not a number'],
])('%d reads %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test('a number that swings around zero says on which side it is', () => {
  expect([formatSigned(0.25), formatSigned(0), formatSigned(-2)]).toEqual(['+0.250', '0', '\u22122']);
});

test('a small probability is not zero', () => {
  expect([formatShare(0), formatShare(0.001), formatShare(0.456)]).toEqual(['0.00', '<0.01', '0.46']);
});

test('one is not many', () => {
  expect([formatCount(1, 'step'), formatCount(2000, 'step')]).toEqual(['1 step', '2\u2009000 steps']);
});
