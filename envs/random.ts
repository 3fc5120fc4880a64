import { PCG64, SeedSequence, upperHalf } from './pcg64.ts';
import { NORMAL_TAIL_START, normalTables } from './ziggurat.ts';

export { PCG64, SeedSequence } from './pcg64.ts';

/** All that determines the numbers a Generator will draw, as plain JSON. */
export interface GeneratorState {
  /** 128-bit state of the PCG64, as 32-bit words, lowest first. */
  state: number[];
  /** 128-bit odd increment, which selects the stream; words as above. */
  increment: number[];
  /** Upper half of a 64-bit word whose lower half has already been handed out, or null. */
  buffered: number | null;
}

/**
 * NumPy's random numbers: the same seed gives the same numbers as `numpy.random.default_rng(seed)`, and so the same
 * episodes as Gymnasium and MiniGrid in Python (`gymnasium.utils.seeding.np_random(seed)` is this very generator).
 *
 * A seed becomes 128 bits of well mixed state (`SeedSequence`), which a permuted congruential generator turns into
 * 64-bit words (`PCG64`), which become numbers of a distribution here.
 *
 * @see https://numpy.org/doc/stable/reference/random/generator.html
 */
export class Generator {
  private readonly seeds: SeedSequence;
  private readonly bits: PCG64;
  private buffered = 0;
  private hasBuffered = false;

  /** @param seed  a non-negative integer, or entropy already mixed; without it the generator is different every time */
  constructor(seed: number | SeedSequence = freshSeed()) {
    this.seeds = typeof seed === 'number' ? new SeedSequence(seed) : seed;
    this.bits = new PCG64(this.seeds);
  }

  /** Becomes what `new Generator(seed)` would be, without allocating: for environments that are reset often. */
  reseed(seed: number): void {
    this.seeds.reseed(seed);
    this.bits.reseed(this.seeds);
    this.hasBuffered = false;
  }

  static fromState(state: GeneratorState): Generator {
    const generator = new Generator(0);
    generator.restore(state);
    return generator;
  }

  /** Everything that determines the numbers to come; survives JSON. */
  state(): GeneratorState {
    return { ...this.bits.words(), buffered: this.hasBuffered ? this.buffered : null };
  }

  restore(state: GeneratorState): void {
    this.bits.setWords(state);
    this.hasBuffered = state.buffered !== null;
    this.buffered = state.buffered ?? 0;
  }

  /** Uniform in [0, 1), with 53 random bits. */
  random(): number {
    this.bits.next();
    return ((this.bits.high >>> 0) * 2 ** 21 + (this.bits.low >>> 11)) * 2 ** -53;
  }

