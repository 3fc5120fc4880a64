import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gymformer, ROOT, start, temporaryFolder } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const here = { cwd: folder.path };

test('bench without a name lists the benchmarks, and npm run bench does the same', async () => {
  const { code, json, stdout } = await gymformer('bench --json');
  expect(code).toBe(0);
  const quick = ['env', 'train-step', 'act', 'ppo', 'watch', 'solve', 'explain', 'pretrained', 'gail', 'viewer'];
  const benches = [...quick, 'learning', 'imitation', 'transfer', 'modalities'];
  expect(json.map(({ bench }) => bench)).toEqual(benches);
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
  ['CartPole', 25],
  ['CartPole, 16 x 64', 450],
])('a step of %s takes at most %i bytes of a replay', async (name, most) => {
  const { code, json } = await gymformer(['bench', 'viewer', '--only', name, '--json']);
  expect(code).toBe(0);
  expect(json).toEqual([{ bench: 'viewer', case: name, steps: 2000, bytesAStep: expect.any(Number) as number }]);
  expect(json[0]?.['bytesAStep']).toBeLessThan(most);
});

test('without a Chromium the viewer is not measured, and it is said what is missing', async () => {
  const env = { PATH: '', CHROMIUM: '', PLAYWRIGHT_BROWSERS_PATH: folder.path };
  const { code, stdout, stderr } = await gymformer('bench viewer --only one-episode --json', { env });
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('there is no Chromium to measure the viewer in: install one, or set CHROMIUM to its path');
});

const MLP = 'bench learning --only CartPole-v1/mlp';
/** Milliseconds for a whole training, on a machine that is busy with others. */
const LONG = 240_000;

test(
  'learning trains each seed once: the second call reads what the first one measured',
  { timeout: LONG },
  async () => {
    const { code, json } = await gymformer(`${MLP} --seeds 1 --jobs 2 --json`, here);
    expect(code).toBe(0);
    expect(json).toHaveLength(1);
    expect(json[0]).toMatchObject({
      ...{
        bench: 'learning',
        case: 'CartPole-v1',
        variant: 'mlp',
        policy: 'mlp',
        algo: 'ppo',
        device: 'simd',
        seeds: 1,
      },
      ...{ steps: expect.any(Number), mean: expect.any(Number), low: expect.any(Number), high: expect.any(Number) },
      ...{ iqm: expect.any(Number), success: null, seconds: expect.any(Number), reached: expect.any(Boolean) },
    });
    const path = join(folder.path, 'bench/results/CartPole-v1/mlp/0.json');
    const { evaluations, final } = JSON.parse(readFileSync(path, 'utf8')) as {
      evaluations: { step: number; seconds: number; mean: number }[];
      final: { episodes: number };
    };
    expect(evaluations.length).toBeGreaterThan(20);
    expect(final.episodes).toBe(100);
    const report = readFileSync(join(folder.path, 'bench/RESULTS.md'), 'utf8');
    expect(report).toMatch(/\| CartPole-v1 \| mlp +\| ppo +\| +1 \|/);
    expect(existsSync(join(folder.path, 'bench/curves/CartPole-v1.svg'))).toBe(true);

    const before = statSync(path).mtimeMs;
    expect((await gymformer(`${MLP} --seeds 1 --json`, here)).json).toEqual(json);
    expect((await gymformer(`${MLP} --report --json`, here)).json).toEqual(json);
    expect(statSync(path).mtimeMs).toBe(before);
  },
);

test('Ctrl-C keeps the seeds that are done, loses the running one, and exits with 130', { timeout: LONG }, async () => {
  const program = start([...MLP.split(' '), '--seeds', '50', '--out', 'stopped'], folder.path);
  let said = '';
  program.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(program, 'close');
  const results = join(folder.path, 'stopped/results/CartPole-v1/mlp');
  while (!existsSync(join(results, '0.json'))) await new Promise((resolve) => setTimeout(resolve, 20));
  program.kill('SIGINT');
  const [code] = (await ended) as [number];
  expect(said).toMatch(/stopped; what is done is kept/);
  expect(code).toBe(130);
  const files = readdirSync(results);
  expect(files.length).toBeLessThan(50);
  for (const file of files) {
    expect(file).toMatch(/^\d+\.json$/);
    expect(JSON.parse(readFileSync(join(results, file), 'utf8'))).toHaveProperty('final');
  }
});

test('what cannot be trained is named, with why', async () => {
  const { code, stdout, stderr } = await gymformer(`${MLP} --seeds 1 --device cuda --out absent`, here);
  expect(stderr).toMatch(/not everything was trained:\nCartPole-v1\/mlp, seed 0: device cuda is not available/);
  expect(stdout).toBe('');
  expect(code).toBe(1);
});

test.each([
  [
    'bench learning --only CartPole-v1/mpl',
    2,
    /learning has no case CartPole-v1\/mpl: did you mean CartPole-v1\/mlp\?/,
  ],
  ['bench learning --report --out nowhere', 2, /no results in nowhere\/results/],
  ['bench learning --jobs 0', 2, /--jobs is 0, wanted an integer from 1 on/],
  ['bench act --jobs 2', 2, /act has no --jobs/],
  ['bench env --report', 2, /env has no --report/],
  ['bench trainstep', 2, /unknown benchmark trainstep.*train-step/],
  ['bench act --only 17 --device simd', 2, /act has no case 17/],
  ['bench act --device cuda', 2, /device cuda is not available.*npm install/],
  ['bench solve --seeds 0', 2, /--seeds is 0, wanted an integer from 1 on/],
])('%s says what is wrong', async (words, exitCode, message) => {
  const { code, stderr } = await gymformer(words, here);
  expect(stderr).toMatch(message);
  expect(code).toBe(exitCode);
});
