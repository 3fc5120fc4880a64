import type { Gives, Question, Reply, RequestKind, Takes, Tells } from './protocol.ts';

/** Why the worker could not do what it was asked for, in words for a person. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
}

declare const WITH_SERVER: boolean; // the build puts it there: see vite.config.ts

interface Pending {
  gave: (value: unknown) => void;
  failed: (error: Error) => void;
  told: (value: unknown) => void;
}

export interface RequestOptions<Kind extends RequestKind> {
  /** Hears what the request tells while it is under way. */
  onTold?: (told: Tells<Kind>) => void;
  /** Ends it early: the promise then rejects with an `AbortError`, once the worker has stopped. */
  signal?: AbortSignal;
}

/**
 * The page's end of the worker in which agents and environments run. The worker starts with the first request, so a page
 * that plays nothing has none. Requests are carried out one after the other.
 */
export class AgentClient {
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | null = null;
  #requests = 0;

  /**
   * @throws AgentError saying why it could not be done; a DOMException named `AbortError` when the signal ended it
   */
  async request<Kind extends RequestKind>(
    kind: Kind,
    takes: Takes<Kind>,
    { onTold, signal }: RequestOptions<Kind> = {},
  ): Promise<Gives<Kind>> {
    signal?.throwIfAborted();
    const id = ++this.#requests;
    const stop = (): void => this.#post({ id, kind: 'stop', takes: null });
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await new Promise<Gives<Kind>>((resolve, reject) => {
        // The worker's answers are of the types that the protocol says.
        this.#pending.set(id, {
          gave: (value) => resolve(value as Gives<Kind>),
          failed: reject,
          told: (value) => onTold?.(value as Tells<Kind>),
        });
        this.#post({ id, kind, takes });
      });
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#pending.delete(id);
    }
  }

  /** Ends the worker, and with it all agents and games. */
  close(): void {
    this.#fail('the agent was closed');
  }

  #post(question: Question): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(question, []);
  }

  #start(): Worker {
    if (!WITH_SERVER)
      throw new AgentError(
        'This page is a file by itself: open the replay with \u201cgymformer view\u201d to play in it',
      );
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => this.#hear(data));
    worker.addEventListener('error', (event) =>
      this.#fail(`the agent could not be started: ${event.message || 'its program did not load'}`),
    );
    return worker;
  }

  #hear(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (!pending) return;
    if ('told' in reply) pending.told(reply.told);
    else if ('gave' in reply) pending.gave(reply.gave);
    else if (reply.stopped) pending.failed(new DOMException(reply.failed, 'AbortError'));
    else pending.failed(new AgentError(reply.failed));
  }

  #fail(message: string): void {
    this.#worker?.terminate();
    this.#worker = null;
    for (const { failed } of this.#pending.values()) failed(new AgentError(message));
    this.#pending.clear();
  }
}
