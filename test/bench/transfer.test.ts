import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { format } from 'prettier';
import { afterAll, describe, expect, test } from 'vitest';
import { ARMS, CASES, type TransferArm, type TransferCase } from '../../bench/transfer/cases.ts';
import { linesOf, writeReport } from '../../bench/transfer/report.ts';
import { type ArmResult, loadResult, resultPath, saveResult } from '../../bench/transfer/results.ts';
import { resolveConfig } from '../../src/config.ts';
import { resolveEnvironment } from '../../src/plugins.ts';

const folder = mkdtempSync(join(tmpdir(), 'gymformer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [one] = CASES as [TransferCase];
const config = resolveConfig({ environment: 'Walk-v0', flags: { seed: 0 } });

/** A seed of an arm whose evaluations, 100 steps apart, have these means. */
function resultOf(arm: TransferArm, seed: number, ...means: number[]): ArmResult {
  const cost = {
    actingSteps: 1,
    learningSteps: 1,
    flops: 2e12,
    seconds: 1,
    peakMemoryBytes: 1,
    devices: [],
    sessions: 1,
  };
  const points = means.map((mean, i) => ({ step: 100 * i, mean }));
  const place = { machine: 'a machine', date: '2026-11-26T00:00:00Z' };
  return { before: [...one.before], config, arm: arm.arm, seed, points, cost: { ...cost, steps: 1 }, ...place };
}

const RESULTS = ARMS.flatMap((arm, i) => [resultOf(arm, 0, 0, i / 2, 1), resultOf(arm, 1, 0, i / 2, 0.9)]);

describe.each(CASES.map((each) => [each.name, each] as const))('%s', (_, { before, environment }) => {
  test('is of environments that there are, and the one to learn was not learned before', async () => {
    const ids = before.map((earlier) => earlier.environment);
    for (const id of [...ids, environment]) expect((await resolveEnvironment(id)).id).toBe(id);
    expect(ids).not.toContain(environment);
  });
});

test('an arm is a line: scores, steps to the threshold, and what it computed', () => {
  const lines = linesOf(one, RESULTS);
  expect(lines.map(({ arm }) => arm)).toEqual(ARMS.map(({ arm }) => arm));
  expect(lines[0]).toMatchObject({ seeds: 2, before: 0, final: 0.95, stepsToThreshold: 200, there: 2, teraFlop: 2 });
  expect(lines[2]).toMatchObject({ stepsToThreshold: 100 });
});

test('the report stands between its marks, well formatted, and is replaced', async () => {
  for (let i = 0; i < 2; i++) writeReport(folder, [{ one, results: RESULTS }]);
  const text = readFileSync(join(folder, 'RESULTS.md'), 'utf8');
  expect(text.match(/## Transfer/g)).toHaveLength(1);
  expect(text).toMatch(/\| scratch +\| +2 \| +0\.000 \| +0\.950 \|/);
  expect(await format(text, { parser: 'markdown', printWidth: 120 })).toBe(text);
  const picture = /\]\((curves\/.*\.svg)\)/.exec(text)?.[1] as string;
  expect(readFileSync(join(folder, picture), 'utf8')).toContain('>fine-tuned</text>');
});

test('a result counts where its settings and what was learned before are still the same, wherever it was computed', () => {
  const [arm] = ARMS as [TransferArm];
  const path = resultPath(folder, one, arm, 0);
  mkdirSync(dirname(path), { recursive: true });
  const result = resultOf(arm, 0, 0, 1);
  saveResult(path, result);
  expect(loadResult(path, one, { ...config, threads: 1, device: 'cpu' })).toEqual(result);
  expect(loadResult(path, one, { ...config, gamma: 0.5 })).toBeNull();
  expect(loadResult(path, { ...one, before: [] }, config)).toBeNull();
});
