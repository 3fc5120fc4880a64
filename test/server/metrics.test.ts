import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LineTail } from '../../src/server/lineTail.ts';
import { startServer } from '../../src/server.ts';
import type { Server } from '../../src/server.ts';

let folder = '';
let server: Server;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gymformer-metrics-'));
  const viewerRoot = join(folder, 'viewer');
  mkdirSync(viewerRoot);
  writeFileSync(join(viewerRoot, 'index.html'), '<!doctype html>');
  for (const run of ['one', 'group/two & more']) {
    mkdirSync(join(folder, 'runs', run), { recursive: true });
    const config = { environment: 'Marker-v0', policy: 'mlp', algo: 'ppo', seed: 1, steps: 100 };
    writeFileSync(join(folder, 'runs', run, 'config.json'), JSON.stringify(config));
    writeFileSync(metricsOf(run), '');
  }
  server = await startServer({ path: join(folder, 'runs'), viewerRoot });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const metricsOf = (run: string): string => join(folder, 'runs', run, 'metrics.jsonl');
const add = (run: string, ...numbers: number[]): void =>
  appendFileSync(metricsOf(run), numbers.map((number) => `{"step":${number}}\n`).join(''));

interface Told {
  run: string;
  anew: boolean;
  steps: number[];
}

/** Reads the stream of some runs' metrics, an event at a time. */
async function listen(runs: string[], from: { query?: string; header?: string } = {}) {
  const query = new URLSearchParams(runs.map((run) => ['run', run]));
  if (from.query) query.set('from', from.query);
  const headers = from.header ? { 'Last-Event-ID': from.header } : {};
  const response = await fetch(`${server.url}api/metrics?${query}`, { headers });
  expect(response.status).toBe(200);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  const stream = {
    /** Of the last event that came. */
    id: '',
    async next(): Promise<Told> {
      for (;;) {
        const event = /event: metrics\nid: (.*)\n((?:data: .*\n)+)\n/.exec(text);
        if (event) {
          text = text.slice(event.index + event[0].length);
          stream.id = event[1] as string;
          const [head = '', ...lines] = (event[2] as string).trimEnd().split('\n');
          const steps = lines.map((line) => (JSON.parse(line.slice(6)) as { step: number }).step);
          return { ...(JSON.parse(head.slice(6)) as { run: string; anew: boolean }), steps };
        }
        const { value, done } = await reader.read();
        if (done) throw new Error('the stream ended');
        text += decoder.decode(value, { stream: true });
      }
    },
    cancel: () => reader.cancel(),
  };
  return stream;
}

test('what there is comes first, then every line that is written, whole, once', async () => {
  add('one', 1, 2);
  const stream = await listen(['one']);
  expect(await stream.next()).toEqual({ run: 'one', anew: true, steps: [1, 2] });
  appendFileSync(metricsOf('one'), '{"step":3}\n{"ste');
  expect(await stream.next()).toEqual({ run: 'one', anew: false, steps: [3] });
  appendFileSync(metricsOf('one'), 'p":4}\n');
  expect(await stream.next()).toEqual({ run: 'one', anew: false, steps: [4] });
  await stream.cancel();
});

test.each(['header', 'query'] as const)('whoever comes back with an id (%s) gets what follows it', async (place) => {
  const both = ['one', 'group/two & more'];
  add('one', 1, 2);
  add('group/two & more', 10);
  const before = await listen(both);
  await before.next();
  await before.next();
  await before.cancel();
  add('one', 3);
  add('group/two & more', 20, 30);
  const after = await listen(both, { [place]: before.id });
  expect(await after.next()).toEqual({ run: 'one', anew: false, steps: [3] });
  expect(await after.next()).toEqual({ run: 'group/two & more', anew: false, steps: [20, 30] });
  await after.cancel();
});

test('metrics that were written anew, by a run that was resumed, come whole and say so', async () => {
  add('one', 1, 2, 3);
  const stream = await listen(['one']);
  await stream.next();
  const fresh = `${metricsOf('one')}.partial`;
  writeFileSync(fresh, '{"step":1}\n{"step":2}\n');
  renameSync(fresh, metricsOf('one'));
  expect(await stream.next()).toEqual({ run: 'one', anew: true, steps: [1, 2] });
  await stream.cancel();
});

test('a long history comes in pieces that are whole lines', async () => {
  const steps = Array.from({ length: 60_000 }, (_, i) => i);
  add('one', ...steps);
  const stream = await listen(['one']);
  const got: number[] = [];
  let pieces = 0;
  while (got.length < steps.length) {
    const piece = await stream.next();
    expect(piece.anew).toBe(pieces++ === 0);
    got.push(...piece.steps);
  }
  expect(pieces).toBeGreaterThan(1);
  expect(got).toEqual(steps);
  await stream.cancel();
});

test('runs that are not there are left out, and none at all is no answer', async () => {
  add('one', 1);
  const stream = await listen(['gone', 'one', '../one']);
  expect(await stream.next()).toEqual({ run: 'one', anew: true, steps: [1] });
  await stream.cancel();
  for (const query of ['', '?run=gone', '?run=..%2Fruns%2Fone'])
    expect((await fetch(`${server.url}api/metrics${query}`)).status).toBe(404);
});

test('a line longer than any of ours is passed over', () => {
  const path = join(folder, 'lines');
  writeFileSync(path, `${'x'.repeat(2 ** 19)}\nshort\n`);
  const tail = new LineTail(path);
  let text = '';
  for (let lines = tail.readOn(); lines; lines = tail.readOn()) text += lines.text;
  expect(text.endsWith('\nshort\n')).toBe(true);
  appendFileSync(path, 'more\n');
  expect(new LineTail(path, tail.position).readOn()).toEqual({ text: 'more\n', anew: false });
});
