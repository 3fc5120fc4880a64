import type { ServerResponse } from 'node:http';
import type { RunEntry } from './library.ts';

/** How often the folders are looked at, at most, and how large a part of the time that may take. */
const POLL_MS = 300;
const POLL_SHARE = 0.05;
/** A comment this often tells both sides that the connection still stands. */
const HEARTBEAT_MS = 15_000;
/** After a lost connection, the browser tries again so much later. */
const RETRY_MS = 1000;

/**
 * Sends the list of runs to everybody who listens, whole, at once and whenever it has changed. The folders are only
 * looked at while somebody listens.
 */
export class RunEvents {
  private readonly listeners = new Set<ServerResponse>();
  private poll: NodeJS.Timeout | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private last = '';

  constructor(private readonly runs: () => RunEntry[]) {}

  /** Listens until the connection closes. */
  add(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    if (response.req.method === 'HEAD') {
      response.end();
      return;
    }
    response.write(`retry: ${RETRY_MS}\n\n`);
    this.publish();
    response.write(this.last);
    this.listeners.add(response);
    response.once('close', () => this.remove(response));
    this.heartbeat ??= setInterval(() => this.send(': still here\n\n'), HEARTBEAT_MS);
    if (!this.poll) this.pollLater(POLL_MS);
  }

  close(): void {
    for (const response of this.listeners) response.end();
    this.listeners.clear();
    this.stop();
  }

  private remove(response: ServerResponse): void {
    this.listeners.delete(response);
    if (this.listeners.size === 0) this.stop();
  }

  private stop(): void {
    clearTimeout(this.poll);
    clearInterval(this.heartbeat);
    this.poll = this.heartbeat = undefined;
  }

  private pollLater(delayMs: number): void {
    this.poll = setTimeout(() => {
      const start = performance.now();
      this.publish();
      this.pollLater(Math.max(POLL_MS, (performance.now() - start) / POLL_SHARE));
    }, delayMs);
  }

  private publish(): void {
    const now = `event: runs\ndata: ${JSON.stringify(this.runs())}\n\n`;
    if (now !== this.last) this.send(now);
    this.last = now;
  }

  private send(text: string): void {
    for (const response of this.listeners) response.write(text);
  }
}
