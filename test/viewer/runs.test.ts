import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { joinCurves } from '../../viewer/live/curveData.ts';
import { orderRuns } from '../../viewer/live/orderRuns.ts';
import { Overlay } from '../../viewer/live/overlay.ts';
import { RunMetrics } from '../../viewer/live/runMetrics.ts';
import { describeCurve } from '../../viewer/live/words.ts';
import type { RunEntry } from '../../src/server/listing.ts';

const run = (name: string, other: Partial<RunEntry> = {}): RunEntry => ({
  ...{ id: name, name, environment: 'Marker-v0', policy: 'mlp', algo: 'ppo', seed: 1, step: 1, steps: 10 },
  ...{ meanReturn: null, returns: [], updatedAt: '2024-01-01T00:00:00Z', live: false, replays: [] },
  ...other,
});
const names = (runs: readonly RunEntry[]): string[] => runs.map(({ name }) => name);
const metrics = (...events: object[]): RunMetrics => {
  const made = new RunMetrics();
  made.take(events.map((event) => JSON.stringify(event)));
  return made;
};
const update = (step: number, meanReturn: number | null) => ({ event: 'update', step, meanReturn, entropy: 0.5 });

test('runs come newest first, those that train before all others', () => {
  const runs = [
    run('old', { updatedAt: '2024-01-01T00:00:00Z' }),
    run('new', { updatedAt: '2024-01-03T00:00:00Z' }),
    run('training', { updatedAt: '2024-01-02T00:00:00Z', live: true }),
  ];
  expect(names(orderRuns(runs, '', 'newest'))).toEqual(['training', 'new', 'old']);
});

test('runs without a score come after those with one, names by the numbers in them', () => {
  const runs = [run('run-10'), run('run-9'), run('bad', { meanReturn: -5 }), run('good', { meanReturn: 5 })];
  expect(names(orderRuns(runs, '', 'score'))).toEqual(['good', 'bad', 'run-9', 'run-10']);
  expect(names(orderRuns(runs, '', 'name'))).toEqual(['bad', 'good', 'run-9', 'run-10']);
});

test('every word that is looked for must stand somewhere in what a run is', () => {
  const runs = [run('one', { policy: 'gru' }), run('two', { environment: 'Other-v0' })];
  expect(names(orderRuns(runs, ' GRU marker ', 'name'))).toEqual(['one']);
  expect(names(orderRuns(runs, 'gru other', 'name'))).toEqual([]);
});

test('a run keeps its colour while others come and go, and a freed one is used again', () => {
  const overlay = new Overlay();
  overlay.setCurrent('a');
  for (const name of ['b', 'c']) overlay.toggle(name);
  overlay.toggle('b');
  expect(overlay.shown).toEqual([
    { run: 'a', colour: 1, dashed: false },
    { run: 'c', colour: 3, dashed: false },
  ]);
  overlay.toggle('d');
  expect(overlay.shown.find((one) => one.run === 'd')?.colour).toBe(2);
  overlay.setCurrent('c');
  expect(overlay.shown.map((one) => one.run)).toEqual(['d', 'c']);
});

test('beyond the colours lines are broken, and beyond those runs are not shown', () => {
  const overlay = new Overlay();
  for (let i = 0; i < 20; i++) overlay.toggle(String(i));
  expect(overlay.shown).toHaveLength(12);
  expect(overlay.shown[6]).toEqual({ run: '6', colour: 1, dashed: true });
  overlay.keepOnly(new Set(['3']));
  expect(overlay.shown).toEqual([{ run: '3', colour: 4, dashed: false }]);
});

test('a metric is that of the last update before, and lines that are none of ours tell nothing', () => {
  const one = metrics(update(10, null), update(20, 2), update(20, 99), update(30, 3));
  one.take(['', '{', 'null', '[1]', '{"event":"update"}', '{"event":"update","step":40,"meanReturn":"5"}']);
  expect(one.steps).toEqual([10, 20, 30, 40]);
  expect([5, 10, 20, 29, 30, 1000].map((step) => one.valueAt('meanReturn', step))).toEqual([null, null, 2, 2, 3, null]);
});

