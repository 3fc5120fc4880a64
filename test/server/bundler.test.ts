import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Env } from '../../envs/env.ts';
import { startServer } from '../../src/server.ts';
import type { Server } from '../../src/server.ts';
import type { BundleProblem } from '../../src/server/bundler.ts';

let folder = '';
let server: Server;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gymformer-bundler-'));
  mkdirSync(join(folder, 'viewer'));
  writeFileSync(join(folder, 'viewer', 'index.html'), '<!doctype html>');
  mkdirSync(join(folder, 'runs'));
  server = await startServer({ path: join(folder, 'runs'), viewerRoot: join(folder, 'viewer') });
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function addRun(name: string, environment: string): void {
  mkdirSync(join(folder, 'runs', name, 'replays'), { recursive: true });
  const config = { format: 1, environment, policy: 'mlp', algo: 'ppo', seed: 0, steps: 10 };
  writeFileSync(join(folder, 'runs', name, 'config.json'), JSON.stringify(config));
}

/** Writes a file, and returns its path. `minute` makes versions of it differ in age. */
function write(name: string, text: string, minute = 0): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  const time = new Date(Date.UTC(2024, 0, 1, 0, minute));
  utimesSync(path, time, time);
  return path;
}

const ask = (run: string): Promise<Response> => fetch(`${server.url}api/environments/${encodeURIComponent(run)}.js`);

interface Refusal {
  error: string;
  problems?: BundleProblem[];
}

async function refusal(run: string): Promise<Refusal & { status: number }> {
  const response = await ask(run);
  return { status: response.status, ...((await response.json()) as Refusal) };
}

interface EnvironmentModule {
  default: new (values: object) => Env<number[], number>;
  [name: string]: unknown;
}

/** Loads what the server answered, as a page would. */
async function load(run: string): Promise<EnvironmentModule> {
  const response = await ask(run);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  const text = await response.text();
  return (await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`)) as EnvironmentModule;
}

const ENVIRONMENT = `
  import { Box, Discrete, type Env } from 'gymformer/envs';
  import { FIRST } from './first.ts';
  export const parameters = { width: { kind: 'integer', default: 3, min: 1, max: 9, meaning: 'cells' } } as const;
  export default class Walk implements Env<number[], number> {
    observationSpace = new Box({ low: 0, high: 9, shape: [1] });
    actionSpace = new Discrete(2);
    reset() { return { observation: [FIRST], info: {} }; }
    step() { return { observation: [FIRST], reward: 1, terminated: true, truncated: false, info: {} }; }
  }`;

describe('the module of a run’s environment', () => {
  test('is one file that exports what the environment does, with all that it imports', async () => {
    write('first.ts', 'export const FIRST: number = 7;');
    addRun('group/walk', `${write('walk.ts', ENVIRONMENT)}:width=5`);
    const { default: Walk, parameters } = await load('group/walk');
    const env = new Walk({});
    expect(env.reset()).toEqual({ observation: [7], info: {} });
    expect(env.actionSpace).toMatchObject({ kind: 'discrete', n: 2 });
    expect(parameters).toMatchObject({ width: { default: 3 } });
  });

  test('takes of ours only what it uses', async () => {
    write('first.ts', 'export const FIRST = 7;');
    addRun('walk', write('walk.ts', ENVIRONMENT));
    expect((await (await ask('walk')).text()).length).toBeLessThan(100_000);
  });

  test('is made anew when a file that it imports has changed, and only then', async () => {
    write('first.ts', 'export const FIRST = 7;');
    addRun('walk', pathToFileURL(write('walk.ts', ENVIRONMENT)).href);
    const tag = (await ask('walk')).headers.get('etag') as string;
    const again = await fetch(`${server.url}api/environments/walk.js`, { headers: { 'If-None-Match': tag } });
    expect(again.status).toBe(304);
    write('first.ts', 'export const FIRST = 8;', 1);
    const { default: Walk } = await load('walk');
    expect(new Walk({}).reset().observation).toEqual([8]);
  });

  test('may come from a package, one export of it', async () => {
    addRun('packaged', 'fflate#zlibSync');
    const { default: exported } = await load('packaged');
    expect(exported).toBeTypeOf('function');
  });
});

describe('what is not served', () => {
  test('the environment of no run', async () => {
    const path = write('walk.ts', ENVIRONMENT);
    for (const run of ['none', path, '../walk', '', 'runs'])
      expect(await refusal(run)).toMatchObject({ error: expect.any(String) as string });
    expect((await refusal('none')).status).toBe(404);
  });

  test('an environment that the viewer has itself', async () => {
    addRun('built-in', 'CartPole-v1');
    expect(await refusal('built-in')).toMatchObject({ status: 404, error: expect.stringContaining('is built in') });
  });

  test('a file that is no module, or not there, whatever a config says', async () => {
    addRun('text', write('secret.txt', 'secret'));
    addRun('json', write('secret.json', '"secret"'));
    addRun('gone', join(folder, 'gone.ts'));
    addRun('nonsense', 'Nonsense-v9');
    for (const run of ['text', 'json', 'gone', 'nonsense']) {
      const { status, error } = await refusal(run);
      expect(status).toBe(404);
      expect(error).not.toMatch(/secret(?!\.)/);
    }
  });
});

describe('a module that no browser could load', () => {
  test.each([
    ['a mistake', 'export default class {\n  reset( {\n}', { line: 3, column: 2 }],
    ['Node', "import { readFileSync } from 'node:fs';\nexport default readFileSync;", { line: 1, column: 30 }],
    ['the trainer', "\nimport { train } from 'gymformer';\nexport default train;", { line: 2, column: 23 }],
    ['a file that is missing', "export { default } from './gone.ts';", { line: 1, column: 25 }],
  ])('%s is an error with its place', async (_, text, place) => {
    addRun('broken', write('broken.ts', text));
    const { status, error, problems } = await refusal('broken');
    expect(status).toBe(422);
    expect(problems?.[0]).toMatchObject({ file: expect.stringContaining('broken.ts') as string, ...place });
    expect(error).toContain(`broken.ts:${place.line}:${place.column}: `);
    expect(error).toContain(problems?.[0]?.message);
  });

  test('is tried again, and served once it is mended', async () => {
    addRun('broken', write('broken.ts', 'export default class {'));
    expect((await refusal('broken')).status).toBe(422);
    write('broken.ts', 'export default class {}');
    expect((await load('broken')).default).toBeTypeOf('function');
  });
});
