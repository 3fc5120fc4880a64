export interface PollOptions {
  /** How often, at most. */
  everyMs: number;
  /** How large a part of the time it may take: what takes long is done less often. */
  share: number;
}

/** Does something again and again, between `start` and `stop`. */
export class Poll {
  readonly #look: () => void;
  readonly #options: PollOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(look: () => void, options: PollOptions) {
    this.#look = look;
    this.#options = options;
  }

  /** For the first time after the pause between two. */
  start(): void {
    if (!this.#timer) this.#later(this.#options.everyMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #later(delayMs: number): void {
    this.#timer = setTimeout(() => {
      const started = performance.now();
      this.#look();
      const { everyMs, share } = this.#options;
      if (this.#timer) this.#later(Math.max(everyMs, (performance.now() - started) / share));
    }, delayMs);
  }
}
