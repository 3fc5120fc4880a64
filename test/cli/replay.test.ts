import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gymformer, temporaryFolder, TINY } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const options = { cwd: folder.path };

/** A game whose reward is `reward`, in a file of its own. */
function game(reward: string): string {
  return folder.write(
    'game.ts',
    `import { Box, Discrete, Generator } from 'gymformer/envs';
    export default class {
      observationSpace = new Box({ low: 0, high: 1 });
      actionSpace = new Discrete(2);
      random = new Generator(0);
      t = 0;
      reset({ seed } = {}) { if (seed !== undefined) this.random = new Generator(seed); this.t = 0; return { observation: [0], info: {} }; }
      step() {
        return { observation: [this.random.random()], reward: ${reward}, terminated: ++this.t === 5, truncated: false, info: {} };
      }
    }`,
  );
}

test('a replay is the same again, until the environment is changed', async () => {
  const path = game('1');
  expect((await gymformer(`train ${path} ${TINY} --steps 64 --out run`, options)).code).toBe(0);
  const recorded = await gymformer('record run --episodes 2 --json', options);
  const replay = recorded.json.at(-1)?.['path'] as string;
  expect(await gymformer(['replay', 'verify', replay, '--json'], options)).toMatchObject({
    code: 0,
    json: [{ event: 'verify', episodes: 2, steps: 10, same: true }],
  });
  game('this.t === 3 ? 2 : 1');
  const changed = await gymformer(['replay', 'verify', replay], options);
  expect(changed).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('episode 1, step 3: reward was 1, is now 2') as string,
  });
});

test('what is no replay is refused', async () => {
  const none = folder.write('none.gfr', 'no replay');
  expect((await gymformer(['replay', 'verify', none])).code).toBe(4);
  expect((await gymformer(['replay', 'verify', join(folder.path, 'nowhere.gfr')])).code).toBe(4);
  expect((await gymformer(['replay', 'verfy', none])).code).toBe(2);
  expect((await gymformer(['view', none, '--no-open'])).code).toBe(4);
});

test('a replay is exported as one page that asks for nothing, at the step that was asked for', async () => {
  expect((await gymformer(`train ${game('1')} ${TINY} --steps 64 --out shared`, options)).code).toBe(0);
  const recorded = await gymformer('record shared --episodes 2 --json', options);
  const replay = recorded.json.at(-1)?.['path'] as string;
  const exported = (...flags: string[]): ReturnType<typeof gymformer> =>
    gymformer(['replay', 'export', replay, ...flags], options);
  const { code, json } = await exported('--html', 'game.html', '--episode', '2', '--step', '4', '--json');
  expect(code).toBe(0);
  const page = readFileSync(join(folder.path, 'game.html'), 'utf8');
  expect(json).toEqual([{ event: 'export', path: 'game.html', bytes: Buffer.byteLength(page) }]);
  expect(page).toContain(`data-address="#replay=${basename(replay)}&#38;episode=2&#38;step=4"`);
  expect(page).toContain(readFileSync(replay).toString('base64'));
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/<(script|link|img)[^>]*(src|href)="(?!data:)/);

  expect(await exported()).toMatchObject({ code: 2, stderr: expect.stringContaining('--html is missing') as string });
  expect(await exported('--html', 'x.html', '--episode', '3')).toMatchObject({ code: 2 });
  expect(await exported('--html', 'x.html', '--step', '6')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('the last step of episode 1 is 5') as string,
  });
});
