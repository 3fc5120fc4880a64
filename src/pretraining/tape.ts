import type { Generator } from '../../envs/random.ts';
import type { Demonstration } from './demonstration.ts';

/** Where a tape is, as plain JSON. */
export interface TapeState {
  /** Numbers of the demonstrations, in the order of this pass, and how many of them have begun. */
  order: number[];
  begun: number;
  /** Demonstrations that have begun, over all passes. */
  episodes: number;
  /** Which demonstration each stream is in, and at which step. */
  streams: { number: number; t: number }[];
}

interface Stream {
  number: number;
  t: number;
  shown: Demonstration;
}

/**
 * Demonstrations as `B` streams side by side, each one after the other without end, as environments would run. Every pass
 * over them is in an order of its own; a stream that comes to an end takes the next one.
 */
export class Tape {
  readonly #count: number;
  readonly #read: (number: number) => Demonstration;
  readonly #random: Generator;
  #order: number[] = [];
  #begun = 0;
  #episodes = 0;
  #streams: Stream[];

  /**
   * @param count   demonstrations
   * @param read    gets one of them
   * @param random  draws the order of each pass
   */
  constructor(options: { count: number; streams: number; read: (number: number) => Demonstration; random: Generator }) {
    const { count, streams, read, random } = options;
    this.#count = count;
    this.#read = read;
    this.#random = random;
    this.#streams = Array.from({ length: streams }, () => this.#next());
  }

  /** What stream `b` shows now: step `t`, which after the last decision is that of the last observation alone. */
  at(b: number): Readonly<Stream> {
    return this.#streams[b] as Stream;
  }

  /** Goes on to the next step of stream `b`. */
  advance(b: number): void {
    const stream = this.at(b) as Stream;
    if (stream.t < stream.shown.steps) stream.t++;
    else this.#streams[b] = this.#next();
  }

  get state(): TapeState {
    const streams = this.#streams.map(({ number, t }) => ({ number, t }));
    return { order: this.#order, begun: this.#begun, episodes: this.#episodes, streams };
  }

  restore({ order, begun, episodes, streams }: TapeState): void {
    this.#order = order;
    this.#begun = begun;
    this.#episodes = episodes;
    this.#streams = streams.map(({ number, t }) => ({ number, t, shown: this.#read(number) }));
  }

  #next(): Stream {
    if (this.#begun === this.#order.length) {
      this.#order = [...this.#random.permutation(this.#count)];
      this.#begun = 0;
    }
    const number = this.#order[this.#begun++] as number;
    this.#episodes++;
    return { number, t: 0, shown: this.#read(number) };
  }
}
