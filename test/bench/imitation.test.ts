import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CASES } from '../../bench/imitation/cases.ts';
import { type ImitationResult, loadResult, resultPath, saveResult } from '../../bench/imitation/results.ts';
import { resolveConfig } from '../../src/config.ts';
import { resolveEnvironment } from '../../src/plugins.ts';

const folder = mkdtempSync(join(tmpdir(), 'gymformer-imitation-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(CASES.map((one) => [one.name, one] as const))('%s', (_, one) => {
  test('is of an environment that there is, with settings that can be', async () => {
    const { id, preset = {} } = await resolveEnvironment(one.environment);
    expect(id).toBe(one.environment);
    expect(() => resolveConfig({ environment: id, preset, flags: { ...one.training } })).not.toThrow();
  });
});

test('a result is found again, unless the case has changed since, or the file holds something else', () => {
  const [one] = CASES as [(typeof CASES)[number]];
  const returns = { mean: 1, standardError: 0 };
  const result: ImitationResult = {
    ...{ asked: JSON.stringify(one), seed: 0, machine: 'one', device: 'simd', commit: null, date: '2026-01-01' },
    ...{ demonstrator: 1, episodes: 50, shown: 1000, steps: 2000, seconds: 3, heldOutEpisodes: 5 },
    ...{ accuracy: 1, macroRecall: 1, macroF1: null, likeliest: returns, drawn: returns, targets: [] },
  };
  const path = resultPath(folder, one, 0);
  saveResult(path, result);
  expect(loadResult(path, one)).toEqual(result);
  expect(loadResult(path, { ...one, episodes: one.episodes + 1 })).toBeNull();
  expect(loadResult(resultPath(folder, one, 1), one)).toBeNull();
  writeFileSync(path, '{}');
  expect(loadResult(path, one)).toBeNull();
});
