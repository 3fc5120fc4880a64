import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Generator, SeedSequence, freshSeed } from '../../envs/random.ts';

interface Recorded {
  seed: number;
  [draws: string]: number | number[];
}

// Recorded from numpy 1.24.2: in each case every draw comes from one default_rng(seed), in the order of the keys.
const { cases } = JSON.parse(readFileSync(new URL('../fixtures/numpy-random.json', import.meta.url), 'utf8')) as {
  cases: Recorded[];
};

const repeat = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);

/** The draws of the recording, by the name it gives them. */
const draws: Record<string, (random: Generator) => number | number[]> = {
  random: (random) => repeat(6, () => random.random()),
  'uniform(-0.05,0.05,4)': (random) => repeat(4, () => random.uniform(-0.05, 0.05)),
  'integers(10)x8': (random) => repeat(8, () => random.integers(10)),
  'integers(3,7)x8': (random) => repeat(8, () => random.integers(3, 7)),
  'integers(2**40)x3': (random) => repeat(3, () => random.integers(2 ** 40)),
  'integers(0,5,size=6)': (random) => repeat(6, () => random.integers(0, 5)),
  'choice(5)': (random) => random.choice(5),
  'choice([10,20,30])': (random) => random.choice([10, 20, 30]),
  'choice(4,p=[.1,.2,.3,.4])x5': (random) => repeat(5, () => random.choice(4, { p: [0.1, 0.2, 0.3, 0.4] })),
  'shuffle(list range(8))': (random) => {
    const items = [0, 1, 2, 3, 4, 5, 6, 7];
    random.shuffle(items);
    return items;
  },
  'permutation(8)': (random) => random.permutation(8),
  'standard_normal x6': (random) => repeat(6, () => random.standardNormal()),
  'random float32 x3': (random) => repeat(3, () => random.random32()),
};

describe.each(cases)('seed $seed', ({ seed, ...recorded }) => {
  test('every draw equals the one of numpy', () => {
    const random = new Generator(seed);
    for (const [name, wanted] of Object.entries(recorded)) {
      const found = draws[name]?.(random);
      const digits = name.startsWith('standard_normal') ? 13 : 16;
      [found].flat().forEach((x, i) => expect.soft(x, name).toBeCloseTo([wanted].flat()[i] as number, digits));
    }
  });
});

test('a generator goes on where its state was taken, through JSON', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(20), (seed, before) => {
      const random = new Generator(seed);
      for (let i = 0; i < before; i++) random.integers(10);
      const copy = Generator.fromState(JSON.parse(JSON.stringify(random.state())));
      expect(repeat(5, () => copy.integers(100))).toEqual(repeat(5, () => random.integers(100)));
      expect(copy.random()).toBe(random.random());
    }),
  );
});

test('integers lie within their bounds, however wide', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), fc.maxSafeNat(), (seed, low, width) => {
      const high = Math.min(low + width + 1, Number.MAX_SAFE_INTEGER - 2 ** 41);
      fc.pre(high > low);
      const x = new Generator(seed).integers(low, high);
      expect(Number.isSafeInteger(x) && x >= low && x < high).toBe(true);
    }),
  );
});

test('a permutation holds every item once, and leaves what it was given alone', () => {
  const items = ['a', 'b', 'c', 'd'];
  expect(new Generator(3).permutation(items).toSorted()).toEqual(items);
  expect(items).toEqual(['a', 'b', 'c', 'd']);
});

test('a million normal numbers have the mean, variance and kurtosis of the normal distribution', () => {
  const random = new Generator(0);
  const moments = [0, 0, 0];
  for (let i = 0; i < 1e6; i++) {
    const x = random.standardNormal();
    moments[0]! += x / 1e6;
    moments[1]! += x ** 2 / 1e6;
    moments[2]! += x ** 4 / 1e6;
  }
  expect(moments[0]).toBeCloseTo(0, 2);
  expect(moments[1]).toBeCloseTo(1, 2);
  expect(moments[2]).toBeCloseTo(3, 1);
});

test('generators without a seed differ', () => {
  expect(new Generator().random()).not.toBe(new Generator().random());
  expect(Number.isSafeInteger(freshSeed())).toBe(true);
});

test.each([-1, 0.5, Number.NaN, 2 ** 53])('a seed of %s is refused', (seed) => {
  expect(() => new Generator(seed)).toThrow(/seed is .* wanted an integer/);
});

test.each([
  ['integers of an empty range', () => new Generator(0).integers(3, 3), /no integers from 3 to 3/],
  ['choice of nothing', () => new Generator(0).choice([]), /no integers from 0 to 0/],
  ['probabilities that do not sum to one', () => new Generator(0).choice(2, { p: [0.5, 0.6] }), /sum to 1\.1/],
  [
    'a state that is not one',
    () => Generator.fromState({ state: [1], increment: [], buffered: null }),
    /four unsigned/,
  ],
])('%s is refused', (_, draw, message) => {
  expect(draw).toThrow(message);
});

test('a spawn key gives a stream of its own', () => {
  const words = (sequence: SeedSequence): number[] => [...sequence.generateState(2)];
  expect(words(new SeedSequence(5, [0]))).not.toEqual(words(new SeedSequence(5, [1])));
  // numpy 2: SeedSequence(5, spawn_key=(1,)).generate_state(2)
  expect(words(new SeedSequence(5, [1]))).toEqual([3767054407, 1612269649]);
});

test('a generator that is seeded again is a new one, whatever it drew before', () => {
  const random = new Generator(1);
  for (const seed of [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]) {
    random.integers(10); // leaves half a word
    random.reseed(seed);
    expect(random.state()).toEqual(new Generator(seed).state());
  }
  expect(() => random.reseed(-1)).toThrow(/seed is -1, wanted an integer/);
});
