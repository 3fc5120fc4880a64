import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gymformer, ROOT, start, temporaryFolder, TINY } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const opts = { cwd: folder.path };

const events = (json: Record<string, unknown>[]): unknown[] => json.map(({ event }) => event);

test('a training reports its start, updates, checkpoint, evaluation and end as JSON lines', async () => {
  const { code, json } = await gymformer(`train CartPole-v1 ${TINY} --steps 128 --out json --json`, opts);
  expect(code).toBe(0);
  expect(events(json)).toEqual(['start', 'update', 'update', 'eval', 'checkpoint', 'done']);
  expect(json[1]).toMatchObject({
    step: 64,
    episodes: expect.any(Number) as number,
    stepsPerSecond: expect.any(Number) as number,
  });
  expect(json[3]).toMatchObject({
    episodes: 1,
    mean: expect.any(Number) as number,
    iqm: expect.any(Number) as number,
    ci: [expect.any(Number), expect.any(Number)] as number[],
  });
  expect(json.at(-1)).toMatchObject({ steps: 128, solved: null, interrupted: false });
});

test('a return that is not reached is said, and exits with 1', async () => {
  const { code, stdout } = await gymformer(`train CartPole-v1 ${TINY} --steps 64 --until-return 475 --out short`, opts);
  expect([code, stdout]).toEqual([1, expect.stringContaining('not solved') as string]);
});

test('a run is evaluated, recorded and listed', async () => {
  const evaluated = await gymformer('eval json --episodes 3 --json', opts);
  expect(evaluated.json).toEqual([
    expect.objectContaining({ event: 'eval', episodes: 3, standardError: expect.any(Number) as number }),
  ]);
  const recorded = await gymformer('record json --episodes 2 --json', opts);
  const path = recorded.json.at(-1)?.['path'] as string;
  expect(readFileSync(path).subarray(0, 3).toString()).toBe('GFR');
});

test('Ctrl-C saves, says how to go on, and the run goes on from there', async () => {
  const words = `train CartPole-v1 ${TINY} --steps 1000000 --out stopped --json`;
  const stopped = await gymformer(words, {
    ...opts,
    onLine: (line) => (line.includes('"update":2,') ? 'SIGINT' : undefined),
  });
  expect(stopped.code).toBe(130);
  const done = stopped.json.at(-1) as { event: string; interrupted: boolean; steps: number };
  expect(done).toMatchObject({ event: 'done', interrupted: true });
  const resumed = await gymformer(`train CartPole-v1 --resume --out stopped --steps ${done.steps + 64} --json`, opts);
  expect(resumed.json[0]).toMatchObject({ event: 'start', step: done.steps });
  expect(resumed.json.at(-1)).toMatchObject({ steps: done.steps + 64 });
});

test('kill -9 loses nothing from before the last checkpoint', async () => {
  let saved = 0;
  const words = `train CartPole-v1 ${TINY} --steps 1000000 --checkpoint-every 128 --out killed --json`;
  await gymformer(words, {
    ...opts,
    onLine: (line) => {
      const event = JSON.parse(line) as { event: string; step: number };
      if (event.event === 'checkpoint') saved = event.step;
      return saved >= 256 && event.event === 'update' && event.step > saved ? 'SIGKILL' : undefined;
    },
  });
  expect(existsSync(join(folder.path, 'killed', 'running.json'))).toBe(true);
  const resumed = await gymformer(`train CartPole-v1 --resume --out killed --steps ${saved + 256} --json`, opts);
  expect(resumed.code).toBe(0);
  expect(resumed.json[0]?.['step']).toBeGreaterThanOrEqual(saved);
  const steps = readFileSync(join(folder.path, 'killed', 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; step: number })
    .flatMap(({ event, step }) => (event === 'update' ? [step] : []));
  expect(steps).toEqual(Array.from({ length: steps.length }, (_, i) => 64 * (i + 1)));
});

test('--watch serves the run while it trains, and new episodes appear', async () => {
  const program = start(
    `train CartPole-v1 ${TINY} --steps 1000000 --replay-every 256 --out watched --watch`.split(' '),
    folder.path,
  );
  let stderr = '';
  program.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise((resolve) => program.on('close', resolve));
  try {
    const url = await until(() => /http:\/\/127\.0\.0\.1:\d+/.exec(stderr)?.[0]);
    const replays = async (): Promise<number> => {
      const runs = (await (await fetch(`${url}/api/runs`)).json()) as { live: boolean; replays: unknown[] }[];
      return runs[0]?.live ? runs[0].replays.length : 0;
    };
    const first = await until(async () => (await replays()) || undefined);
    await until(async () => (await replays()) > first || undefined);
  } finally {
    program.kill('SIGINT');
    await ended;
  }
});

test('an environment of one’s own is checked, traced, trained, evaluated and recorded', async () => {
  const path = join(ROOT, 'examples/customEnvironment.ts');
  expect((await gymformer(`check ${path}`, opts)).code).toBe(0);
  expect((await gymformer(`trace ${path} --seed 1 --actions 0,1,2`, opts)).json).toHaveLength(4);
  const trained = await gymformer(`train ${path} --steps 12000 --seed 1 --out catch --json`, opts);
  expect(trained.code).toBe(0);
  const { json } = await gymformer('eval catch --episodes 20 --json', opts);
  expect(json[0]?.['mean']).toBeGreaterThan(5); // 10 of 10 fruits; -14 untrained
  expect((await gymformer('record catch --episodes 1', opts)).code).toBe(0);
});

async function until<T>(ready: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await ready();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
