import { expect, test } from 'vitest';
import { formatCount, formatDuration, formatNumber, sparkline } from '../../src/cli/format.ts';

test('a sparkline goes from the lowest to the highest', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe('▁▂▃▄▅▆▇█');
  expect(sparkline([1, 3, 5, 7], 2)).toBe('▁█');
  expect(sparkline([5, 5], 10)).toBe('▁▁');
  expect(sparkline([], 10)).toBe('');
});

test.each([
  [formatCount(51200.4), '51,200'],
  [formatDuration(59.4), '59 s'],
  [formatDuration(72), '1 min 12 s'],
  [formatDuration(3 * 3600 + 61), '3 h 1 min'],
  [formatNumber(487.25), '487.3'],
  [formatNumber(1.19), '1.19'],
  [formatNumber(-0.4119), '-0.412'],
  [formatNumber(0), '0'],
  [formatNumber(-1234.5), '-1235'],
])('%s is %s', (found, wanted) => {
  expect(found).toBe(wanted);
});
