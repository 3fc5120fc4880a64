import { createServer, request } from 'node:http';
import type { Server as HttpServer, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between a page and its server, and can lose connections. */
export class LossyProxy {
  readonly #target: URL;
  readonly #http: HttpServer;
  readonly #streams = new Map<ServerResponse, string>();
  #bytesLeft = Infinity;
  #down = false;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#http = createServer(({ url = '/', headers, method }, response) => {
      if (this.#down) {
        response.destroy();
        return;
      }
      const { hostname, port, host, origin } = this.#target;
      // The server takes itself for the page's own.
      const own = { ...headers, host, ...(headers.origin !== undefined && { origin }) };
      const passed = request({ hostname, port, path: url, method, headers: own }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        this.#streams.set(response, url);
        answer.on('data', (bytes: Buffer) => this.#pass(bytes, response));
        answer.on('end', () => response.end());
        answer.on('error', () => response.destroy());
      });
      passed.on('error', () => response.destroy());
      response.on('close', () => {
        this.#streams.delete(response);
        passed.destroy();
      });
      passed.end();
    });
  }

  static async before(target: string): Promise<LossyProxy> {
    const proxy = new LossyProxy(target);
    await new Promise<void>((resolve) => proxy.#http.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/`;
  }

  /** How many answers to a path are under way. */
  open(path: string): number {
    return [...this.#streams.values()].filter((url) => url.startsWith(path)).length;
  }

  /** Loses all connections once so many more bytes of metrics have passed, and lets none through until `mend`. */
  cutAfter(bytes: number): void {
    this.#bytesLeft = bytes;
  }

  get isDown(): boolean {
    return this.#down;
  }

  mend(): void {
    this.#down = false;
    this.#bytesLeft = Infinity;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeAllConnections();
    await closed;
  }

  #pass(bytes: Buffer, response: ServerResponse): void {
    if (!this.#streams.get(response)?.startsWith('/api/metrics')) return void response.write(bytes);
    const passing = bytes.subarray(0, this.#bytesLeft);
    this.#bytesLeft -= passing.length;
    response.write(passing, () => {
      if (this.#bytesLeft > 0) return;
      this.#down = true;
      for (const stream of this.#streams.keys()) stream.destroy();
    });
  }
}
