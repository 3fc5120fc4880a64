import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Box, Dict, Discrete, flatSize, flatten, MultiBinary, MultiDiscrete, Text, Tuple } from '../../envs/spaces.ts';
import {
  countTokens,
  MOST_WORDS,
  numbersOf as numbersOfToken,
  placeOf,
  tokenName,
  tokensOf,
  WORD_BUCKETS,
} from '../../envs/tokens.ts';
import type { CellTokens, PatchTokens, WaveformTokens, WordTokens } from '../../envs/tokens.ts';
import { WordNumbers } from '../../envs/words.ts';

const image = (rows: number, columns: number, channels: number): Box =>
  new Box({ low: 0, high: 255, shape: [rows, columns, channels], dtype: 'uint8' });

describe('tokens of a space', () => {
  test('cover its flat form once, part after part', () => {
    const space = new Dict({
      view: new Box({ low: 0, high: 255, shape: [7, 5, 3], dtype: 'uint8', tokens: 'cell', categories: [11, 6, 3] }),
      self: new Tuple([new Discrete(4), new Box({ low: -1, high: 1, shape: [3] })]),
      bits: new MultiBinary(6),
      kinds: new MultiDiscrete([2, 5], { names: ['shape', 'size'] }),
      camera: image(20, 16, 3),
      sound: new Box({ low: -1, high: 1, shape: [50, 2], tokens: 'patch' }),
      mission: new Text(24),
    });
    const groups = tokensOf(space);
    expect(groups.map(({ name, kind, tokens }) => [name, kind, tokens])).toEqual([
      ['view', 'cells', 35],
      ['self.0', 'category', 1],
      ['self.1', 'vector', 1],
      ['bits', 'vector', 1],
      ['kinds.shape', 'category', 1],
      ['kinds.size', 'category', 1],
      ['camera', 'patches', 42],
      ['sound', 'waveform', 13],
      ['mission', 'words', 12],
    ]);
    let at = 0;
    for (const { offset, size } of groups) {
      expect(offset).toBe(at);
      at += size;
    }
    expect(at).toBe(flatSize(space));
    expect(countTokens(groups)).toBe(107);
  });

  test.each([
    ['bytes of a picture', image(16, 16, 1), 'patches'],
    ['bytes of something smaller', image(15, 16, 3), 'cells'],
    ['bytes in more channels than colours', image(16, 16, 5), 'cells'],
    ['numbers in three axes', new Box({ low: 0, high: 1, shape: [32, 32, 3] }), 'cells'],
    ['numbers in two axes', new Box({ low: 0, high: 255, shape: [32, 32], dtype: 'uint8' }), 'vector'],
  ] as const)('of %s that declares nothing', (_, space, kind) => {
    expect(tokensOf(space)[0]?.kind).toBe(kind);
  });

  test('an image is about 8 by 8 patches, whatever its size', () => {
    for (const [rows, columns] of [
      [16, 16],
      [84, 84],
      [64, 96],
      [210, 160],
    ] as const) {
      const [group] = tokensOf(image(rows, columns, 3)) as [PatchTokens];
      expect(Math.max(...group.shape)).toBeGreaterThanOrEqual(8);
      expect(Math.max(...group.shape)).toBeLessThanOrEqual(9);
      expect(group.shape[0] * group.side).toBeGreaterThanOrEqual(rows);
      expect(group.shape[1] * group.side).toBeGreaterThanOrEqual(columns);
    }
  });

  test('a waveform is about 16 patches, named in order, the last one as long as what remains', () => {
    const waveform = (...shape: number[]): WaveformTokens =>
      tokensOf(new Dict({ audio: new Box({ low: -1, high: 1, shape, tokens: 'patch' }) }))[0] as WaveformTokens;
    expect(waveform(128)).toMatchObject({ tokens: 16, length: 8 });
    const stereo = waveform(50, 2);
    expect(tokenName(stereo, 2)).toBe('audio patch 3');
    expect(numbersOfToken(stereo, 12)).toEqual([96, 97, 98, 99]);
    expect(stereo.scale).toBe(1);
    const six = new Box({ low: 0, high: 1, shape: [50], tokens: 'patch', patchSize: 6 });
    expect(tokensOf(six)[0]).toMatchObject({ tokens: 9, length: 6 });
    expect(() => new Box({ low: 0, high: 1, shape: [4], patchSize: 2 })).toThrow(
      /wanted a positive integer, and tokens/,
    );
    expect(() => new Box({ low: 0, high: 1, shape: [4, 4], tokens: 'cell' })).toThrow(
      "tokens: 'cell' wants a shape [rows, columns, channels], found [4, 4]",
    );
    expect(() => new Box({ low: 0, high: 1, shape: [2, 2, 2, 2], tokens: 'patch' })).toThrow(
      /or \[samples, channels\]/,
    );
  });

  test('quantities of known bounds are scaled by them, others by what will be seen', () => {
    const scale = (high: number, dtype?: 'uint8'): unknown =>
      (tokensOf(new Box({ low: 0, high, shape: [2, 2, 2], ...(dtype && { dtype }) }))[0] as CellTokens).scale;
    expect(scale(1)).toBe(1);
    expect(scale(4)).toBe(1 / 4);
    expect(scale(255, 'uint8')).toBe(1 / 255);
    expect(scale(Infinity)).toBe(null);
  });

  test('places have the names of their rows and columns, whichever axis comes first', () => {
    const cells = { low: 0, high: 1, shape: [4, 3, 1], tokens: 'cell' } as const;
    const [rowsFirst] = tokensOf(new Box(cells)) as [CellTokens];
    const [columnsFirst] = tokensOf(new Dict({ image: new Box({ ...cells, axes: 'xy' }) })) as [CellTokens];
    expect(placeOf(rowsFirst, 5)).toEqual([1, 2]);
    expect(tokenName(rowsFirst, 5)).toBe('row 2, column 3');
    expect(placeOf(columnsFirst, 5)).toEqual([2, 1]);
    expect(tokenName(columnsFirst, 5)).toBe('image row 3, column 2');
  });
});

