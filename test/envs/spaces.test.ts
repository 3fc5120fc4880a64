import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkedWriter } from '../../envs/contract.ts';
import { Generator } from '../../envs/random.ts';
import {
  Box,
  Dict,
  Discrete,
  MultiBinary,
  MultiDiscrete,
  Text,
  Tuple,
  describeSpace,
  flatSize,
  flatten,
  unflatten,
  type Space,
} from '../../envs/spaces.ts';

const image = new Box({ low: 0, high: 255, shape: [2, 3, 1], dtype: 'uint8' });
const spaces: [name: string, space: Space, size: number][] = [
  ['Box(3)', new Box({ low: -1, high: 1, shape: [3] }), 3],
  ['Box(3)', new Box({ low: [-Infinity, 0, -Infinity], high: [0, Infinity, Infinity] }), 3],
  ['Box(2, 3, 1)', image, 6],
  ['Discrete(4)', new Discrete(4, { start: 2 }), 1],
  ['MultiDiscrete(3, 5)', new MultiDiscrete([3, 5]), 2],
  ['MultiBinary(6)', new MultiBinary(6), 6],
  ['Text(8)', new Text(8), 8],
  ['Tuple(Discrete(2), Box(1))', new Tuple([new Discrete(2), new Box({ low: 0, high: 1 })]), 2],
  [
    'Dict(image: Box(2, 3, 1), mission: Text(5), at: Tuple(Discrete(2)))',
    new Dict({ image, mission: new Text(5), at: new Tuple([new Discrete(2)]) }),
    12,
  ],
];

describe.each(spaces)('%s', (name, space, size) => {
  test('is described by its name and flattens to its size', () => {
    expect(describeSpace(space)).toBe(name);
    expect(flatSize(space)).toBe(size);
  });

  test('contains its samples, and unflattens what it flattens', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(3), (seed, offset) => {
        const value = space.sample(new Generator(seed));
        expect(space.contains(value)).toBe(true);
        const flat = new Float32Array(size + 5).fill(-7);
        flatten(space, value, flat, offset);
        const again = unflatten(space, flat, offset);
        // Real numbers come back as float32.
        expect(again).toEqual(
          JSON.parse(JSON.stringify(value), (_, x: unknown) => (typeof x === 'number' ? Math.fround(x) : x)),
        );
        expect([...flat.subarray(0, offset), ...flat.subarray(offset + size)]).toEqual(
          Array.from({ length: 5 }, () => -7),
        );
      }),
    );
  });

  test('a checked writer writes the same, and refuses what is not a value', () => {
    const value = space.sample(new Generator(0));
    const [plain, checked] = [new Float32Array(size), new Float32Array(size)];
    flatten(space, value, plain);
    expect(checkedWriter(space)(value, checked, 0)).toBeUndefined();
    expect(checked).toEqual(plain);
    for (const wrong of [undefined, null, {}, [], Number.NaN, 'é', new Promise(() => {}), () => 0])
      expect(checkedWriter(space)(wrong, checked, 0)?.wanted, String(wrong)).toMatch(/a value of|finite/);
  });
});

test('a mask leaves only the possible values to be drawn', () => {
  const random = new Generator(0);
  for (let i = 0; i < 20; i++) expect([4, 6]).toContain(new Discrete(4, { start: 3 }).sample(random, [0, 1, 0, 1]));
  expect(() => new Discrete(2).sample(random, [0, 0])).toThrow(/every action is masked/);
});

test.each([
  ['bounds that cross', () => new Box({ low: 1, high: 0 }), /low\[0\] is 1/],
  [
    'bounds of another length',
    () => new Box({ low: [0, 0], high: 1, shape: [3] }),
    /low has 2 numbers, the shape holds 3/,
  ],
  ['names of another length', () => new Box({ low: 0, high: 1, shape: [2], names: ['a'] }), /1 names for 2 components/],
  [
    'names for other categories than it has',
    () => new Box({ low: 0, high: 1, shape: [1, 1, 1], tokens: 'cell', categories: [2], categoryNames: [['a']] }),
    /a name for each of the categories/,
  ],
  ['no values', () => new Discrete(0), /n is 0, wanted a positive integer/],
])('a space with %s is refused', (_, construct, message) => {
  expect(construct).toThrow(message);
});