test('curves of several runs lie on the steps of all, and a run says nothing of the steps of others', () => {
  const evaluation = { event: 'eval', step: 20, mean: 5, ci: [4, 6] };
  const { steps, curves, evaluations } = joinCurves([
    metrics(update(10, 1), update(20, 2), evaluation),
    metrics(update(15, null)),
  ]);
  expect(steps).toEqual([10, 15, 20]);
  expect(curves.meanReturn).toEqual([
    [1, undefined, 2],
    [undefined, null, undefined],
  ]);
  expect(evaluations[0]).toEqual({
    means: [undefined, undefined, 5],
    lows: [undefined, undefined, 4],
    highs: [undefined, undefined, 6],
  });
});

test('a chart in words says of each run where it began, where it is and how it was evaluated', () => {
  const evaluated = metrics(update(10, 1), update(2000, 4), { event: 'eval', step: 2000, mean: 5, ci: [4, 6] });
  expect(describeCurve('return', 'meanReturn', [{ name: 'one', metrics: evaluated }])).toBe(
    'return over training steps. 1 at first, 4 at step 2\u2009000, between 1 and 4. Last evaluated at step 2\u2009000: 5, in 95 % between 4 and 6',
  );
  const two = [
    { name: 'one', metrics: evaluated },
    { name: 'two', metrics: metrics() },
  ];
  expect(describeCurve('entropy', 'entropy', two)).toBe(
    'entropy over training steps. one: 0.500 at first, 0.500 at step 2\u2009000. two: nothing yet',
  );
});

/** Linear red, green and blue as people without one kind of cone see them (Machado et al. 2009, severity 1). */
const SIGHTS: Record<string, number[][]> = {
  'all cones': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'no red cones': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'no green cones': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  'no blue cones': [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

describe.each(['light', 'dark'])('the lines of the %s theme', (theme) => {
  const css = readFileSync(new URL('../../viewer/page/base.css', import.meta.url), 'utf8');
  const block = css.split('@media (prefers-color-scheme: dark)')[theme === 'light' ? 0 : 1] ?? '';
  const colour = (name: string): number[] => linear(new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(block)?.[1] ?? '');
  const lines = [1, 2, 3, 4, 5, 6].map((i) => colour(`curve-${i}`));

  test('stand out from the panel by 3 : 1', () => {
    for (const line of lines) expect(contrast(line, colour('panel'))).toBeGreaterThan(3);
  });

  test.each(Object.keys(SIGHTS))('can be told apart with %s', (sight) => {
    const seen = lines.map((line) => oklab(transform(SIGHTS[sight] ?? [], line)));
    for (const [i, one] of seen.entries())
      for (const other of seen.slice(0, i)) expect(distance(one, other)).toBeGreaterThan(0.09); // 0.02 is just visible
  });
});

function linear(hex: string): number[] {
  return [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
}

function transform(matrix: number[][], vector: number[]): number[] {
  return matrix.map((row) => row.reduce((sum, factor, i) => sum + factor * (vector[i] ?? 0), 0));
}

/** By WCAG 2. */
function contrast(a: number[], b: number[]): number {
  const [bright = 0, dark = 0] = [a, b]
    .map((colour) => transform([[0.2126, 0.7152, 0.0722]], colour)[0] ?? 0)
    .sort((x, y) => y - x);
  return (bright + 0.05) / (dark + 0.05);
}

/** Lightness and two hues in which distances are as they look (Ottosson 2020). */
function oklab(colour: number[]): number[] {
  const inside = colour.map((part) => Math.min(Math.max(part, 0), 1));
  const cones = transform(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    inside,
  ).map(Math.cbrt);
  return transform(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones,
  );
}

function distance(a: number[], b: number[]): number {
  return Math.hypot(...a.map((part, i) => part - (b[i] ?? 0)));
}
