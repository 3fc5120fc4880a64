import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Replay } from '../../src/replay/format.ts';
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
  let saved = 0;
  const words = `train CartPole-v1 --steps 1000000 --checkpoint-every 128 --out killed --json ${TINY}`;
  await gymformer(words, {
    ...here,
    onLine: (line) => {
      const event = JSON.parse(line) as { event: string; step: number };
      if (event.event === 'checkpoint') saved = event.step;
      return saved >= 256 && event.event === 'update' && event.step > saved ? 'SIGKILL' : undefined;
    },
  });
  expect(existsSync(join(folder.path, 'killed/running.json'))).toBe(true);
  const resumed = await gymformer(`train CartPole-v1 --resume --out killed --steps ${saved + 256} --json`, here);
  expect(resumed.code).toBe(0);
  expect(resumed.json[0]?.['step']).toBeGreaterThanOrEqual(saved);
  const metrics = readFileSync(join(folder.path, 'killed/metrics.jsonl'), 'utf8').trim().split('\n');
  const steps = metrics
    .map((line) => JSON.parse(line) as { event: string; step: number })
    .flatMap(({ event, step }) => (event === 'update' ? [step] : []));
  expect(steps).toEqual(Array.from({ length: steps.length }, (_, i) => 64 * (i + 1)));
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

/** Milliseconds for three programs to begin side by side, the recording one with what the others leave. */
const LONG = 180_000;

test(
  '--watch serves a run that trains, whole new episodes appear, and it ends with it',
  { timeout: LONG },
  async () => {
    const words = `train CartPole-v1 --steps 1000000 --out watched --watch ${TINY}`;
    const program = start(words.split(' '), folder.path);
    let said = '';
    program.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = once(program, 'close');
    const url = await until(() => /watch it at (http:\S+)\s/.exec(said)?.[1]);
    const replays = async (): Promise<{ id: string }[]> => {
      const runs = (await (await fetch(new URL('api/runs', url))).json()) as {
        live: boolean;
        replays: { id: string }[];
      }[];
      return runs[0]?.live ? runs[0].replays : [];
    };
    const [first] = await until(async () => ((await replays()).length > 0 ? await replays() : undefined));
    const bytes = new Uint8Array(await (await fetch(new URL(`api/replays/${first?.id}`, url))).arrayBuffer());
    expect(Replay.open(bytes)).toMatchObject({ complete: true, episodes: [expect.any(Object)] });
    await until(async () => (await replays()).length > 1 || undefined);
    program.kill('SIGINT');
    await ended;
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(existsSync(join(folder.path, 'watched/checkpoints.json'))).toBe(true);
    expect(readdirSync(join(folder.path, 'watched/replays')).filter((name) => !name.endsWith('.gfr'))).toEqual([]);
  },
);

/** Asks again and again until there is an answer; the test's own time limit ends it. */
async function until<Answer>(ask: () => Answer | undefined | Promise<Answer | undefined>): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
