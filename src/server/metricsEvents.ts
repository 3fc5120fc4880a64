import type { ServerResponse } from 'node:http';
import { EventStream } from './eventStream.ts';
import { LineTail } from './lineTail.ts';
import { Poll } from './poll.ts';

const LOOK = { everyMs: 250, share: 0.01 };

interface Listener {
  stream: EventStream;
  /** Of the metrics of each run, by its id. */
  tails: Map<string, LineTail>;
  /** Whether pieces are on their way already. */
  sending: boolean;
}

/**
 * Sends the metrics of runs, those that there are and each line as it is written:
 *
 *   event: metrics
 *   id: <where all runs then are>
 *   data: {"run":<id>,"anew":<whether earlier lines hold no longer>}
 *   data: <a line of metrics.jsonl>
 *   data: …
 *
 * Whoever comes back with the id of the last event gets exactly the lines that follow. The id is how far each run's file
 * was read, by which an event that was cut is sent again, whole.
 */
export class MetricsEvents {
  readonly #listeners = new Set<Listener>();
  readonly #poll = new Poll(() => this.#lookAtAll(), LOOK);

  /**
   * Listens until the connection closes.
   *
   * @param files     metrics.jsonl of each run, by its id
   * @param position  the id of an event to go on from; empty: from the beginning
   */
  add(response: ServerResponse, files: ReadonlyMap<string, string>, position: string): void {
    const positions = new URLSearchParams(position);
    const tails = [...files].map(([id, file]) => [id, new LineTail(file, positions.get(id) ?? '')] as const);
    const stream = new EventStream(response, () => this.#remove(listener));
    const listener: Listener = { stream, tails: new Map(tails), sending: false };
    this.#listeners.add(listener);
    void send(listener);
    this.#poll.start();
  }

  close(): void {
    for (const { stream } of this.#listeners) stream.end();
    this.#listeners.clear();
    this.#poll.stop();
  }

  #remove(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#poll.stop();
  }

  #lookAtAll(): void {
    for (const listener of this.#listeners) if (!listener.sending) void send(listener);
  }
}

/** Sends what was added, no faster than the other side takes it. */
async function send(listener: Listener): Promise<void> {
  const { stream, tails } = listener;
  listener.sending = true;
  for (const [run, tail] of tails)
    for (let lines = tail.readOn(); lines; lines = tail.readOn()) {
      const data = `${JSON.stringify({ run, anew: lines.anew })}\n${lines.text.replaceAll('\r', '').trimEnd()}`;
      stream.send({ event: 'metrics', id: positionOf(tails), data });
      if (!(await stream.drained())) return;
    }
  listener.sending = false;
}

function positionOf(tails: ReadonlyMap<string, LineTail>): string {
  return new URLSearchParams([...tails].map(([id, { position }]) => [id, position])).toString();
}
