import type { Space, Value } from '../../envs/spaces.ts';

/** A value of a space as plain JSON, the numbers of a Box nested as its shape says: [2, 3] gives two rows of three. */
export function toJson(space: Space, value: Value): unknown {
  switch (space.kind) {
    case 'box':
      return nested(Array.from(value as ArrayLike<number>), space.shape);
    case 'multiDiscrete':
    case 'multiBinary':
      return Array.from(value as ArrayLike<number>);
    case 'discrete':
    case 'text':
      return value;
    case 'tuple':
      return space.spaces.map((part, i) => toJson(part, (value as readonly Value[])[i] as Value));
    case 'dict':
      return Object.fromEntries(
        Object.entries(space.spaces).map(([key, part]) => [
          key,
          toJson(part, (value as Record<string, Value>)[key] as Value),
        ]),
      );
    default:
      return space satisfies never;
  }
}

function nested(numbers: readonly number[], shape: readonly number[]): unknown {
  const [length = 1, ...inner] = shape;
  if (inner.length === 0) return numbers;
  const size = numbers.length / length;
  return Array.from({ length }, (_, i) => nested(numbers.slice(i * size, (i + 1) * size), inner));
}
