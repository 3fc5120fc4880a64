import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { gymformer, ROOT } from './program.ts';

test('bench without a name lists the benchmarks, and npm run bench does the same', async () => {
  const { code, json, stdout } = await gymformer('bench --json');
  expect(code).toBe(0);
  expect(json.map(({ bench }) => bench)).toEqual(['env', 'train-step', 'act', 'ppo', 'solve', 'learning']);
  const words = ['run', '--silent', 'bench', '--', '--json'];
  expect(execFileSync('npm', words, { cwd: ROOT, encoding: 'utf8' })).toBe(stdout);
});

test('a measurement is a line with its bench, case, device and figures', async () => {
  const { code, json } = await gymformer('bench act --only 16 --device simd --json');
  expect(code).toBe(0);
  expect(json).toEqual([
    { bench: 'act', case: '16', device: 'simd', environments: 16, microseconds: expect.any(Number) as number },
  ]);
  expect(json[0]?.['microseconds']).toBeGreaterThan(0);
});

test('environments are measured one at a time and side by side', async () => {
  const { json } = await gymformer('bench env --only CartPole-v1 --json');
  expect(json.map(({ case: id, mode }) => [id, mode])).toEqual([
    ['CartPole-v1', 'single'],
    ['CartPole-v1', 'vectorised'],
  ]);
  for (const { stepsPerSecond } of json) expect(stepsPerSecond).toBeGreaterThan(0);
});

test.each([
  ['bench trainstep', 2, /unknown benchmark trainstep.*train-step/],
  ['bench act --only 17 --device simd', 2, /act has no case 17/],
  ['bench act --device cuda', 2, /device cuda is not available.*npm install/],
  ['bench solve --seeds 0', 2, /--seeds is 0, wanted an integer from 1 on/],
])('%s says what is wrong', async (words, exitCode, message) => {
  const { code, stderr } = await gymformer(words);
  expect(stderr).toMatch(message);
  expect(code).toBe(exitCode);
});
