import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { afterAll, describe, expect, test } from 'vitest';
import { CASES, caseName, type Goal, type LearningCase } from '../../bench/learning/cases.ts';
import { replaceBetween, table } from '../../bench/learning/markdown.ts';
import { plot } from '../../src/plot.ts';
import { reportOf, writeReport } from '../../bench/learning/report.ts';
import { fileName } from '../../bench/files.ts';
import { loadResult, resultPath, saveResult, type SeedResult } from '../../bench/learning/results.ts';
import { aggregate, summarizeCase } from '../../bench/learning/summary.ts';
import { resolveConfig } from '../../src/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'gymformer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const config = resolveConfig({ environment: 'Walk-v0', flags: { seed: 3 } });

/** A result whose evaluations on the way, every 1000 steps and seconds, have these means. */
function resultOf(means: readonly number[], final: Partial<SeedResult['final']> = {}): SeedResult {
  return {
    config,
    device: 'simd',
    machine: 'a processor, 2 cores',
    versions: { gymformer: '1.0.0', node: '20.0.0' },
    commit: 'abc1234',
    date: '2026-01-01T00:00:00.000Z',
    steps: 1000 * means.length,
    seconds: means.length,
    evaluations: means.map((mean, i) => ({ step: 1000 * (i + 1), seconds: i + 1, mean })),
    final: { episodes: 100, mean: means.at(-1) as number, standardError: 0, iqm: 0, meanLength: 1, ...final },
  };
}

function caseOf(goal?: Goal, variant = 'transformer', environment = 'Walk-v0'): LearningCase {
  return { environment, variant, policy: 'transformer', algo: 'ppo', ...(goal && { goal }) };
}

describe('the table of cases', () => {
  test('has a name of its own for each, and files', () => {
    const names = CASES.map(caseName);
    expect(new Set(names).size).toBe(names.length);
    const paths = CASES.map((one) => resultPath('', one, 0));
    expect(new Set(paths).size).toBe(paths.length);
  });

  test('says of each goal what others reached, or what is the most', () => {
    expect(CASES.filter(({ goal, reference }) => goal && !reference)).toEqual([]);
  });
});

describe('a case', () => {
  const goal: Goal = { measure: 'return', atLeast: 10 };

  test('reaches its goal by the mean of the last evaluations, and tells when seeds first did', () => {
    const summary = summarizeCase(caseOf(goal), [
      resultOf([0, 12, 9, 12]), // first at 2000
      resultOf([0, 0, 0, 10]), // at 4000
      resultOf([0, 0, 10, 10]), // at 3000
    ]);
    expect(summary).toMatchObject({ mean: 32 / 3, steps: 4000, seconds: 4, success: null });
    expect(summary.goal).toMatchObject({ reached: true, seeds: 3, steps: 3000, seconds: 3 });
  });

  test('does not reach it where the mean falls short, and says how many seeds once had it', () => {
    const { goal: reached } = summarizeCase(caseOf(goal), [resultOf([20, 0]), resultOf([0, 0])]);
    expect(reached).toMatchObject({ reached: false, seeds: 1, steps: 1000 });
    const never = summarizeCase(caseOf(goal), [resultOf([0, 0])]);
    expect(never.goal).toMatchObject({ reached: false, seeds: 0, steps: null, seconds: null });
  });

  test('may be judged by the interquartile mean, which a single seed that failed does not touch', () => {
    const results = [10, 10, 10, 10, 10, 10, 10, -90].map((mean) => resultOf([mean]));
    expect(summarizeCase(caseOf(goal), results).goal?.reached).toBe(false);
    expect(summarizeCase(caseOf({ ...goal, statistic: 'iqm' }), results).goal?.reached).toBe(true);
  });

  test('may be judged by success; unknown success is not reached', () => {
    const bySuccess: Goal = { measure: 'success', atLeast: 0.9 };
    const seeds = [0.8, 1].map((success) => resultOf([0], { success }));
    expect(summarizeCase(caseOf(bySuccess), seeds)).toMatchObject({ success: 0.9, goal: { reached: true } });
    expect(summarizeCase(caseOf(bySuccess), [resultOf([0])])).toMatchObject({
      success: null,
      goal: { reached: false },
    });
  });
});

