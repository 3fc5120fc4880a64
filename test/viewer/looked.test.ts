import { expect, test } from 'vitest';
import type { TokenAttentionHeader } from '../../src/replay/format.ts';
import { wordsSeen } from '../../envs/words.ts';
import { byGroup, heaviest, tokenWeights } from '../../viewer/attention/looked.ts';
import { gridEpisode, gridHeader } from './recordings.ts';

const encoder = gridHeader.policy?.encoder as TokenAttentionHeader;
const [moment, last] = gridEpisode();

test('a chosen head shows its own weights, none chosen the mean', () => {
  expect(tokenWeights(moment!, encoder, 0)![4]).toBe(0.5);
  expect(tokenWeights(moment!, encoder, 1)![7]).toBe(1);
  expect([...tokenWeights(moment!, encoder, 'mean')!]).toEqual([0.0625, 0, 0, 0, 0.25, 0, 0, 0.625, 0, 0, 0.0625]);
});

test('or the largest weight that any head gave', () => {
  expect(tokenWeights(moment!, encoder, 'max')![7]).toBe(1);
  expect(tokenWeights(moment!, encoder, 'max')![4]).toBe(0.5);
});

test('a moment without attention has no weights', () => {
  expect(tokenWeights(last!, encoder, 'mean')).toBe(null);
});

test('weights are told apart by what they are of', () => {
  const parts = byGroup(encoder.tokens, tokenWeights(moment!, encoder, 0)!);
  expect(parts.map(({ group, sum }) => [group.name, sum])).toEqual([
    ['grid', 0.625],
    ['order', 0.25],
    ['kind', 0.125],
  ]);
});

test('words are those of the observation, as many as are tokens', () => {
  const [, order] = encoder.tokens;
  if (order?.kind !== 'words') throw new Error('the second part is a text');
  expect(wordsSeen(order, moment!.observation)).toEqual(['go', 'left']);
  expect(wordsSeen({ ...order, tokens: 1 }, moment!.observation)).toEqual(['go']);
});

test('the heaviest come first, and what has no weight not at all', () => {
  expect(heaviest(Float32Array.of(0.1, 0, 0.6, 0.3), 2)).toEqual([2, 3]);
  expect(heaviest(Float32Array.of(0, 0.5, 0), 2)).toEqual([1]);
});
