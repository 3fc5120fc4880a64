import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileError, UsageError } from '../../src/errors.ts';
import { startServer } from '../../src/server.ts';
import { runsOf, servedFolder } from './servedFolder.ts';

const { folder, viewerRoot, runs, serve } = servedFolder();

describe('starting', () => {
  test('nothing at the path is a FileError that says what to do', async () => {
    await expect(startServer({ path: join(folder, 'none'), viewerRoot })).rejects.toThrow(FileError);
  });

  test('a viewer that is not built is an error that says how to build it', async () => {
    const root = join(folder, 'none');
    await expect(startServer({ path: runs, viewerRoot: root })).rejects.toThrow('run `npm run build`');
  });

  test('a port that is taken is an error that names it', async () => {
    const port = Number(new URL((await serve()).url).port);
    await expect(startServer({ path: runs, viewerRoot, port })).rejects.toThrow(UsageError);
    await expect(startServer({ path: runs, viewerRoot, port })).rejects.toThrow(`port ${port} is in use`);
  });
});

test('everything comes with headers that let the page do nothing but show it', async () => {
  const { url } = await serve();
  for (const path of ['', 'assets/main.js', 'api/runs', 'api/none']) {
    const { headers } = await fetch(url + path);
    expect(headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval';",
    );
    expect(headers.get('content-security-policy')).not.toMatch(/(?<!wasm-)unsafe/);
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe(path.startsWith('api/') ? 'no-store' : 'no-cache');
  }
  expect((await fetch(url)).headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect((await fetch(`${url}assets/main.js`)).headers.get('content-type')).toBe('text/javascript; charset=utf-8');
});

test('serves the explanation of a run that has one, and says when it was made', async () => {
  const server = await serve();
  const url = `${server.url}api/explanations/first`;
  expect((await runsOf(server))[0]).not.toHaveProperty('explainedAt');
  expect((await fetch(url)).status).toBe(404);
  writeFileSync(join(runs, 'first', 'explanation.json'), '{"format":1}');
  utimesSync(join(runs, 'first', 'explanation.json'), 1_700_000_000, 1_700_000_000);
  expect((await runsOf(server))[0]).toMatchObject({ explainedAt: '2023-11-14T22:13:20.000Z' });
  expect(await (await fetch(url)).json()).toEqual({ format: 1 });
  expect((await fetch(`${server.url}api/explanations/none`)).status).toBe(404);
});
