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
    const words = typeof entropy === 'number' ? wordsOf([entropy]) : wordsOf(entropy);
    if (spawnKey.length > 0) {
      while (words.length < POOL_SIZE) words.push(0);
      words.push(...wordsOf(spawnKey));
    }
    mixEntropy(words, this.pool);
  }

  /** The first `count` words drawn from the pool; asking again gives the same ones. */
  generateState(count: number, words = new Uint32Array(count)): Uint32Array {
    let multiplier = 0x8b51f9dd;
    for (let i = 0; i < count; i++) {
      let word = (this.pool[i % POOL_SIZE] as number) ^ multiplier;
      multiplier = Math.imul(multiplier, 0x58f38ded);
      word = Math.imul(word, multiplier);
      words[i] = word ^ (word >>> 16);
    }
    return words;
  }
}

function mixEntropy(words: readonly number[], pool: Uint32Array): void {
  let multiplier = 0x43b0d7e5;
  const hash = (value: number): number => {
    const mixed = value ^ multiplier;
    multiplier = Math.imul(multiplier, 0x931e8875);
    const product = Math.imul(mixed, multiplier);
    return product ^ (product >>> 16);
  };
  const mix = (left: number, right: number): number => {
    const mixed = Math.imul(0xca01f9dd, left) - Math.imul(0x4973f715, right);
    return mixed ^ (mixed >>> 16);
  };
  for (let i = 0; i < POOL_SIZE; i++) pool[i] = hash(words[i] ?? 0);
  for (let from = 0; from < POOL_SIZE; from++) {
    for (let to = 0; to < POOL_SIZE; to++) {
      if (from !== to) pool[to] = mix(pool[to] as number, hash(pool[from] as number));
    }
  }
  for (let from = POOL_SIZE; from < words.length; from++) {
    for (let to = 0; to < POOL_SIZE; to++) pool[to] = mix(pool[to] as number, hash(words[from] as number));
  }
}

function wordsOf(integers: readonly number[]): number[] {
  const words: number[] = [];
  for (const integer of integers) {
    if (!Number.isSafeInteger(integer) || integer < 0)
      throw new RangeError(`seed is ${integer}, wanted an integer from 0 to ${Number.MAX_SAFE_INTEGER}`);
    words.push(integer >>> 0);
    if (integer >= 2 ** 32) words.push(Math.floor(integer / 2 ** 32));
  }
  return words;
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

/** Permuted congruential generator with 128 bits of state (XSL-RR 128/64): `next()`, then read `high` and `low`. */
export class PCG64 {
  /** The word that `next` made: its upper and lower 32 bits, as signed integers. */
  high = 0;
  low = 0;
  // 32-bit words of state and increment, lowest first, unsigned
  private s0 = 0;
  private s1 = 0;
  private s2 = 0;
  private s3 = 0;
  private i0 = 0;
  private i1 = 0;
  private i2 = 0;
  private i3 = 0;

  constructor(seeds: SeedSequence) {
    const words = seeds.generateState(8);
    // Two 128-bit numbers, each as an upper and a lower 64-bit word: where to start, and which stream.
    const [state2, state3, state0, state1, stream2, stream3, stream0, stream1] = words as unknown as EightWords;
    this.i0 = ((stream0 << 1) | 1) >>> 0;
    this.i1 = ((stream1 << 1) | (stream0 >>> 31)) >>> 0;
    this.i2 = ((stream2 << 1) | (stream1 >>> 31)) >>> 0;
    this.i3 = ((stream3 << 1) | (stream2 >>> 31)) >>> 0;
    const sum0 = this.i0 + state0;
    const sum1 = this.i1 + state1 + (sum0 >= 2 ** 32 ? 1 : 0);
    const sum2 = this.i2 + state2 + (sum1 >= 2 ** 32 ? 1 : 0);
    this.s0 = sum0 >>> 0;
    this.s1 = sum1 >>> 0;
    this.s2 = sum2 >>> 0;
    this.s3 = (this.i3 + state3 + (sum2 >= 2 ** 32 ? 1 : 0)) >>> 0;
    this.advance();
  }

  next(): void {
    this.advance();
    const { s0, s1, s2, s3 } = this;
    const rotation = s3 >>> 26;
    const folded = rotation & 32 ? s2 ^ s0 : s3 ^ s1;
    const other = rotation & 32 ? s3 ^ s1 : s2 ^ s0;
    const right = rotation & 31;
    this.high = (folded >>> right) | ((other << 1) << (31 - right));
    this.low = (other >>> right) | ((folded << 1) << (31 - right));
  }

  words(): { state: number[]; increment: number[] } {
    return { state: [this.s0, this.s1, this.s2, this.s3], increment: [this.i0, this.i1, this.i2, this.i3] };
  }

  setWords({ state, increment }: { state: readonly number[]; increment: readonly number[] }): void {
    [this.s0, this.s1, this.s2, this.s3] = fourWords(state);
    [this.i0, this.i1, this.i2, this.i3] = fourWords(increment);
  }

  /** state = state * multiplier + increment, modulo 2^128. */
  private advance(): void {
    const { s0, s1, s2, s3 } = this;
    const p00 = Math.imul(s0, M0) >>> 0;
    const p01 = Math.imul(s0, M1) >>> 0;
    const p10 = Math.imul(s1, M0) >>> 0;
    const p02 = Math.imul(s0, M2) >>> 0;
    const p11 = Math.imul(s1, M1) >>> 0;
    const p20 = Math.imul(s2, M0) >>> 0;

    const word0 = p00 + this.i0;
    const word1 = upperHalf(s0, M0, p00) + p01 + p10 + this.i1 + (word0 >= 2 ** 32 ? 1 : 0);
    const word2 =
      upperHalf(s0, M1, p01) + upperHalf(s1, M0, p10) + p02 + p11 + p20 + this.i2 + Math.floor(word1 * 2 ** -32);
    const word3 =
      upperHalf(s0, M2, p02) +
      upperHalf(s1, M1, p11) +
      upperHalf(s2, M0, p20) +
      Math.imul(s0, M3) +
      Math.imul(s1, M2) +
      Math.imul(s2, M1) +
      Math.imul(s3, M0) +
      this.i3 +
      Math.floor(word2 * 2 ** -32);
    this.s0 = word0 >>> 0;
    this.s1 = word1 >>> 0;
    this.s2 = word2 >>> 0;
    this.s3 = word3 >>> 0;
  }
}

type Words = [number, number, number, number];
type EightWords = [...Words, ...Words];

function fourWords(words: readonly number[]): Words {
  if (words.length !== 4 || !words.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32))
    throw new RangeError(`generator state: found [${words.join(', ')}], wanted four unsigned 32-bit words`);
  return words as Words;
}
