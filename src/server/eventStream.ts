import type { ServerResponse } from 'node:http';

/** The type of such an answer. */
export const EVENT_STREAM = 'text/event-stream; charset=utf-8';
/** A comment this often tells both sides that the connection still stands. */
const HEARTBEAT_MS = 15_000;
/** After a lost connection, the browser tries again so much later. */
const RETRY_MS = 500;

export interface ServerEvent {
  event: string;
  /** Lines, each without a carriage return. */
  data: string;
  /** Where the stream then is: what a browser says in `Last-Event-ID` when it comes back. */
  id?: string;
}

/** A connection of server-sent events. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #heartbeat: NodeJS.Timeout;

  /** @param closed is told when the other side is gone */
  constructor(response: ServerResponse, closed: () => void) {
    this.#response = response;
    response.writeHead(200, { 'Content-Type': EVENT_STREAM });
    response.write(`retry: ${RETRY_MS}\n\n`);
    this.#heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
    response.once('close', () => {
      clearInterval(this.#heartbeat);
      closed();
    });
  }

  /** When the other side has taken what was sent, or is gone. @returns whether it is still there */
  async drained(): Promise<boolean> {
    const response = this.#response;
    if (response.writableNeedDrain)
      await new Promise<void>((resolve) => {
        const settled = (): void => {
          response.off('drain', settled).off('close', settled);
          resolve();
        };
        response.on('drain', settled).on('close', settled);
      });
    return !response.closed;
  }

  send({ event, data, id }: ServerEvent): void {
    const lines = data.split('\n').map((line) => `data: ${line}\n`);
    this.#response.write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}${lines.join('')}\n`);
  }

  end(): void {
    clearInterval(this.#heartbeat);
    this.#response.end();
  }
}