test('policies are compared over the tasks that all of them have, each task resampled on its own', () => {
  const runs = (environment: string, variant: string, successes: readonly number[]) =>
    summarizeCase(
      caseOf(undefined, variant, environment),
      successes.map((success) => resultOf([0], { success })),
    );
  const { tasks, aggregates } = aggregate([
    ...[runs('A', 'transformer', [1, 1]), runs('A', 'mlp', [0.5, 0.5])],
    ...[runs('B', 'transformer', [1, 1]), runs('B', 'mlp', [0.25, 0.25])],
    runs('C', 'transformer', [0, 0]), // not one of the other's
  ]);
  expect(tasks).toEqual(['A', 'B']);
  expect(aggregates).toEqual([
    { variant: 'transformer', iqm: 1, interval: [1, 1] },
    // The middle half of 0.25, 0.25, 0.5, 0.5, whatever is drawn of each.
    { variant: 'mlp', iqm: 0.375, interval: [0.375, 0.375] },
  ]);
  expect(aggregate([runs('A', 'transformer', [1])])).toEqual({ tasks: [], aggregates: [] });
});

describe('a result', () => {
  const path = join(folder, '3.json');

  test('is read back whole, and only for the settings that it is of', () => {
    const result = resultOf([1, 2]);
    saveResult(path, result);
    expect(loadResult(path, config)).toEqual(result);
    expect(loadResult(path, { ...config, threads: 7 })).toEqual(result); // the same bits come of it
    expect(loadResult(path, { ...config, gamma: 0.5 })).toBeNull();
    expect(loadResult(path, { ...config, device: 'wasm' })).toBeNull();
    expect(loadResult(path, { ...config, device: 'wasm' }, { anyDevice: true })).toEqual(result);
  });

  test('of a setting that was not there yet counts as of its default; one of a setting that is no more does not', () => {
    const { gamma, ...older } = config;
    const write = (settings: object): void =>
      writeFileSync(path, JSON.stringify({ ...resultOf([1]), config: settings }));
    write(older);
    expect(loadResult(path, config)?.config.gamma).toBe(gamma);
    write({ ...config, momentum: 1 });
    expect(loadResult(path, config)).toBeNull();
  });

  test('that is missing is none', () => {
    expect(loadResult(join(folder, 'nothing.json'), config)).toBeNull();
  });

  test('has a file name that every system takes', () => {
    expect(fileName('MinAtar/Breakout-v1:speed=2')).toBe('MinAtar-Breakout-v1-speed=2');
  });
});

describe('the report', () => {
  const [one, other] = CASES.filter(({ environment }) => environment === 'CartPole-v1') as [LearningCase, LearningCase];
  const ablated = CASES.find(({ variant }) => variant.startsWith('context 16')) as LearningCase;
  const summaries = [
    summarizeCase(one, [resultOf([100, 500]), resultOf([50, 500])]),
    summarizeCase(other, [resultOf([20, 30], { success: 0.5, episodeReturns: [1, 2, 3] })]),
    summarizeCase(ablated, [resultOf([0, 1], { success: 1 })]),
  ];

  test('has a row for each case, with its figures, goal and reference', () => {
    const report = reportOf(summaries);
    const row = /^\| CartPole-v1 +\| transformer +\|.*$/m
      .exec(report)?.[0]
      .split('|')
      .map((cell) => cell.trim());
    expect(row?.slice(4)).toEqual([
      ...['2', '2 000', '500.0', '500.0', '500.0 … 500.0', '', '2.00'],
      ...['500', 'yes', '2 000', '2.00', '500, rl-zoo3 PPO', ''],
    ]);
    expect(report).toContain('### Memory of a bit for 50 steps');
    expect(report).toMatch(/\| context 16 +\|/);
    expect(report).toMatch(/\| CartPole-v1 \| gru +\| +3 \| +1\.00 \| +3\.00 \| +2\.00 \| 2\.00 … 2\.00/); // within a trial
    expect(report).not.toContain('### Board'); // nothing was measured
  });

  test('is formatted as the repository is', async () => {
    const report = `${reportOf(summaries)}\n`;
    expect(await format(report, { parser: 'markdown', printWidth: 120 })).toBe(report);
  });

  test('takes its place between its marks, and leaves the rest alone', () => {
    writeFileSync(join(folder, 'RESULTS.md'), '# Results\n\nBefore.\n');
    writeReport(folder, summaries);
    const read = (): string => readFileSync(join(folder, 'RESULTS.md'), 'utf8');
    const first = read();
    expect(first).toMatch(/^# Results\n\nBefore\.\n\n<!-- learning: begin -->\n[^]*<!-- learning: end -->\n$/);
    writeFileSync(join(folder, 'RESULTS.md'), `${first}\nAfter.\n`);
    writeReport(folder, summaries);
    expect(read()).toBe(`${first}\nAfter.\n`);
  });

  test('has a picture for each environment, and one of trials where they hold episodes, both of which it shows', () => {
    writeReport(folder, summaries);
    const report = readFileSync(join(folder, 'RESULTS.md'), 'utf8');
    const pictures = [...report.matchAll(/\]\((curves\/.*\.svg)\)/g)].map(([, path]) => path as string);
    expect(pictures).toEqual(['curves/CartPole-v1.svg', 'curves/CartPole-v1-within-trial.svg']);
    for (const path of pictures) expect(readFileSync(join(folder, path), 'utf8')).toMatch(/^<svg /);
  });
});

