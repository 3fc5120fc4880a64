import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from './cli/program.ts';

/** The packed tarball, installed into an empty folder as a user would. */
describe('the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gymformer-package-'));
  const run = (file: string, words: string[], cwd: string): string =>
    execFileSync(file, words, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CI: 'true' },
    });
  let tarball = '';

  beforeAll(() => {
    const packed = JSON.parse(
      run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT),
    ) as unknown;
    // npm 11 gives a list, later ones an object by name.
    const [{ filename }] = (Array.isArray(packed) ? packed : Object.values(packed as object)) as [{ filename: string }];
    tarball = join(folder, filename);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--omit=optional', tarball], folder);
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is small: what it needs, and no sources', () => {
    expect(statSync(tarball).size).toBeLessThan(2_000_000);
  });

  test('trains', () => {
    const words = ['gymformer', 'train', 'CartPole-v1', '--steps', '2048', '--out', 'run', '--json'];
    expect(run('npx', words, folder)).toContain('"event":"done"');
  });

  test('serves the viewer that is built into it', async () => {
    const program = spawn('npx', ['gymformer', 'view', 'run', '--no-open', '--json'], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const line = await new Promise<string>((resolve) =>
        program.stdout.once('data', (text: Buffer) => resolve(String(text))),
      );
      const { event, url } = JSON.parse(line) as { event: string; url: string };
      expect(event).toBe('listening');
      const page = await (await fetch(url)).text();
      expect(page).toContain('<title>gymformer');
      const script = /src="\.?\/?([^"]+\.js)"/.exec(page)?.[1] as string;
      expect((await fetch(new URL(script, url))).status).toBe(200);
    } finally {
      process.kill(-(program.pid as number), 'SIGINT');
    }
  });

  test('offers its doors to programs, with types', () => {
    const program = `
      import { make } from 'gymformer/envs';
      import { Policy } from 'gymformer/agents';
      import { VERSION } from 'gymformer';
      console.log(make('CartPole-v1').reset({ seed: 0 }).observation.length, typeof Policy, VERSION);`;
    writeFileSync(join(folder, 'program.mjs'), program);
    expect(run('node', ['program.mjs'], folder)).toMatch(/^4 function \d+\.\d+\.\d+/);
  });
});
