import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT, temporaryFolder, TINY } from './cli/program.ts';

const MEGABYTE = 2 ** 20;
const folder = temporaryFolder();
afterAll(folder.remove);

/** Runs npm or npx as a person would, in a folder. */
function npm(command: string, cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, {
    cwd,
    encoding: 'utf8',
    shell: true,
    env: cleanEnvironment(),
  });
  if (status !== 0) throw new Error(`${command} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** Without what an npm around these tests has set for itself. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^npm_(lifecycle|package|command|execpath|node)/.test(name),
  );
  return { ...Object.fromEntries(entries), CI: 'true' };
}

describe('the packed package, installed into an empty folder', () => {
  let tarball = '';

  beforeAll(() => {
    const packed: unknown = JSON.parse(
      npm(`npm pack --json --ignore-scripts --pack-destination "${folder.path}"`, ROOT),
    );
    // npm 11 gives a list, others an object by name.
    const [{ filename }] = (Array.isArray(packed) ? packed : Object.values(packed as object)) as [{ filename: string }];
    tarball = join(folder.path, filename);
    writeFileSync(join(folder.path, 'package.json'), '{ "private": true }');
    npm(`npm install "${tarball}" --prefer-offline --no-audit --no-fund`, folder.path);
  }, 300_000);

  test('is small, and holds the program with its types, the viewer, the template, and no sources, tests or maps', () => {
    expect(statSync(tarball).size).toBeLessThan(2 * MEGABYTE);
    const files = npm(`tar -tzf "${tarball}"`, folder.path).split('\n');
    expect(files).toEqual(
      expect.arrayContaining([
        'package/dist/src/cli/main.js',
        'package/dist/src/index.d.ts',
        'package/dist/envs/index.d.ts',
        'package/dist/agents/index.d.ts',
        'package/dist/viewer/index.html',
        'package/dist/template/env.ts',
        'package/dist/template/_gitignore',
        'package/README.md',
        'package/LICENSE',
      ]),
    );
    const ours = files.filter((file) => !file.startsWith('package/dist/template/'));
    expect(ours.filter((file) => /(?<!\.d)\.ts$|\.map$|\/test\//.test(file))).toEqual([]);
  });

  test('npx gymformer train trains', () => {
    const lines = npm(`npx gymformer train CartPole-v1 --steps 2048 --out run --json ${TINY}`, folder.path)
      .trim()
      .split('\n');
    expect(JSON.parse(lines.at(-1) as string)).toMatchObject({ event: 'done', steps: 2048 });
  });

  test('npx gymformer init makes a project that, once installed, passes its own test', () => {
    npm('npx gymformer init game', folder.path);
    const game = join(folder.path, 'game');
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(JSON.parse(readFileSync(join(game, 'package.json'), 'utf8'))).toMatchObject({
      dependencies: { gymformer: `^${version}` },
    });
    // This very version, which no registry has yet.
    npm(`npm install "${tarball}" --prefer-offline --no-audit --no-fund`, game);
    expect(npm('npm test', game)).toMatch(/pass 4\b/);
    expect(npm('npm run check', game)).toContain('claims hold');
  });

  test('npx gymformer view serves the viewer that is in it', async () => {
    const server = spawn('npx', ['gymformer', 'view', 'run', '--no-open', '--json'], {
      cwd: folder.path,
      env: cleanEnvironment(),
      detached: true, // a group of its own: npx, its shell and the server
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: server.stdout })) {
      const { url } = JSON.parse(line) as { url: string };
      const page = await (await fetch(url)).text();
      const script = /src="([^"]+\.js)"/.exec(page)?.[1] as string;
      expect((await fetch(new URL(script, url))).status).toBe(200);
      expect(JSON.stringify(await (await fetch(new URL('api/runs', url))).json())).toContain('CartPole-v1');
      process.kill(-(server.pid as number), 'SIGINT');
    }
  });

  test('its three doors open, for programs and for the types of programs', () => {
    const program = `
      import { train, VERSION } from 'gymformer';
      import { Box, make } from 'gymformer/envs';
      import { Policy } from 'gymformer/agents';
      console.log([train, Box, make, Policy].every((part) => typeof part === 'function') && VERSION);`;
    writeFileSync(join(folder.path, 'program.mjs'), program);
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(npm('node program.mjs', folder.path).trim()).toBe(version);

    writeFileSync(
      join(folder.path, 'program.ts'),
      `import type { Config, TrainEvent } from 'gymformer';
      import { Box, type Env } from 'gymformer/envs';
      export const space: Box = new Box({ low: 0, high: 1 });
      export const steps = (config: Config): number => config.steps;
      export const names = (event: TrainEvent, env: Env): string => event.event + env.actionSpace.kind;`,
    );
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    npm(
      `node "${tsc}" --noEmit --strict --module nodenext --target es2022 --skipLibCheck --types "" program.ts`,
      folder.path,
    );
  });
});

test('the lock file names no registry of its own', () => {
  expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toMatch(
    /"resolved": "(?!https:\/\/registry\.npmjs\.org\/)/,
  );
});
