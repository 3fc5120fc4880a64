const POOL_SIZE = 4; // 32-bit words of entropy

/** Mixes any integers, however alike, into as many independent 32-bit words as a bit generator asks for. */
export class SeedSequence {
  private readonly pool = new Uint32Array(POOL_SIZE);

  /**
   * @param entropy   a non-negative safe integer, or several
   * @param spawnKey  tells apart the sequences that share an entropy, such as one for each worker
   * @throws RangeError when one of them is negative, fractional or too large to be exact
   */
  constructor(entropy: number | readonly number[], spawnKey: readonly number[] = []) {
    if (typeof entropy === 'number' && spawnKey.length === 0) {
      this.reseed(entropy);
      return;
    }
    const words = [entropy].flat().flatMap(wordsOf);
    if (spawnKey.length > 0) {
      while (words.length < POOL_SIZE) words.push(0);
      words.push(...spawnKey.flatMap(wordsOf));
    }
    mixEntropy(words, this.pool);
  }

  /**
   * Becomes what `new SeedSequence(entropy)` would be, without allocating.
   *
   * @throws RangeError as the constructor does
   */
  reseed(entropy: number): void {
    checkInteger(entropy);
    SHORT_ENTROPY[0] = entropy >>> 0;
    SHORT_ENTROPY[1] = entropy * 2 ** -32;
    mixEntropy(SHORT_ENTROPY, this.pool);
  }

  /** The first `count` words drawn from the pool; asking again gives the same ones. */
  generateState(count: number, words = new Uint32Array(count)): Uint32Array {
    let multiplier = 0x8b51f9dd;
    for (let i = 0; i < count; i++) {
      words[i] = hash(this.pool[i % POOL_SIZE] as number, multiplier, 0x58f38ded);
      multiplier = Math.imul(multiplier, 0x58f38ded);
    }
    return words;
  }
}

/** The words of one integer, and the zeros that stand for those that are missing. */
const SHORT_ENTROPY = new Uint32Array(POOL_SIZE);

function mixEntropy(words: ArrayLike<number>, pool: Uint32Array): void {
  const factor = 0x931e8875;
  let multiplier = 0x43b0d7e5;
  for (let i = 0; i < POOL_SIZE; i++) {
    pool[i] = hash(words[i] ?? 0, multiplier, factor);
    multiplier = Math.imul(multiplier, factor);
  }
  for (let from = 0; from < POOL_SIZE; from++) {
    for (let to = 0; to < POOL_SIZE; to++) {
      if (from === to) continue;
      pool[to] = mix(pool[to] as number, hash(pool[from] as number, multiplier, factor));
      multiplier = Math.imul(multiplier, factor);
    }
  }
  for (let from = POOL_SIZE; from < words.length; from++) {
    for (let to = 0; to < POOL_SIZE; to++) {
      pool[to] = mix(pool[to] as number, hash(words[from] as number, multiplier, factor));
      multiplier = Math.imul(multiplier, factor);
    }
  }
}

/** A word of the sequence: each has a multiplier of its own, the one before times `factor`. */
function hash(value: number, multiplier: number, factor: number): number {
  const product = Math.imul(value ^ multiplier, Math.imul(multiplier, factor));
  return product ^ (product >>> 16);
}

function mix(left: number, right: number): number {
  const mixed = Math.imul(0xca01f9dd, left) - Math.imul(0x4973f715, right);
  return mixed ^ (mixed >>> 16);
}

function wordsOf(integer: number): number[] {
  checkInteger(integer);
  return integer < 2 ** 32 ? [integer] : [integer >>> 0, Math.floor(integer / 2 ** 32)];
}

function checkInteger(integer: number): void {
  if (!Number.isSafeInteger(integer) || integer < 0)
    throw new RangeError(`seed is ${integer}, wanted an integer from 0 to ${Number.MAX_SAFE_INTEGER}`);
}

// The multiplier of the 128-bit congruential step, 0x2360ed051fc65da44385df649fccf645, in 32-bit words, lowest first.
const M0 = 0x9fccf645;
const M1 = 0x4385df64;
const M2 = 0x1fc65da4;
const M3 = 0x2360ed05;

/**
 * Upper 32 bits of the product of two unsigned words whose lower 32 bits are known.
 *
 * The double `left * right` is off by at most 2^10, so that its distance from `low`, over 2^32, is off by less than
 * 2^-20 from an integer: rounding it is exact.
 */
export function upperHalf(left: number, right: number, low: number): number {
  return ((left * right - low) * 2 ** -32 + 0.5) >>> 0;
}

/** What a seed becomes on its way into a generator. */
const SEED_WORDS = new Uint32Array(8);