test('a table is aligned as prettier aligns it', async () => {
  const text = table(
    [{ heading: 'a' }, { heading: 'number', numbers: true }],
    [
      ['long cell', '1'],
      ['', '1 000 000'],
    ],
  );
  expect(await format(text, { parser: 'markdown' })).toBe(`${text}\n`);
});

test('a text without marks gets them at its end', () => {
  expect(replaceBetween('Text.\n', ['<a>', '<b>'], 'x')).toBe('Text.\n\n<a>\n\nx\n\n<b>\n');
  expect(replaceBetween('<a>\nold\n<b>\n', ['<a>', '<b>'], 'x')).toBe('<a>\n\nx\n\n<b>\n');
});

describe('a plot', () => {
  const line = (name: string, ys: readonly number[]) => ({
    name,
    points: ys.map((y, i) => ({ x: 1000 * (i + 1), y, low: y - 1, high: y + 1 })),
  });
  const svg = plot({
    title: 'Rewards < 3 & more',
    xLabel: 'steps',
    yLabel: 'return',
    series: [line('transformer', [0, 5, 10]), line('gru', [1, 4, 10]), line('mlp', [0, 0, 1])],
    threshold: 9,
  });
  const pathOf = (kind: string, i: number): number[][] =>
    String(new RegExp(`<path class="${kind} c${i}" d="M([^"Z]*)Z?"/>`).exec(svg)?.[1])
      .split('L')
      .map((pair) => pair.split(' ').map(Number));

  test('is well-formed, with its words escaped', () => {
    expect(svg).toContain('Rewards &lt; 3 &amp; more');
    const open = [...svg.matchAll(/<(\w+)(?:\s[^>]*)?(?<!\/)>/g)].map(([, tag]) => tag);
    const closed = [...svg.matchAll(/<\/(\w+)>/g)].map(([, tag]) => tag);
    const byTag = (tags: (string | undefined)[]): string =>
      tags
        .map(String)
        .toSorted((a, b) => a.localeCompare(b))
        .join(' ');
    expect(byTag(open)).toBe(byTag(closed));
  });

  test('draws each line in proportion, inside its band', () => {
    const xs = pathOf('line', 0).map(([x]) => x as number);
    const ys = pathOf('line', 0).map(([, y]) => y as number);
    // To the tenth of a pixel that numbers are rounded to.
    for (const [first = 0, middle = 0, last = 0] of [xs, ys]) expect((first + last) / 2).toBeCloseTo(middle, 0);
    expect(xs).toEqual(xs.toSorted((a, b) => a - b));
    expect(ys).toEqual(ys.toSorted((a, b) => b - a));
    const band = pathOf('band', 0).map(([, y]) => y as number);
    expect(Math.min(...band)).toBeLessThan(Math.min(...ys));
    expect(Math.max(...band)).toBeGreaterThan(Math.max(...ys));
  });

  test('keeps the names of lines that end together apart', () => {
    const heights = [...svg.matchAll(/class="name c\d" x="\S+" y="(\S+)"/g)].map(([, y]) => Number(y));
    const sorted = heights.toSorted((a, b) => a - b);
    expect(heights).toHaveLength(3);
    for (const [i, height] of sorted.slice(1).entries()) expect(height - (sorted[i] as number)).toBeGreaterThan(15);
  });

  test('holds numbers alone, even of a single point', () => {
    const single = plot({ title: 't', xLabel: 'x', yLabel: 'y', series: [line('one', [3])] });
    for (const text of [svg, single]) expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('has colours for light and for dark surroundings', () => {
    expect(svg).toContain('prefers-color-scheme:dark');
  });
});
