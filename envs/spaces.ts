import type { Generator } from './random.ts';

/**
 * The sets that observations and actions come from, with Gymnasium's names.
 *
 * | space         | a value of it                                            | its flat form                          |
 * |---------------|----------------------------------------------------------|----------------------------------------|
 * | Box           | array of numbers, row-major, as long as `shape` holds    | the numbers                            |
 * | Discrete      | integer from `start` to `start + n - 1`                  | one number, counted from 0             |
 * | MultiDiscrete | array of integers, each below its `n[i]`                 | the integers                           |
 * | MultiBinary   | array of `n` zeros and ones                              | the bits                               |
 * | Text          | string of at most `maxLength` characters of `characters` | character codes, 0 after the end       |
 * | Tuple         | array with a value of each part                          | the parts' flat forms, one after other |
 * | Dict          | object with a value of each part, under its key          | the same, in the order of the keys     |
 *
 * The flat form is what vector environments, rollouts and policies work on: `flatSize` numbers at an offset of a
 * Float32Array. Nothing is one-hot there; that is the encoder's business.
 */
export type Space = Box | Discrete | MultiDiscrete | MultiBinary | Text | Tuple | Dict;

/** A value of any space. */
export type Value = number | ArrayLike<number> | string | readonly Value[] | { readonly [key: string]: Value };

export interface BoxOptions {
  /** Lower bound, of every component or one each. -Infinity where there is none. */
  low: number | readonly number[];
  high: number | readonly number[];
  /** Taken from the bounds' length when left out. */
  shape?: readonly number[];
  /** `uint8` marks pixels and other bytes: a viewer shows them as an image, an encoder scales them to 0…1. */
  dtype?: 'float32' | 'uint8' | 'int32';
  /**
   * What an encoder takes as one thing to look at, of a shape [rows, columns, channels]: each `cell`, or square `patch`
   * of pixels. A `patch` of a shape [samples] or [samples, channels] is a stretch of a waveform. Left out: the whole Box
   * at once.
   */
  tokens?: 'cell' | 'patch';
  /** Pixels of a patch's side, or samples of a stretch. Left out: an image is about 8 x 8 patches, a waveform about 16. */
  patchSize?: number;
  /**
   * How many values each channel of a cell can have, where they are categories: integers from 0 on, of which none is
   * larger for being a larger number. Only with `tokens: 'cell'`; left out, they are quantities.
   */
  categories?: readonly number[];
  /** What a person calls each channel of a cell, and each of its categories: for those who look on. Only with `tokens`. */
  channels?: readonly string[];
  categoryNames?: readonly (readonly string[])[];
  /** Whether the shape begins with rows (`yx`, the default) or, as in MiniGrid, with columns. Only with `tokens`. */
  axes?: 'yx' | 'xy';
  /** One for each component, row-major. */
  names?: readonly string[];
  /** `m`, `rad/s`, …: one for each component; '' where there is none. */
  units?: readonly string[];
}

const product = (sizes: readonly number[]): number => sizes.reduce((left, right) => left * right, 1);

/** Real numbers in an n-dimensional box, each with bounds of its own. */
export class Box {
  readonly kind = 'box';
  readonly shape: readonly number[];
  readonly size: number;
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly dtype: 'float32' | 'uint8' | 'int32';
  readonly tokens: 'cell' | 'patch' | undefined;
  readonly patchSize: number | undefined;
  readonly categories: readonly number[] | undefined;
  readonly channels: readonly string[] | undefined;
  readonly categoryNames: readonly (readonly string[])[] | undefined;
  readonly axes: 'yx' | 'xy';
  readonly names: readonly string[] | undefined;
  readonly units: readonly string[] | undefined;

