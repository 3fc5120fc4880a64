import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { raw, runsOf, servedFolder, smallReplay } from './servedFolder.ts';

const { folder, viewerRoot, runs, addRun, serve } = servedFolder();

describe('what the server does not do', () => {
  test.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%252fsecret.txt',
    '/.%2e/secret.txt',
    '/assets/....//secret.txt',
    '/%c0%ae%c0%ae/secret.txt',
    '/api/../secret.txt',
    '/api/replays/%2e%2e/%2e%2e/secret.txt',
    '/api/replays/first/%2e%2e/one.gfr',
    '/api/replays//first/one.gfr',
    '/api/replays/first%00/one.gfr',
    '/index.html%00.js',
    '/C:/secret.txt',
    'file:///etc/passwd',
    'http://127.0.0.1/secret.txt',
    `/${'a/'.repeat(4000)}`,
    '/api/replays/..%2f..%2fsecret.txt',
    '/%00',
    '/%',
    '//etc/passwd',
    '/assets',
  ])('%s leads to nothing', async (path) => {
    const { status, body } = await raw(await serve(), path);
    expect([400, 404]).toContain(status);
    expect(JSON.parse(body)).toEqual({ error: expect.any(String) as string });
  });

  test('links out of the viewer and out of the runs are not followed', async () => {
    symlinkSync(join(folder, 'secret.txt'), join(viewerRoot, 'link.txt'));
    symlinkSync(join(folder, 'secret.txt'), join(runs, 'first', 'replays', 'link.gfr'));
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'other.gfr'), 'secret');
    symlinkSync(outside, join(runs, 'linked'));
    rmSync(join(addRun('third', 1), 'replays'), { recursive: true });
    symlinkSync(outside, join(runs, 'third', 'replays'));
    const server = await serve();
    expect((await fetch(`${server.url}link.txt`)).status).toBe(404);
    const replays = (await runsOf(server)).flatMap((run) => run.replays.map(({ id }) => id));
    expect(replays).toEqual(['first/one.gfr']);
    for (const id of ['first/link.gfr', 'third/other.gfr', 'linked/other.gfr'])
      expect((await fetch(`${server.url}api/replays/${id}`)).status).toBe(404);
  });

  test('it answers to no other host, so that no web page can pose as this machine', async () => {
    const server = await serve();
    const { port } = new URL(server.url);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
      expect((await raw(server, '/api/runs', { host })).status).toBe(200);
    for (const host of ['evil.example', `evil.example:${port}`, 'localhost', `localhost.evil.example:${port}`])
      expect((await raw(server, '/api/runs', { host })).status, host).toBe(403);
  });

  test('absolute paths of what it serves lead to nothing', async () => {
    const server = await serve();
    for (const path of [
      join(folder, 'secret.txt'),
      join(viewerRoot, 'index.html'),
      join(runs, 'first/replays/one.gfr'),
    ])
      for (const prefix of ['', '/', '/api/replays/', '/api/replays'])
        expect((await raw(server, prefix + path)).status, prefix + path).toBeGreaterThanOrEqual(400);
  });

  test('a link that takes the place of a replay after it was listed is not followed', async () => {
    const server = await serve();
    await runsOf(server);
    const file = join(runs, 'first', 'replays', 'one.gfr');
    rmSync(file);
    symlinkSync(join(folder, 'secret.txt'), file);
    expect((await raw(server, '/api/replays/first/one.gfr')).status).toBe(404);
  });

  test('a request from another site, as browsers mark them, gets nothing', async () => {
    const server = await serve();
    const { host } = new URL(server.url);
    const from = (headers: Record<string, string>): Promise<number> =>
      raw(server, '/api/runs', { headers }).then(({ status }) => status);
    for (const origin of ['https://evil.example', 'null', `http://evil.example:${host.split(':')[1]}`])
      expect(await from({ origin }), origin).toBe(403);
    expect(await from({ origin: `http://${host}` })).toBe(200);
    expect(await from({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await from({ 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await from({ 'sec-fetch-site': 'same-origin' })).toBe(200);
    // A link on another page, or a bookmark, may lead to the viewer.
    const navigation = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await raw(server, '/', { headers: navigation })).status).toBe(200);
    expect((await raw(server, '/api/runs', { headers: navigation })).status).toBe(403);
  });

  test('it does not read what is too long to be asked for', async () => {
    const server = await serve();
    expect((await raw(server, `/${'a'.repeat(100_000)}`)).status).toBe(431);
    expect((await raw(server, '/', { headers: { 'x-long': 'a'.repeat(100_000) } })).status).toBe(431);
  });

  test('many visitors that come and go, in the middle of a file too, leave nothing open', async () => {
    const large = join(runs, 'first', 'replays', 'large.gfr');
    writeFileSync(large, Buffer.concat([smallReplay(), Buffer.alloc(2 ** 24)]));
    const server = await serve();
    await runsOf(server);
    await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const visit = new AbortController();
        const path = ['api/replays/first/large.gfr', 'api/events', 'api/runs'][i % 3] as string;
        const response = await fetch(server.url + path, { signal: visit.signal });
        const reader = response.body?.getReader();
        await reader?.read();
        visit.abort();
      }),
    );
    await expect.poll(() => openFiles(large)).toBe(0);
    expect((await raw(server, '/api/runs')).status).toBe(200);
  });

  test('it takes nothing but GET and HEAD', async () => {
    const server = await serve();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect((await raw(server, '/api/runs', { method })).status).toBe(405);
    expect(await raw(server, '/', { method: 'HEAD' })).toEqual({ status: 200, body: '' });
    expect(await raw(server, '/api/events', { method: 'HEAD' })).toEqual({ status: 200, body: '' });
  });

  test('it cannot be reached but from this machine', async () => {
    const { hostname, port } = new URL((await serve()).url);
    expect(hostname).toBe('127.0.0.1');
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.2', port: Number(port) });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    expect(reached).toBe(false); // also this machine, by an address that a server on all addresses would answer
  });
});

/** How many descriptors of this process are of a file; 0 where the system does not tell. */
function openFiles(path: string): number {
  const list = '/proc/self/fd';
  if (!existsSync(list)) return 0;
  return readdirSync(list).filter((fd) => {
    try {
      return readlinkSync(join(list, fd)) === path;
    } catch {
      return false; // closed meanwhile
    }
  }).length;
}