  /** Uniform in [0, 1), with the 24 random bits of a float32. */
  random32(): number {
    return (this.nextWord() >>> 8) * 2 ** -24;
  }

  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.random();
  }

  /**
   * An integer from `low` to `high - 1`, or from 0 to `low - 1` where `high` is left out; each equally likely.
   *
   * @throws RangeError when there is none, or when the bounds are not safe integers
   * @see Lemire 2019, "Fast Random Integer Generation in an Interval"
   */
  integers(low: number, high?: number): number {
    const from = high === undefined ? 0 : low;
    const to = high ?? low;
    const count = to - from;
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || !Number.isSafeInteger(count) || count < 1)
      throw new RangeError(`integers: no integers from ${from} to ${to} (exclusive)`);
    if (count === 1) return from;
    return from + (count <= 2 ** 32 ? this.below32(count) : this.below64(count));
  }

  /**
   * One item of an array, or an integer below `items`; equally likely, or with the probabilities `p`.
   *
   * @throws RangeError when there is nothing to choose from, or `p` is not a distribution over it
   */
  choice(items: number, options?: { p?: readonly number[] }): number;
  choice<T>(items: readonly T[], options?: { p?: readonly number[] }): T;
  choice<T>(items: number | readonly T[], { p }: { p?: readonly number[] } = {}): number | T {
    const count = typeof items === 'number' ? items : items.length;
    const index = p ? this.weightedIndex(count, p) : this.integers(count);
    return typeof items === 'number' ? index : (items[index] as T);
  }

  /** Puts the items in a random order, in place. */
  shuffle<T>(items: T[] | Int32Array | Float32Array | Float64Array | Uint8Array | Uint32Array): void {
    const array = items as T[]; // a typed array is read and written by index just the same
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.upTo(i);
      const item = array[i] as T;
      array[i] = array[j] as T;
      array[j] = item;
    }
  }

  /** The items, or the integers below `items`, in a random order. */
  permutation(items: number): number[];
  permutation<T>(items: readonly T[]): T[];
  permutation<T>(items: number | readonly T[]): number[] | T[] {
    const order = typeof items === 'number' ? Array.from({ length: items }, (_, i) => i) : [...items];
    this.shuffle(order as T[]);
    return order as T[];
  }

  /**
   * Normal with mean 0 and standard deviation 1, by the ziggurat method.
   *
   * NumPy's numbers to about 1e-13: its own tables carry rounding errors of that size, which ours do not repeat.
   *
   * @see Marsaglia and Tsang 2000, "The Ziggurat Method for Generating Random Variables"
   */
  standardNormal(): number {
    const { bits } = this;
    const { accept, width, density } = normalTables();
    for (;;) {
      bits.next();
      const layer = bits.low & 0xff;
      const sign = bits.low & 0x100 ? -1 : 1;
      // bits 9 to 60 of the word, 52 of them
      const magnitude = ((bits.high >>> 0) % 2 ** 29) * 2 ** 23 + (bits.low >>> 9);
      const x = sign * magnitude * (width[layer] as number);
      if (magnitude < (accept[layer] as number)) return x;
      if (layer === 0) return this.normalTail(magnitude);
      const above = density[layer - 1] as number;
      const below = density[layer] as number;
      if ((above - below) * this.random() + below < Math.exp(-0.5 * x * x)) return x;
    }
  }

  private normalTail(magnitude: number): number {
    for (;;) {
      const x = -Math.log1p(-this.random()) / NORMAL_TAIL_START;
      const y = -Math.log1p(-this.random());
      if (y + y > x * x) return Math.floor(magnitude / 256) % 2 ? -(NORMAL_TAIL_START + x) : NORMAL_TAIL_START + x;
    }
  }

  /** 32 random bits, unsigned: the lower half of a word, then its upper half. */
  private nextWord(): number {
    if (this.hasBuffered) {
      this.hasBuffered = false;
      return this.buffered;
    }
    this.bits.next();
    this.hasBuffered = true;
    this.buffered = this.bits.high >>> 0;
    return this.bits.low >>> 0;
  }

  private below32(count: number): number {
    for (;;) {
      const word = this.nextWord();
      const remainder = Math.imul(word, count) >>> 0;
      // Only a remainder below 2^32 % count would make some integers likelier than others.
      if (remainder >= count || remainder >= 2 ** 32 % count)
        return count === 2 ** 32 ? word : upperHalf(word, count, remainder);
    }
  }

  /** An integer from 0 to `last`: as many bits as `last` has, drawn again while they are more. NumPy shuffles so. */
  private upTo(last: number): number {
    const mask = 0xffffffff >>> Math.clz32(last);
    for (;;) {
      const integer = (this.nextWord() & mask) >>> 0;
      if (integer <= last) return integer;
    }
  }

  private below64(count: number): number {
    const range = BigInt(count);
    for (;;) {
      this.bits.next();
      const product = ((BigInt(this.bits.high >>> 0) << 32n) | BigInt(this.bits.low >>> 0)) * range;
      const remainder = BigInt.asUintN(64, product);
      if (remainder >= range || remainder >= 2n ** 64n % range) return Number(product >> 64n);
    }
  }

  private weightedIndex(count: number, p: readonly number[]): number {
    const total = p.reduce((sum, probability) => sum + probability, 0);
    if (p.length !== count || !p.every((probability) => probability >= 0) || Math.abs(total - 1) > 1e-8)
      throw new RangeError(
        `choice: p has ${p.length} probabilities that sum to ${total}, wanted ${count} that sum to 1`,
      );
    const x = this.random();
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum += p[i] as number;
      if (x < sum / total) return i;
    }
    return count - 1;
  }
}

/** A seed that nobody can foresee: below 2^53, from the machine's own entropy. */
export function freshSeed(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number];
  return (high >>> 11) * 2 ** 32 + low;
}
