import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gymformer, type Outcome, ROOT, temporaryFolder } from './program.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8')) as unknown;

/** What `npm install` would leave there, of what is installed here. */
function installLinks(project: string): void {
  mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
  symlinkSync(ROOT, join(project, 'node_modules/gymformer'), 'junction');
  const { devDependencies } = read(join(project, 'package.json')) as { devDependencies: Record<string, string> };
  for (const name of Object.keys(devDependencies))
    symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name), 'junction');
}

describe('a new project', () => {
  const project = join(folder.path, 'My Game');
  let made: Outcome;

  beforeAll(async () => {
    made = await gymformer(['init', 'My Game'], { cwd: folder.path });
    installLinks(project);
  });

  test('has an environment, its test, a config and all that npm, TypeScript and git want', () => {
    expect(made).toMatchObject({ code: 0 });
    const files = ['.gitignore', 'README.md', 'config.json', 'env.test.ts', 'env.ts', 'package.json', 'tsconfig.json'];
    expect(readdirSync(project).filter((name) => name !== 'node_modules')).toEqual(files);
    for (const name of files) expect(made.stdout).toContain(name);
    expect(made.stderr).toContain('cd "My Game"\n  npm install\n  npm test\n  npm run train');
    expect(read(join(project, 'package.json'))).toMatchObject({
      name: 'my-game',
      // This program runs from a clone.
      dependencies: { gymformer: expect.stringMatching(/^file:\.\./) as unknown },
    });
  });

  test('passes its own test', () => {
    const { scripts } = read(join(project, 'package.json')) as { scripts: { test: string } };
    const commands = scripts.test.replace(/^tsc\b/, 'node node_modules/typescript/bin/tsc');
    const { status, stdout, stderr } = spawnSync(commands, { cwd: project, shell: true, encoding: 'utf8' });
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/pass 4\b/);
  });

  test('keeps the contract, and shows what it does', async () => {
    expect(await gymformer('check ./env.ts', { cwd: project })).toMatchObject({ code: 0 });
    const { json } = await gymformer('trace ./env.ts --seed 0 --actions 0,2', { cwd: project });
    expect(json.map(({ event }) => event)).toEqual(['reset', 'step', 'step', 'reset']);
    expect(json[2]).toMatchObject({ terminated: true });
  });

  test('trains to the return that its config wants', async () => {
    const { untilReturn } = read(join(project, 'config.json')) as { untilReturn: number };
    const { code, json } = await gymformer('train ./env.ts --config config.json --out run --json', { cwd: project });
    expect(json.at(-1)).toMatchObject({ event: 'done', solved: true });
    const last = json.findLast(({ event }) => event === 'eval') as { mean: number; success: number };
    expect(last.mean).toBeGreaterThanOrEqual(untilReturn);
    expect(last.success).toBe(last.mean);
    expect(code).toBe(0);
  });
});

test('an empty folder is filled, also the one that the program stands in; --json says with what', async () => {
  const here = join(folder.path, 'here');
  mkdirSync(join(here, '.git'), { recursive: true });
  const { code, json } = await gymformer('init . --json', { cwd: here });
  expect(code).toBe(0);
  expect(json).toEqual([
    { event: 'init', path: here, files: expect.arrayContaining(['env.ts', '.gitignore']) as unknown },
  ]);
  expect(existsSync(join(here, 'env.ts'))).toBe(true);
});

test('a folder that holds something, and a file, are left as they are', async () => {
  folder.write('notes.txt', 'mine');
  const before = readdirSync(folder.path);
  for (const [target, reason] of [
    ['.', /is not empty/],
    ['notes.txt', /is a file/],
  ] as const) {
    const { code, stderr } = await gymformer(`init ${target}`, { cwd: folder.path });
    expect(stderr).toMatch(reason);
    expect(code).toBe(2);
  }
  expect(readdirSync(folder.path)).toEqual(before);
});

test('where it cannot be written, nothing is left', async () => {
  folder.write('file', '');
  const { code, stderr } = await gymformer('init file/game', { cwd: folder.path });
  expect(stderr).toMatch(/cannot write .*game/);
  expect(code).toBe(1);
  expect(existsSync(join(folder.path, 'file/game.partial'))).toBe(false);
});