  constructor(options: BoxOptions) {
    const { low, high, shape, dtype = 'float32', tokens, categories, axes = 'yx', names, units } = options;
    const { channels, categoryNames, patchSize } = options;
    const bounds = typeof low === 'object' ? low : typeof high === 'object' ? high : undefined;
    this.shape = shape ?? [bounds?.length ?? 1];
    this.size = product(this.shape);
    this.low = spread('low', low, this.size);
    this.high = spread('high', high, this.size);
    for (let i = 0; i < this.size; i++) {
      if (!((this.low[i] as number) <= (this.high[i] as number)))
        throw new RangeError(`Box: low[${i}] is ${this.low[i]}, which is not at most high[${i}], ${this.high[i]}`);
    }
    this.dtype = dtype;
    if (tokens && this.shape.length !== 3 && (tokens === 'cell' || this.shape.length > 2)) {
      const wanted = tokens === 'cell' ? '' : ', [samples] or [samples, channels]';
      const found = this.shape.join(', ');
      throw new RangeError(
        `Box: tokens: '${tokens}' wants a shape [rows, columns, channels]${wanted}, found [${found}]`,
      );
    }
    if (categories && (tokens !== 'cell' || categories.length !== this.shape[2]))
      throw new RangeError(`Box: ${categories.length} categories, wanted tokens: 'cell' and one for each channel`);
    if (categoryNames?.some((ofChannel, c) => ofChannel.length !== categories?.[c]))
      throw new RangeError('Box: categoryNames wants a name for each of the categories of each channel');
    if (patchSize !== undefined && (tokens !== 'patch' || !Number.isInteger(patchSize) || patchSize < 1))
      throw new RangeError(`Box: patchSize is ${patchSize}, wanted a positive integer, and tokens: 'patch'`);
    this.tokens = tokens;
    this.patchSize = patchSize;
    this.categories = categories;
    this.channels = channels && checkedNames('Box', channels, this.shape.at(-1) ?? 0);
    this.categoryNames = categoryNames;
    this.axes = axes;
    this.names = checkedNames('Box', names, this.size);
    this.units = checkedNames('Box', units, this.size);
  }

  /**
   * A value drawn as Gymnasium draws it: uniform between two bounds, exponential beyond one, normal without any.
   */
  sample(random: Generator): number[] {
    return Array.from(this.low, (low, i) => {
      const high = this.high[i] as number;
      if (this.dtype !== 'float32') return random.integers(low, high + 1);
      if (Number.isFinite(low) && Number.isFinite(high)) return random.uniform(low, high);
      if (Number.isFinite(low)) return low - Math.log1p(-random.random());
      if (Number.isFinite(high)) return high + Math.log1p(-random.random());
      return random.standardNormal();
    });
  }

  contains(value: unknown): boolean {
    return (
      isNumbers(value, this.size) &&
      every(value, (x, i) => Math.fround(x) >= (this.low[i] as number) && Math.fround(x) <= (this.high[i] as number))
    );
  }
}

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

/** A value of each of several spaces, in order. */
export class Tuple {
  readonly kind = 'tuple';

  constructor(readonly spaces: readonly Space[]) {}

  sample(random: Generator): Value[] {
    return this.spaces.map((space) => space.sample(random));
  }

  contains(value: unknown): boolean {
    return (
      Array.isArray(value) &&
      value.length === this.spaces.length &&
      this.spaces.every((space, i) => space.contains(value[i]))
    );
  }
}

/** A value of each of several spaces, by name. */
export class Dict {
  readonly kind = 'dict';

  constructor(readonly spaces: Readonly<Record<string, Space>>) {}

  sample(random: Generator): Record<string, Value> {
    return Object.fromEntries(Object.entries(this.spaces).map(([key, space]) => [key, space.sample(random)]));
  }

  contains(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    const parts = value as Record<string, unknown>;
    return (
      Object.keys(parts).length === Object.keys(this.spaces).length &&
      Object.entries(this.spaces).every(([key, space]) => key in parts && space.contains(parts[key]))
    );
  }
}

/** How many numbers the flat form of a value has. */
export function flatSize(space: Space): number {
  switch (space.kind) {
    case 'box':
      return space.size;
    case 'discrete':
      return 1;
    case 'multiDiscrete':
      return space.n.length;
    case 'multiBinary':
      return space.n;
    case 'text':
      return space.maxLength;
    case 'tuple':
    case 'dict':
      return parts(space).reduce((sum, part) => sum + flatSize(part), 0);
    default:
      return space satisfies never;
  }
}

/**
 * Writes the flat form of `value` to `flat` at `offset`.
 *
 * Does not check that the value lies in the space: a vector environment does that, where it can say whose it is.
 */
