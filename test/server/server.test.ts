import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config.ts';
import { FileError, UsageError } from '../../src/errors.ts';
import { ReplayEncoder } from '../../src/replay/format.ts';
import { startServer } from '../../src/server.ts';
import type { Server } from '../../src/server.ts';
import type { AgentEntry } from '../../src/server/agents.ts';
import type { RunEntry } from '../../src/server/listing.ts';
import { CART_POLE_HEADER, cartPoleEpisode } from '../replay/cartPoleMoments.ts';

let folder = '';
let viewerRoot = '';
let runs = '';
const servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gymformer-server-'));
  viewerRoot = join(folder, 'viewer');
  runs = join(folder, 'runs');
  mkdirSync(join(viewerRoot, 'assets'), { recursive: true });
  writeFileSync(join(viewerRoot, 'index.html'), '<!doctype html>');
  writeFileSync(join(viewerRoot, 'assets', 'main.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  addRun('first', 1_700_000_000);
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const update = (step: number, meanReturn: number | null): string =>
  `${JSON.stringify({ event: 'update', step, meanReturn })}\n`;

/** A run that was last touched at a time in seconds since 1970. */
function addRun(name: string, seconds: number): string {
  const path = join(runs, name);
  mkdirSync(join(path, 'replays'), { recursive: true });
  const config = { format: 1, environment: 'CartPole-v1', policy: 'transformer', algo: 'ppo', seed: 3, steps: 1000 };
  writeFileSync(join(path, 'config.json'), JSON.stringify(config));
  writeFileSync(join(path, 'metrics.jsonl'), update(100, null) + update(200, 21.5));
  writeFileSync(join(path, 'replays', 'one.gfr'), smallReplay());
  for (const file of ['config.json', 'metrics.jsonl', 'replays/one.gfr'])
    utimesSync(join(path, file), seconds, seconds);
  return path;
}

function smallReplay(): Uint8Array {
  const encoder = new ReplayEncoder(CART_POLE_HEADER);
  encoder.begin(1);
  for (const moment of cartPoleEpisode(3)) encoder.add(moment);
  return Buffer.concat([encoder.prelude(), encoder.finish()]);
}

async function serve(path = runs): Promise<Server> {
  const server = await startServer({ path, viewerRoot });
  servers.push(server);
  return server;
}

async function runsOf(server: Server): Promise<RunEntry[]> {
  return (await (await fetch(`${server.url}api/runs`)).json()) as RunEntry[];
}

/** A request as given, without what `fetch` would tidy up. */
function raw(
  server: Server,
  path: string,
  options: { method?: string; host?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: string }> {
  const { port, host } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const headers = { host: options.host ?? host, ...options.headers };
    const sent = request({ host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject).end();
  });
}

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

/** Reads server-sent events: the list of runs as it is after each. */
async function listen(server: Server): Promise<{ next: () => Promise<RunEntry[]>; cancel: () => Promise<void> }> {
  const response = await fetch(`${server.url}api/events`);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  let runsNow: RunEntry[] = [];
  const next = async (): Promise<RunEntry[]> => {
    for (;;) {
      const event = /event: (runs?)\ndata: (.*)\n\n/.exec(text);
      if (event) {
        text = text.slice(event.index + event[0].length);
        const told = JSON.parse(event[2] as string) as RunEntry[] | RunEntry;
        runsNow = Array.isArray(told) ? told : runsNow.map((run) => (run.id === told.id ? told : run));
        return runsNow;
      }
      const { value, done } = await reader.read();
      if (done) throw new Error('the stream of events ended');
      text += decoder.decode(value, { stream: true });
    }
  };
  return { next, cancel: () => reader.cancel() };
}

describe('the list of runs', () => {
  test('says of each run what it is, how far it came, and its replays; newest first', async () => {
    addRun('group/second', 1_700_000_100);
    const [second, first] = await runsOf(await serve());
    expect(second).toMatchObject({ id: 'group/second', updatedAt: '2023-11-14T22:15:00.000Z' });
    expect(first).toEqual({
      id: 'first',
      name: 'first',
      environment: 'CartPole-v1',
      policy: 'transformer',
      algo: 'ppo',
      seed: 3,
      step: 200,
      steps: 1000,
      meanReturn: 21.5,
      returns: [21.5],
      updatedAt: '2023-11-14T22:13:20.000Z',
      live: false,
      replays: [
        {
          id: 'first/one.gfr',
          name: 'one.gfr',
          bytes: smallReplay().length,
          modifiedAt: '2023-11-14T22:13:20.000Z',
          step: 51_200,
        },
      ],
    });
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

  test('follows metrics that grow, are cut in their last line, and are written anew', async () => {
    const server = await serve();
    const metrics = join(runs, 'first', 'metrics.jsonl');
    appendFileSync(metrics, `${update(300, 30)}{"event":"update","step":40`);
    expect((await runsOf(server))[0]).toMatchObject({ step: 300, meanReturn: 30, returns: [21.5, 30] });
    appendFileSync(metrics, `0,"meanReturn":40}\n`);
    expect((await runsOf(server))[0]).toMatchObject({ step: 400, meanReturn: 40, returns: [21.5, 30, 40] });
    writeFileSync(metrics, `broken\n${update(100, 10)}`);
    expect((await runsOf(server))[0]).toMatchObject({ step: 100, meanReturn: 10, returns: [10] });
  });

  test('keeps 60 mean returns of a long run, the newest among them', async () => {
    const lines = Array.from({ length: 1000 }, (_, i) => update(i, i));
    writeFileSync(join(runs, 'first', 'metrics.jsonl'), lines.join(''));
    const [run] = await runsOf(await serve());
    expect(run?.returns).toHaveLength(60);
    expect(run?.returns.at(-1)).toBe(999);
    expect(run?.returns).toEqual(run?.returns.toSorted((a, b) => a - b));
  });

  test('a run is live while the process that it names is there', async () => {
    const server = await serve();
    const running = join(runs, 'first', 'running.json');
    writeFileSync(running, JSON.stringify({ pid: process.pid }));
    expect((await runsOf(server))[0]?.live).toBe(true);
    writeFileSync(running, JSON.stringify({ pid: 2 ** 30 }));
    expect((await runsOf(server))[0]?.live).toBe(false);
    writeFileSync(running, 'cut');
    expect((await runsOf(server))[0]?.live).toBe(false);
  });

  test('one run, a folder of replays and a single replay can be served as well', async () => {
    const run = join(runs, 'first');
    expect(await runsOf(await serve(run))).toMatchObject([{ id: 'first', replays: [{ id: 'first/one.gfr' }] }]);
    const replay = { environment: 'CartPole-v1', policy: 'transformer', step: 51_200 };
    expect(await runsOf(await serve(join(run, 'replays')))).toMatchObject([{ ...replay, id: 'replays' }]);
    const file = await serve(join(run, 'replays', 'one.gfr'));
    expect(await runsOf(file)).toMatchObject([{ ...replay, id: 'one', replays: [{ id: 'one/one.gfr' }] }]);
    expect((await fetch(`${file.url}api/replays/one/one.gfr`)).status).toBe(200);
  });

  test('folders that are no run, and configs that cannot be read, are left out', async () => {
    mkdirSync(join(runs, 'notes'));
    writeFileSync(join(addRun('broken', 1), 'config.json'), '{');
    expect((await runsOf(await serve())).map(({ id }) => id)).toEqual(['first']);
  });
});

describe('replays', () => {
  test('come as bytes, with a tag by which an unchanged one is not sent twice', async () => {
    const { url } = await serve();
    const response = await fetch(`${url}api/replays/first/one.gfr`);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array(smallReplay()));
    const again = await fetch(`${url}api/replays/first%2Fone.gfr`, {
      headers: { 'if-none-match': response.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  test.each(['first/none.gfr', 'first/config.json', 'first', '', 'first/../first/one.gfr'])(
    '"%s" is none, and the answer says so',
    async (id) => {
      const { status, body } = await raw(await serve(), `/api/replays/${id}`);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(JSON.parse(body)).toEqual({ error: expect.any(String) as string });
    },
  );
});

describe('parts of a replay', () => {
  const bytes = smallReplay();
  const size = bytes.length;
  const part = async (range: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${(await serve()).url}api/replays/first/one.gfr`, { headers: { range, ...headers } });

  test.each([
    ['bytes=0-9', 0, 9],
    ['bytes=100-100', 100, 100],
    ['bytes=100-', 100, size - 1],
    ['bytes=-20', size - 20, size - 1],
    [`bytes=100-${10 * size}`, 100, size - 1],
    [`bytes=-${10 * size}`, 0, size - 1],
  ])('come for "%s"', async (range, first, last) => {
    const response = await part(range);
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${first}-${last}/${size}`);
    expect(response.headers.get('content-length')).toBe(String(last - first + 1));
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(Uint8Array.from(bytes.subarray(first, last + 1)));
  });

  test.each(['bytes=9-0', 'bytes=0-1,5-6', 'bytes=-', 'lines=1-2', 'bytes=a-b', 'bytes=0x1-2'])(
    '"%s" is no part: all of it comes',
    async (range) => {
      const response = await part(range);
      expect(response.status).toBe(200);
      expect((await response.arrayBuffer()).byteLength).toBe(size);
    },
  );

  test.each([`bytes=${size}-`, 'bytes=-0', `bytes=${'9'.repeat(400)}-`])('"%s" is beyond the end', async (range) => {
    const response = await part(range);
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe(`bytes */${size}`);
  });

  test('of the file as it was before, by If-Range, are all of it as it is now', async () => {
    const tag = (await part('bytes=0-0')).headers.get('etag') as string;
    expect((await part('bytes=0-0', { 'if-range': tag })).status).toBe(206);
    expect((await part('bytes=0-0', { 'if-range': '"another"' })).status).toBe(200);
  });
});

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

describe('events', () => {
  test('the list of runs comes at once, again when it changes, and whole to whoever comes later', async () => {
    const server = await serve();
    const early = await listen(server);
    expect(await early.next()).toEqual(await runsOf(server));
    appendFileSync(join(runs, 'first', 'metrics.jsonl'), update(300, 33));
    expect(await early.next()).toMatchObject([{ id: 'first', step: 300, meanReturn: 33 }]);
    const replay = join(runs, 'first', 'replays', 'two.gfr');
    writeFileSync(replay, smallReplay());
    const late = await listen(server);
    const now = await late.next();
    expect(now[0]?.replays.map(({ name }) => name)).toEqual(['one.gfr', 'two.gfr']);
    expect(await early.next()).toEqual(now);
    await early.cancel();
    addRun('second', 1_800_000_000);
    expect(await late.next()).toMatchObject([{ id: 'first' }, { id: 'second' }].reverse());
    await late.cancel();
  });

  test('closing the server ends the stream', async () => {
    const server = await serve();
    const events = await listen(server);
    await events.next();
    await server.close();
    await expect(events.next()).rejects.toThrow();
  });
});

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

describe('agents', () => {
  const WEIGHTS = 'weights';

  /** A run with the checkpoints of these steps; its replay is of step 200. */
  function addAgent(name: string, steps: readonly number[], { latest = 300, best = 100 } = {}): string {
    const path = addRun(name, 1_700_000_000);
    const folder = (step: number): string => String(step).padStart(9, '0');
    writeFileSync(
      join(path, 'config.json'),
      JSON.stringify({ format: 1, ...resolveConfig({ environment: 'CartPole-v1' }) }),
    );
    writeFileSync(
      join(path, 'checkpoints.json'),
      JSON.stringify({ latest: folder(latest), best: folder(best), bestMean: 1 }),
    );
    for (const step of steps) {
      const checkpoint = join(path, 'checkpoints', folder(step));
      mkdirSync(checkpoint, { recursive: true });
      const state = { step, observationNormalizer: null, rewardNormalizer: null, random: 'not for pages' };
      writeFileSync(join(checkpoint, 'state.json'), JSON.stringify(state));
      writeFileSync(join(checkpoint, 'policy.safetensors'), WEIGHTS);
      writeFileSync(join(checkpoint, 'optimizer.safetensors'), 'not for pages');
    }
    return path;
  }

  const get = async (server: Server, path: string): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${server.url}api/agents/${path}`);
    return { status: response.status, body: await response.json().catch(() => null) };
  };

  test('the best, the latest and what replays are of can be had, and what acting needs of them', async () => {
    addAgent('agent', [100, 200, CART_POLE_HEADER.step as number, 300]);
    const server = await serve();
    const { body } = await get(server, 'agent');
    expect(body).toEqual([
      { name: '000000100', step: 100, best: true, latest: false },
      { name: '000000300', step: 300, best: false, latest: true },
      { name: String(CART_POLE_HEADER.step).padStart(9, '0'), step: CART_POLE_HEADER.step, best: false, latest: false },
    ]);
    const best = (await get(server, 'agent/best')).body as AgentEntry;
    expect(best).toMatchObject({ run: 'agent', checkpoint: '000000100', environment: 'CartPole-v1' });
    expect(best.config.width).toBeGreaterThan(0);
    expect(best.state).toEqual({ step: 100, observationNormalizer: null, rewardNormalizer: null });
    const weights = await fetch(`${server.url}api/agents/agent/000000300/policy.safetensors`);
    expect(await weights.text()).toBe(WEIGHTS);
  });

  test.each([
    ['a checkpoint that nothing names', 'agent/000000200'],
    ['another file of a checkpoint', 'agent/best/optimizer.safetensors'],
    ['a run that is not there', 'nobody/best'],
    ['a way out', 'agent/best/..%2f..%2f..%2f..%2fsecret.txt'],
    ['a checkpoint that is a link', 'linked/best'],
    ['a folder of checkpoints that is a link', 'moved/best/policy.safetensors'],
  ])('%s is refused', async (_, path) => {
    addAgent('agent', [100, 200, 300]);
    const linked = addAgent('linked', [300]);
    symlinkSync(join(linked, 'checkpoints/000000300'), join(linked, 'checkpoints/000000100'));
    const moved = addAgent('moved', []);
    symlinkSync(join(linked, 'checkpoints'), join(moved, 'checkpoints'));
    const { status } = await get(await serve(), path);
    expect([400, 404]).toContain(status);
  });

  test('a config that cannot be read is said, not sent', async () => {
    const path = addAgent('agent', [100]);
    writeFileSync(
      join(path, 'config.json'),
      JSON.stringify({ format: 99, environment: 'CartPole-v1', policy: '', algo: '', seed: 0, steps: 1 }),
    );
    const { status, body } = await get(await serve(), 'agent/best');
    expect(status).toBe(422);
    expect(body).toMatchObject({ error: expect.stringContaining('newer gymformer') as string });
  });
});
