import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
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
  readonly #pages: ReadonlyMap<string, Uint8Array>;
  #runs: RunEntry[] | null = null;

  private constructor(pages: ReadonlyMap<string, Uint8Array>) {
    this.#pages = pages;
    this.#server = createServer((request, response) => {
      this.#answer(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname), response);
    });
  }

  /** @param root folder of the built viewer */
  static async start(root: string): Promise<ViewerServer> {
    const names = await readdir(root, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const pages = files.map(
      async (file) => [file.slice(root.length).replaceAll('\\', '/'), await readFile(file)] as const,
    );
    const server = new ViewerServer(new Map(await Promise.all(pages)));
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

  #answer(path: string, response: ServerResponse): void {
    const page = this.#pages.get(path === '/' ? '/index.html' : path);
    const type = TYPES[extname(path || '.html')] ?? 'text/html';
    if (page) response.writeHead(200, { 'content-type': type }).end(page);
    else if (this.#runs === null) response.writeHead(404).end();
    else if (path === '/api/runs') response.end(JSON.stringify(this.#runs));
    else if (path === '/api/events') this.#listen(response);
    else this.#sendReplay(path.replace('/api/replays/', ''), response);
  }

  #sendReplay(id: string, response: ServerResponse): void {
    const replay = this.replays.get(id);
    if (replay) response.end(replay);
    else response.writeHead(404).end();
  }

  #listen(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    this.#listeners.add(response);
    response.on('close', () => this.#listeners.delete(response));
    this.#tell(response);
  }

  #tell(listener: ServerResponse): void {
    listener.write(`event: runs\ndata: ${JSON.stringify(this.#runs)}\n\n`);
  }
}
