const AGAIN_MS = 2000; // after an answer that a browser does not try again by itself

/** What to do with each kind of event that a server sends. */
type Handlers = Record<string, (event: MessageEvent<string>) => void>;

/**
 * Listens to a server until `close` is called. A lost connection is taken up again by the browser, after the last event
 * that came whole; one that was answered by something else, of a proxy say, is asked for anew.
 *
 * @param address    asked for each time
 * @param connected  is told when the connection stands, and when it does not
 */
export class ServerEvents {
  readonly #address: () => string;
  readonly #handlers: Handlers;
  readonly #connected: (connected: boolean) => void;
  #source: EventSource;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(address: () => string, handlers: Handlers, connected: (connected: boolean) => void = () => {}) {
    this.#address = address;
    this.#handlers = handlers;
    this.#connected = connected;
    this.#source = this.#open();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#source.close();
  }

  #open(): EventSource {
    const source = new EventSource(this.#address());
    for (const [name, handle] of Object.entries(this.#handlers)) source.addEventListener(name, handle);
    source.addEventListener('open', () => this.#connected(true));
    source.addEventListener('error', () => {
      this.#connected(false);
      if (source.readyState === EventSource.CLOSED)
        this.#timer = setTimeout(() => (this.#source = this.#open()), AGAIN_MS);
    });
    return source;
  }
}
