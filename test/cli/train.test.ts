import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gymformer, start, temporaryFolder, TINY } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const here = { cwd: folder.path };

test('--json prints one event a line: start, updates, evaluation, checkpoint, done', async () => {
  const { code, json, stdout, stderr } = await gymformer(
    `train CartPole-v1 --steps 128 --out events --json ${TINY}`,
    here,
  );
  expect(code).toBe(0);
  expect(stderr).toBe('');
  expect(json).toHaveLength(stdout.trim().split('\n').length);
  expect(json.map(({ event }) => event)).toEqual(['start', 'update', 'update', 'eval', 'checkpoint', 'done']);
  expect(json[1]).toMatchObject({
    step: 64,
    episodes: expect.any(Number),
    stepsPerSecond: expect.any(Number),
    policyLoss: expect.any(Number),
  });
  expect(json[3]).toMatchObject({
    episodes: 1,
    mean: expect.any(Number),
    iqm: expect.any(Number),
    ci: [expect.any(Number), expect.any(Number)],
  });
  expect(json[5]).toMatchObject({ run: join(folder.path, 'events'), steps: 128, solved: null, interrupted: false });
});

test('runs that are not told where to go get a name of their own, and the latest is resumed', async () => {
  await gymformer(`train CartPole-v1 --policy mlp --steps 64 ${TINY}`, here);
  const plain = await gymformer(`train CartPole-v1 --policy mlp --steps 64 ${TINY}`, here);
  expect(readdirSync(join(folder.path, 'runs'))).toEqual(['CartPole-v1-mlp-1', 'CartPole-v1-mlp-2']);
  expect(plain.stdout).toMatch(/^CartPole-v1 trained: mean return .* over 1 episodes, 64 steps in \d+ s\n$/);
  const { json } = await gymformer('train CartPole-v1 --resume --steps 128 --json', here);
  expect(json[0]).toMatchObject({ run: join(folder.path, 'runs/CartPole-v1-mlp-2'), step: 64 });
});

test('a return that is not reached within the steps is said, and exits with 1', async () => {
  const { code, stdout } = await gymformer(`train CartPole-v1 --steps 64 --until-return 475 --out short ${TINY}`, here);
  expect(stdout).toMatch(/not solved/);
  expect(code).toBe(1);
});

test('Ctrl-C saves a checkpoint, says how to go on, and exits with 130; what it says works', async () => {
  const interrupted = await gymformer(`train CartPole-v1 --steps 1000000 --out stopped --json ${TINY}`, {
    ...here,
    onLine: (line) => (line.includes('"update":3') ? 'SIGINT' : undefined),
  });
  expect(interrupted.code).toBe(130);
  const done = interrupted.json.at(-1) as { steps: number };
  expect(done).toMatchObject({ event: 'done', interrupted: true });
  expect(interrupted.stderr).toMatch(/go on with: .*train CartPole-v1 --resume --out stopped/);
  const { json } = await gymformer(`train CartPole-v1 --resume --out stopped --steps ${done.steps + 64} --json`, here);
  expect(json[0]).toMatchObject({ event: 'start', step: done.steps });
  expect(json.at(-1)).toMatchObject({ event: 'done', steps: done.steps + 64 });
});

test('after a kill -9 nothing before the last checkpoint is lost', async () => {
  const killed = await gymformer(
    `train CartPole-v1 --steps 1000000 --checkpoint-every 128 --out killed --json ${TINY}`,
    {
      ...here,
      onLine: (line) => (line.includes('"update":7') ? 'SIGKILL' : undefined),
    },
  );
  const saved = killed.json.filter(({ event }) => event === 'checkpoint').at(-1) as { step: number };
  expect(saved.step).toBeGreaterThan(0);
  const { code, json } = await gymformer('train CartPole-v1 --resume --out killed --steps 1024 --json', here);
  expect(code).toBe(0);
  expect((json[0] as { step: number }).step).toBeGreaterThanOrEqual(saved.step);
});

test('eval and record print what the table of the commands says', async () => {
  await gymformer(`train ProofofMemory-v0 --steps 64 --out played ${TINY}`, here);
  const { json, code } = await gymformer('eval played --episodes 5 --seed 1 --json', here);
  expect(code).toBe(0);
  expect(json).toHaveLength(1);
  expect(Object.keys(json[0] as object)).toEqual(
    expect.arrayContaining(['event', 'episodes', 'mean', 'standardError', 'iqm', 'ci']),
  );
  const again = await gymformer('eval played --episodes 5 --seed 1', here);
  expect(again.stdout).toMatch(/mean return .* ± [\s\S]*95 % interval[\s\S]*interquartile mean/);
  const recorded = await gymformer('record played', here);
  expect(recorded.stdout).toMatch(/recorded 5 episodes: .*\.gfr/);
  expect(readdirSync(join(folder.path, 'played/replays'))).toHaveLength(1);
});

test('--watch serves the viewer while training lasts', async () => {
  const program = start(`train CartPole-v1 --steps 1000000 --out watched --watch ${TINY}`.split(' '), folder.path);
  let said = '';
  let url: string | undefined;
  for await (const text of program.stderr.setEncoding('utf8')) {
    said += text as string;
    const found = /watch it at (http:\S+)\s/.exec(said)?.[1];
    if (!found || url) continue;
    url = found;
    const runs: unknown = await (await fetch(new URL('api/runs', url))).json();
    expect(JSON.stringify(runs)).toContain('watched');
    program.kill('SIGINT');
  }
  expect(url, said).toBeDefined();
  await expect(fetch(url as string)).rejects.toThrow('fetch failed');
  expect(existsSync(join(folder.path, 'watched/checkpoints.json'))).toBe(true);
});
