import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { RunEntry } from '../../viewer/library.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** What the page needs behind it, kept in memory: the built viewer, a list of runs, replays, and news of both. */
export class ViewerServer {
  readonly replays = new Map<string, Uint8Array>();
  readonly #server: Server;
  readonly #listeners = new Set<ServerResponse>();
  readonly #root: string;
  #runs: RunEntry[] | null = null;

  private constructor(root: string) {
    this.#root = root;
    this.#server = createServer((request, response) => {
      this.#answer(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname), response).catch(() =>
        response.writeHead(404).end(),
      );
    });
  }

  /** @param root folder of the built viewer */
  static async start(root: string): Promise<ViewerServer> {
    const server = new ViewerServer(root);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** @param runs null: a static server, which knows of no runs */
  setRuns(runs: RunEntry[] | null): void {
    this.#runs = runs;
    for (const listener of this.#listeners) this.#tell(listener);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(path: string, response: ServerResponse): Promise<void> {
    if (path.startsWith('/api/') && this.#runs === null) throw new Error('no server of runs');
    if (path === '/api/runs') return void response.end(JSON.stringify(this.#runs));
    if (path === '/api/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      this.#listeners.add(response);
      response.on('close', () => this.#listeners.delete(response));
      return this.#tell(response);
    }
    if (path.startsWith('/api/replays/')) {
      const bytes = this.replays.get(path.slice('/api/replays/'.length));
      if (!bytes) throw new Error('no such replay');
      return void response.end(bytes);
    }
    const file = normalize(path === '/' ? '/index.html' : path);
    const bytes = await readFile(join(this.#root, file));
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(bytes);
  }

  #tell(listener: ServerResponse): void {
    listener.write(`event: runs\ndata: ${JSON.stringify(this.#runs)}\n\n`);
  }
}