/** Permuted congruential generator with 128 bits of state (XSL-RR 128/64): `next()`, then read `high` and `low`. */
export class PCG64 {
  /** The word that `next` made: its upper and lower 32 bits, as signed integers. */
  high = 0;
  low = 0;
  /** Words of the state, then of the increment, lowest first: in a typed array they stay integers. */
  private readonly numbers = new Uint32Array(8);

  constructor(seeds: SeedSequence) {
    this.reseed(seeds);
  }

  /** Becomes what `new PCG64(seeds)` would be, without allocating. */
  reseed(seeds: SeedSequence): void {
    const { numbers } = this;
    // Two 128-bit numbers, each as an upper and a lower 64-bit word: where to start, and which stream.
    const words = seeds.generateState(8, SEED_WORDS);
    const [stream0, stream1] = [words[6] as number, words[7] as number];
    const [stream2, stream3] = [words[4] as number, words[5] as number];
    numbers[4] = (stream0 << 1) | 1;
    numbers[5] = (stream1 << 1) | (stream0 >>> 31);
    numbers[6] = (stream2 << 1) | (stream1 >>> 31);
    numbers[7] = (stream3 << 1) | (stream2 >>> 31);
    const sum0 = (numbers[4] as number) + (words[2] as number);
    const sum1 = (numbers[5] as number) + (words[3] as number) + carryOf(sum0);
    const sum2 = (numbers[6] as number) + (words[0] as number) + carryOf(sum1);
    numbers[0] = sum0;
    numbers[1] = sum1;
    numbers[2] = sum2;
    numbers[3] = (numbers[7] as number) + (words[1] as number) + carryOf(sum2);
    this.advance();
  }

  next(): void {
    this.advance();
    const { numbers } = this;
    const top = numbers[3] as number;
    const even = (numbers[2] as number) ^ (numbers[0] as number);
    const odd = top ^ (numbers[1] as number);
    // Rotating by 32 or more exchanges the halves; a branch would be mispredicted every other time.
    const exchange = (even ^ odd) & -(top >>> 31);
    const folded = odd ^ exchange;
    const other = even ^ exchange;
    const right = (top >>> 26) & 31;
    this.high = (folded >>> right) | ((other << 1) << (31 - right));
    this.low = (other >>> right) | ((folded << 1) << (31 - right));
  }

  words(): { state: number[]; increment: number[] } {
    return { state: [...this.numbers.subarray(0, 4)], increment: [...this.numbers.subarray(4)] };
  }

  setWords({ state, increment }: { state: readonly number[]; increment: readonly number[] }): void {
    this.numbers.set(fourWords(state));
    this.numbers.set(fourWords(increment), 4);
  }

  /** state = state * multiplier + increment, modulo 2^128. */
  private advance(): void {
    const { numbers } = this;
    const s0 = numbers[0] as number;
    const s1 = numbers[1] as number;
    const s2 = numbers[2] as number;
    const s3 = numbers[3] as number;
    const p00 = Math.imul(s0, M0) >>> 0;
    const p01 = Math.imul(s0, M1) >>> 0;
    const p10 = Math.imul(s1, M0) >>> 0;
    const p02 = Math.imul(s0, M2) >>> 0;
    const p11 = Math.imul(s1, M1) >>> 0;
    const p20 = Math.imul(s2, M0) >>> 0;

    const word0 = p00 + (numbers[4] as number);
    const word1 = upperHalf(s0, M0, p00) + p01 + p10 + (numbers[5] as number) + carryOf(word0);
    const word2 =
      upperHalf(s0, M1, p01) + upperHalf(s1, M0, p10) + p02 + p11 + p20 + (numbers[6] as number) + carryOf(word1);
    const word3 =
      upperHalf(s0, M2, p02) +
      upperHalf(s1, M1, p11) +
      upperHalf(s2, M0, p20) +
      Math.imul(s0, M3) +
      Math.imul(s1, M2) +
      Math.imul(s2, M1) +
      Math.imul(s3, M0) +
      (numbers[7] as number) +
      carryOf(word2);
    // The array takes each modulo 2^32.
    numbers[0] = word0;
    numbers[1] = word1;
    numbers[2] = word2;
    numbers[3] = word3;
  }
}

function carryOf(sum: number): number {
  return Math.floor(sum * 2 ** -32);
}

type Words = [number, number, number, number];

function fourWords(words: readonly number[]): Words {
  if (words.length !== 4 || !words.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32))
    throw new RangeError(`generator state: found [${words.join(', ')}], wanted four unsigned 32-bit words`);
  return words as Words;
}