describe('words', () => {
  const WORDS = ['go', 'to', 'the', 'red', 'door', 'a'];

  /** Words' numbers of texts, in rows between other numbers. */
  function numbersOf(space: Text, ...texts: string[]): number[][] {
    const whole = new Tuple([new Discrete(9), space, new Discrete(9)]);
    const size = flatSize(whole);
    const flat = new Float32Array(texts.length * size);
    texts.forEach((text, i) => flatten(whole, [7, text, 8], flat, i * size));
    const group = tokensOf(whole).find(({ kind }) => kind === 'words') as WordTokens;
    new WordNumbers(group).apply(flat, size);
    return texts.map((_, i) => {
      const row = [...flat.subarray(i * size, (i + 1) * size)];
      expect([row[0], row.at(-1)]).toEqual([7, 8]);
      expect(row.slice(1 + group.tokens, -1).every((number) => number === 0)).toBe(true);
      return row.slice(1, 1 + group.tokens);
    });
  }

  test('get their place in the vocabulary, and 0 after the last', () => {
    const space = new Text(20, { words: WORDS });
    expect(numbersOf(space, 'go to the red door', 'a', '')).toEqual([
      [1, 2, 3, 4, 5, 0, 0, 0, 0, 0],
      [6, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  test('any text of the space is read as it stands, as far as there are tokens', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }), (words) => {
        const [numbers] = numbersOf(new Text(150, { words: WORDS }), words.join(' '));
        const wanted = words.map((word) => 1 + WORDS.indexOf(word)).slice(0, MOST_WORDS);
        expect(numbers).toEqual([...wanted, ...new Array<number>(MOST_WORDS - wanted.length).fill(0)]);
      }),
    );
  });

  test('without a vocabulary, a word has one number wherever it stands, and most words have their own', () => {
    const space = new Text(40, { characters: 'abcdefgh ' });
    const [first, second] = numbersOf(space, 'head bag', '  bag  head ') as [number[], number[]];
    expect(first.slice(0, 2)).toEqual(second.slice(0, 2).reverse());
    expect(first.slice(2).every((number) => number === 0)).toBe(true);
    const words = Array.from({ length: 64 }, (_, i) => `w${i}`);
    const numbers = new Set(words.map((word) => numbersOf(space, word)[0]?.[0] as number));
    expect(numbers.size).toBeGreaterThan(48);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(WORD_BUCKETS);
  });

  test('that are none of the space are refused', () => {
    expect(() => numbersOf(new Text(20, { words: WORDS }), 'go to hell')).toThrow(
      'the text 1 has a word that is none of its space',
    );
  });
});
