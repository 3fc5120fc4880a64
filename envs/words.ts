import { type SentenceTokens, WORD_BUCKETS, type WordTokens } from './tokens.ts';

const SPACE = 32;

/**
 * Gives the words of a text numbers, in place of its characters: of a text's flat form, the first `tokens` numbers are
 * then those of its words, and 0 after the last.
 *
 * A word's number is its place in `words` and one more; where the space names no words, it is one of `WORD_BUCKETS` by
 * the word's hash, so that two words may share a number.
 */
export class WordNumbers {
  readonly #group: WordTokens;
  readonly #numbers: ReadonlyMap<number, number> | null;
  readonly #seed: number;

  constructor(group: WordTokens) {
    this.#group = group;
    const { words } = group;
    // A seed by which no two words have the same hash.
    let seed = 0;
    while (words && new Set(words.map((word) => hash(word, seed))).size < new Set(words).size) seed++;
    this.#seed = seed;
    this.#numbers = words && new Map(words.map((word, i) => [hash(word, seed), i + 1]));
  }

  /**
   * @param observations rows of `size` numbers, which change
   * @throws RangeError for a word that is none of the space's
   */
  apply(observations: Float32Array, size: number): void {
    const { offset, size: length, tokens } = this.#group;
    for (let row = offset; row < observations.length; row += size) this.#applyTo(observations, row, length, tokens);
  }

  #applyTo(observations: Float32Array, at: number, length: number, tokens: number): void {
    let found = 0;
    let value = start(this.#seed);
    let letters = 0;
    for (let i = 0; i <= length && found < tokens; i++) {
      const character = i < length ? (observations[at + i] as number) : 0;
      if (character !== 0 && character !== SPACE) {
        value = mix(value, character);
        letters++;
        continue;
      }
      // Never behind the character just read, so that none is overwritten before it was.
      if (letters > 0) observations[at + found++] = this.#numberOf(value);
      if (character === 0) break;
      value = start(this.#seed);
      letters = 0;
    }
    observations.fill(0, at + found, at + length);
  }

  #numberOf(value: number): number {
    if (!this.#numbers) return 1 + ((value >>> 0) % WORD_BUCKETS);
    const number = this.#numbers.get(value);
    if (number === undefined)
      throw new RangeError(`the text ${this.#group.name} has a word that is none of its space's words`);
    return number;
  }
}

/** The words that are tokens, as they stand in an observation's flat form. */
export function wordsSeen({ offset, size, tokens }: WordTokens, observation: ArrayLike<number>): string[] {
  let text = '';
  for (let i = offset; i < offset + size && observation[i]; i++) text += String.fromCharCode(observation[i] as number);
  return text
    .split(' ')
    .filter((word) => word !== '')
    .slice(0, tokens);
}

/** Gives a text as a whole its number, in place of its characters: the first of its flat form; 0 is what follows. */
export class SentenceNumbers {
  readonly #group: SentenceTokens;
  readonly #numberOf: (text: string) => number;

  constructor(group: SentenceTokens, numberOf: (text: string) => number) {
    this.#group = group;
    this.#numberOf = numberOf;
  }

  /** @param observations rows of `size` numbers, which change */
  apply(observations: Float32Array, size: number): void {
    const { offset, size: length } = this.#group;
    for (let row = offset; row < observations.length; row += size) {
      const characters = observations.subarray(row, row + length);
      const end = characters.indexOf(0);
      const number = this.#numberOf(String.fromCharCode(...characters.subarray(0, end < 0 ? length : end)));
      characters.fill(0);
      characters[0] = number;
    }
  }
}

/** FNV-1a, over UTF-16 code units. @see http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(word: string, seed: number): number {
  let value = start(seed);
  for (let i = 0; i < word.length; i++) value = mix(value, word.charCodeAt(i));
  return value;
}

function start(seed: number): number {
  return 0x811c9dc5 ^ seed;
}

function mix(value: number, character: number): number {
  return Math.imul(value ^ character, 0x01000193);
}
