import { checkedNames, every, isNumbers } from './components.ts';
import type { Generator } from './random.ts';

/** One of `n` integers, from `start` on. */
export class Discrete {
  readonly kind = 'discrete';
  readonly n: number;
  readonly start: number;
  /** What each value means: "push left", "push right". */
  readonly names: readonly string[] | undefined;

  constructor(n: number, { start = 0, names }: { start?: number; names?: readonly string[] } = {}) {
    this.n = positiveInteger('Discrete', n);
    this.start = start;
    this.names = checkedNames('Discrete', names, n);
  }

  sample(random: Generator, mask?: ArrayLike<number>): number {
    if (!mask) return this.start + random.integers(this.n);
    const possible = Array.from({ length: this.n }, (_, value) => value).filter((value) => mask[value]);
    if (possible.length === 0) throw new RangeError(`Discrete(${this.n}): every action is masked`);
    return this.start + (possible[random.integers(possible.length)] as number);
  }

  contains(value: unknown): boolean {
    return Number.isInteger(value) && (value as number) >= this.start && (value as number) < this.start + this.n;
  }
}

/** Several Discrete values at once; part `i` is below `n[i]`. */
export class MultiDiscrete {
  readonly kind = 'multiDiscrete';
  readonly n: readonly number[];
  /** One for each part. */
  readonly names: readonly string[] | undefined;

  constructor(n: readonly number[], { names }: { names?: readonly string[] } = {}) {
    this.n = n.map((part) => positiveInteger('MultiDiscrete', part));
    this.names = checkedNames('MultiDiscrete', names, n.length);
  }

  sample(random: Generator): number[] {
    return this.n.map((n) => random.integers(n));
  }

  contains(value: unknown): boolean {
    return (
      isNumbers(value, this.n.length) &&
      every(value, (x, i) => Number.isInteger(x) && x >= 0 && x < (this.n[i] as number))
    );
  }
}

/** `n` switches, each 0 or 1. */
export class MultiBinary {
  readonly kind = 'multiBinary';
  readonly n: number;
  readonly names: readonly string[] | undefined;

  constructor(n: number, { names }: { names?: readonly string[] } = {}) {
    this.n = positiveInteger('MultiBinary', n);
    this.names = checkedNames('MultiBinary', names, n);
  }

  sample(random: Generator): number[] {
    return Array.from({ length: this.n }, () => random.integers(2));
  }

  contains(value: unknown): boolean {
    return isNumbers(value, this.n) && every(value, (bit) => bit === 0 || bit === 1);
  }
}

const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Strings of at most `maxLength` characters. */
export class Text {
  readonly kind = 'text';
  readonly maxLength: number;
  readonly characters: string;
  /** All words that its strings are made of, with a space between two, where that is known. */
  readonly words: readonly string[] | undefined;

  constructor(
    maxLength: number,
    { characters = ALPHANUMERIC, words }: { characters?: string; words?: readonly string[] } = {},
  ) {
    this.maxLength = positiveInteger('Text', maxLength);
    this.characters = words ? [...new Set(Array.from(` ${words.join('')}`))].join('') : characters;
    this.words = words;
  }

  sample(random: Generator): string {
    if (this.words) return this.#sampleWords(this.words, random);
    const length = random.integers(this.maxLength + 1);
    return Array.from({ length }, () => this.characters[random.integers(this.characters.length)]).join('');
  }

  contains(value: unknown): boolean {
    return (
      typeof value === 'string' &&
      value.length <= this.maxLength &&
      (this.words
        ? value === '' || value.split(' ').every((word) => this.words?.includes(word))
        : Array.from(value).every((c) => this.characters.includes(c)))
    );
  }

  /** Words as long as they fit, one of them at least where any does. */
  #sampleWords(words: readonly string[], random: Generator): string {
    let text = '';
    for (;;) {
      const word = random.choice(words);
      const longer = text === '' ? word : `${text} ${word}`;
      if (longer.length > this.maxLength) return text;
      text = longer;
    }
  }
}

function positiveInteger(kind: string, n: number): number {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`${kind}: n is ${n}, wanted a positive integer`);
  return n;
}
