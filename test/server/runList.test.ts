import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Server } from '../../src/server.ts';
import type { RunEntry } from '../../src/server/listing.ts';
import { runsOf, servedFolder, smallReplay, update } from './servedFolder.ts';

const { runs, addRun, serve } = servedFolder();

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
