import { afterAll, expect, test } from 'vitest';
import { gymformer, temporaryFolder, TINY } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const guest = folder.write(
  'guest.ts',
  `import { CartPole } from 'gymformer/envs';
  import { isMainThread } from 'node:worker_threads';
  export default class Guest extends CartPole {
    override step(action: number) {
      return { ...super.step(action), reward: isMainThread ? 0 : 1 };
    }
  }`,
);

test("a guest's file is trained, resumed and evaluated in worker threads", async () => {
  const run = ['--out', 'run', '--json', '--env-workers', '2'];
  const trained = await gymformer(['train', guest, '--steps', '128', ...TINY.split(' '), ...run], { cwd: folder.path });
  expect(trained.code, trained.stderr).toBe(0);
  const resumed = await gymformer(['train', guest, '--steps', '192', '--resume', ...run], { cwd: folder.path });
  expect(resumed.json.at(-1)).toMatchObject({ event: 'done', steps: 192 });
  const here = await gymformer('eval run --episodes 3 --env-workers 0 --json', { cwd: folder.path });
  expect(here.json).toMatchObject([{ mean: 0 }]);
  const there = await gymformer('eval run --episodes 3 --json', { cwd: folder.path });
  expect(there.json[0]?.['mean']).toBeGreaterThan(1);
});

test('Ctrl-C saves and leaves no worker behind', async () => {
  const words = ['train', guest, '--steps', '100000000', '--out', 'interrupted', '--json', '--env-workers', '2'];
  let updates = 0;
  const { code, json } = await gymformer([...words, ...TINY.split(' ')], {
    cwd: folder.path,
    onLine: (line) => (line.includes('"event":"update"') && ++updates === 1 ? 'SIGINT' : undefined),
  });
  // The program's end is also that of its threads.
  expect(code).toBe(130);
  expect(json.at(-1)).toMatchObject({ event: 'done', interrupted: true });
});

test('a guest that fails in a worker is named, with the step and the seed', async () => {
  const broken = folder.write(
    'broken.ts',
    `import { CartPole } from 'gymformer/envs';
    export default class Broken extends CartPole {
      override step(): never { throw new Error('the pole is lost'); }
    }`,
  );
  const { code, stderr } = await gymformer(
    ['train', broken, '--out', 'broken', '--env-workers', '2', ...TINY.split(' ')],
    {
      cwd: folder.path,
    },
  );
  expect(stderr).toMatch(
    /broken.ts: step\(\) threw Error: the pole is lost, wanted a result \(step 0 of the episode with seed \d+\)/,
  );
  expect(code).toBe(3);
});