export function flatten(space: Space, value: Value, flat: Float32Array, offset = 0): void {
  switch (space.kind) {
    case 'discrete':
      flat[offset] = (value as number) - space.start;
      return;
    case 'box':
    case 'multiDiscrete':
    case 'multiBinary': {
      const numbers = value as ArrayLike<number>;
      for (let i = 0; i < numbers.length; i++) flat[offset + i] = numbers[i] as number;
      return;
    }
    case 'text': {
      const text = value as string;
      for (let i = 0; i < space.maxLength; i++) flat[offset + i] = i < text.length ? text.charCodeAt(i) : 0;
      return;
    }
    case 'tuple':
    case 'dict': {
      let at = offset;
      const values = space.kind === 'tuple' ? (value as readonly Value[]) : valuesByKey(space, value);
      parts(space).forEach((part, i) => {
        flatten(part, values[i] as Value, flat, at);
        at += flatSize(part);
      });
      return;
    }
    default:
      space satisfies never;
  }
}

/** The value whose flat form stands in `flat` at `offset`. */
export function unflatten(space: Space, flat: ArrayLike<number>, offset = 0): Value {
  switch (space.kind) {
    case 'discrete':
      return (flat[offset] as number) + space.start;
    case 'box':
    case 'multiDiscrete':
    case 'multiBinary':
      return numbersAt(flat, offset, flatSize(space));
    case 'text': {
      const codes = numbersAt(flat, offset, space.maxLength);
      const end = codes.indexOf(0);
      return String.fromCharCode(...(end < 0 ? codes : codes.slice(0, end)));
    }
    case 'tuple':
    case 'dict': {
      let at = offset;
      const values = parts(space).map((part) => {
        const value = unflatten(part, flat, at);
        at += flatSize(part);
        return value;
      });
      if (space.kind === 'tuple') return values;
      return Object.fromEntries(Object.keys(space.spaces).map((key, i) => [key, values[i] as Value]));
    }
    default:
      return space satisfies never;
  }
}

/** What Array.from does, which costs more than a step of many an environment. */
function numbersAt(flat: ArrayLike<number>, offset: number, size: number): number[] {
  const numbers: number[] = [];
  for (let i = offset; i < offset + size; i++) numbers.push(flat[i] as number);
  return numbers;
}

/** A short name for messages: `Box(4)`, `Discrete(2)`, `Dict(image: Box(7, 7, 3), direction: Discrete(4))`. */
export function describeSpace(space: Space): string {
  switch (space.kind) {
    case 'box':
      return `Box(${space.shape.join(', ')})`;
    case 'discrete':
      return `Discrete(${space.n})`;
    case 'multiDiscrete':
      return `MultiDiscrete(${space.n.join(', ')})`;
    case 'multiBinary':
      return `MultiBinary(${space.n})`;
    case 'text':
      return `Text(${space.maxLength})`;
    case 'tuple':
      return `Tuple(${space.spaces.map(describeSpace).join(', ')})`;
    case 'dict':
      return `Dict(${Object.entries(space.spaces)
        .map(([key, part]) => `${key}: ${describeSpace(part)}`)
        .join(', ')})`;
    default:
      return space satisfies never;
  }
}

function parts(space: Tuple | Dict): readonly Space[] {
  return space.kind === 'tuple' ? space.spaces : Object.values(space.spaces);
}

function valuesByKey(space: Dict, value: Value): Value[] {
  return Object.keys(space.spaces).map((key) => (value as Record<string, Value>)[key] as Value);
}

function spread(name: string, bound: number | readonly number[], size: number): Float32Array {
  if (typeof bound === 'number') return new Float32Array(size).fill(bound);
  if (bound.length !== size) throw new RangeError(`Box: ${name} has ${bound.length} numbers, the shape holds ${size}`);
  return Float32Array.from(bound);
}

function checkedNames(kind: string, names: readonly string[] | undefined, size: number): readonly string[] | undefined {
  if (names && names.length !== size) throw new RangeError(`${kind}: ${names.length} names for ${size} components`);
  return names;
}

function positiveInteger(kind: string, n: number): number {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`${kind}: n is ${n}, wanted a positive integer`);
  return n;
}

function isNumbers(value: unknown, length: number): value is ArrayLike<number> {
  return (
    (Array.isArray(value) || ArrayBuffer.isView(value)) && (value as unknown as ArrayLike<unknown>).length === length
  );
}

function every(values: ArrayLike<number>, holds: (value: number, index: number) => boolean): boolean {
  for (let i = 0; i < values.length; i++) if (!holds(values[i] as number, i)) return false;
  return true;
}
