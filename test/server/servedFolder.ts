import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { ReplayEncoder } from '../../src/replay/format.ts';
import { startServer } from '../../src/server.ts';
import type { Server } from '../../src/server.ts';
import type { RunEntry } from '../../src/server/listing.ts';
import { CART_POLE_HEADER, cartPoleEpisode } from '../replay/cartPoleMoments.ts';

export interface ServedFolder {
  /** Holds the other two, and a file `secret.txt` that is in neither. */
  folder: string;
  viewerRoot: string;
  /** With one run in it, `first`. */
  runs: string;
  /** Adds a run that was last touched at a time in seconds since 1970. @returns its path */
  addRun(name: string, seconds: number): string;
  /** Starts a server, until the test is over. */
  serve(path?: string): Promise<Server>;
}

/** A folder with what a server serves, made anew for each test of the file. */
export function servedFolder(): ServedFolder {
  const folder = mkdtempSync(join(tmpdir(), 'gymformer-server-'));
  const viewerRoot = join(folder, 'viewer');
  const runs = join(folder, 'runs');
  const servers: Server[] = [];

  const addRun = (name: string, seconds: number): string => {
    const path = join(runs, name);
    mkdirSync(join(path, 'replays'), { recursive: true });
    const config = { format: 1, environment: 'CartPole-v1', policy: 'transformer', algo: 'ppo', seed: 3, steps: 1000 };
    writeFileSync(join(path, 'config.json'), JSON.stringify(config));
    writeFileSync(join(path, 'metrics.jsonl'), update(100, null) + update(200, 21.5));
    writeFileSync(join(path, 'replays', 'one.gfr'), smallReplay());
    for (const file of ['config.json', 'metrics.jsonl', 'replays/one.gfr'])
      utimesSync(join(path, file), seconds, seconds);
    return path;
  };
  const serve = async (path = runs): Promise<Server> => {
    const server = await startServer({ path, viewerRoot });
    servers.push(server);
    return server;
  };

  beforeEach(() => {
    mkdirSync(join(viewerRoot, 'assets'), { recursive: true });
    writeFileSync(join(viewerRoot, 'index.html'), '<!doctype html>');
    writeFileSync(join(viewerRoot, 'assets', 'main.js'), 'export {};');
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    addRun('first', 1_700_000_000);
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    rmSync(folder, { recursive: true });
  });
  return { folder, viewerRoot, runs, addRun, serve };
}

/** A line of metrics. */
export const update = (step: number, meanReturn: number | null): string =>
  `${JSON.stringify({ event: 'update', step, meanReturn })}\n`;

/** The replay that each run has. */
export function smallReplay(): Uint8Array {
  const encoder = new ReplayEncoder(CART_POLE_HEADER);
  encoder.begin(1);
  for (const moment of cartPoleEpisode(3)) encoder.add(moment);
  return Buffer.concat([encoder.prelude(), encoder.finish()]);
}

/** What a server says of its runs. */
export async function runsOf(server: Server): Promise<RunEntry[]> {
  return (await (await fetch(`${server.url}api/runs`)).json()) as RunEntry[];
}

/** A request as given, without what `fetch` would tidy up. */
export function raw(
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
