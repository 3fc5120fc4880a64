import type { Box } from './box.ts';
import type { Discrete, MultiBinary, MultiDiscrete, Text } from './discreteSpaces.ts';
import type { Generator } from './random.ts';

// All spaces are had from here; each that holds no others is in a file with its likes.
export { Box, type BoxOptions } from './box.ts';
export { Discrete, MultiBinary, MultiDiscrete, Text } from './discreteSpaces.ts';

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
