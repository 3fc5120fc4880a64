import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replayOf, toldEpisode } from '../dataset/replays.ts';
import { gymformer, temporaryFolder } from './program.ts';

const folder = temporaryFolder();
const out = join(folder.path, 'data');
afterAll(() => folder.remove());

beforeAll(() => {
  const whole = [0, 1, 2, 3].map((number) => toldEpisode(number, 5));
  writeFileSync(join(folder.path, 'a.gfr'), replayOf([...whole, toldEpisode(4, 5, 'not')]));
});

test('dataset build makes a dataset, says what it left out, and info and verify know it', async () => {
  const built = await gymformer(['dataset', 'build', join(folder.path, 'a.gfr'), '--out', out, '--json']);
  expect(built.code).toBe(0);
  expect(built.json[0]).toMatchObject({
    event: 'dataset',
    environments: [{ id: 'Told-v0', observations: 'Box(2)', actions: 'Discrete(3)', episodes: 4, steps: 20 }],
    splits: { train: { episodes: 3, steps: 15 }, validation: { episodes: 1, steps: 5 } },
    sources: [{ run: 'told', step: 1000, leftOut: [{ episode: 5, reason: 'it is cut before its end' }] }],
  });
  const told = await gymformer(['dataset', 'info', out]);
  expect(told.stdout).toContain('4 episodes of 1 replays, 3 to learn from, 1 for validation');
  expect(told.stderr).toContain('left out: episode 5 of');
  const verified = await gymformer(['dataset', 'verify', out, '--json']);
  expect(verified.json[0]).toEqual({ event: 'verify', episodes: 4, steps: 20 });
});

test('what is typed wrong is a usage error, what is not there a file error', async () => {
  const replay = join(folder.path, 'a.gfr');
  const other = join(folder.path, 'other');
  const outcomes = await Promise.all([
    gymformer(['dataset', 'biuld', replay, '--out', other]),
    gymformer(['dataset', 'build', replay]),
    gymformer(['dataset', 'build', replay, '--out', other, '--validation', '1']),
    gymformer(['dataset', 'info', folder.path]),
    gymformer(['dataset', 'build', join(folder.path, 'none.gfr'), '--out', other]),
  ]);
  expect(outcomes.map(({ code }) => code)).toEqual([2, 2, 2, 4, 4]);
  expect(outcomes.map(({ stderr }) => stderr.trim())).toEqual([
    'error: unknown action biuld of dataset: did you mean build?',
    'error: build: --out is missing, the folder of the dataset',
    'error: --validation is 1, wanted a share from 0 to below 1',
    `error: ${folder.path} is not a dataset: there is no dataset.json in it`,
    `error: there is no replay and no run at ${join(folder.path, 'none.gfr')}`,
  ]);
  expect(existsSync(other)).toBe(false);
});
