/*
 * The worker in which agents and environments run: takes requests from the page one after the other, and answers them.
 */
import { createHandlers, type Handler } from './handlers.ts';
import type { Question, Reply } from './protocol.ts';

const handlers = createHandlers();
const stops = new Map<number, AbortController>();
let before: Promise<void> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  if (data.kind === 'stop') return stops.get(data.id)?.abort();
  stops.set(data.id, new AbortController());
  before = before.then(() => answer(data));
});

async function answer({ id, kind, takes }: Exclude<Question, { kind: 'stop' }>): Promise<void> {
  const { signal } = stops.get(id) as AbortController; // made when the question came
  try {
    signal.throwIfAborted();
    // The table has a handler for each kind that takes what the protocol says; the compiler cannot see which one this is.
    const handle = handlers[kind] as Handler<typeof kind>;
    post({ id, gave: await handle(takes as never, { signal, tell: (told) => post({ id, told }) }) });
  } catch (error) {
    post({ id, failed: error instanceof Error ? error.message : String(error), stopped: signal.aborted });
  } finally {
    stops.delete(id);
  }
}

function post(reply: Reply): void {
  postMessage(reply);
}
