import { expect, test } from 'vitest';
import { heaviestLags, weightsByLag } from '../../viewer/attention/attention.ts';
import { markerEpisode } from './recordings.ts';

const shape = { layers: 2, heads: 2 };
const [moment] = markerEpisode(1);
// [layers, heads, lags]
const attention = [
  [
    [0.75, 0.25, 0],
    [0.25, 0.75, 0],
  ],
  [
    [0, 0, 1],
    [0, 0.5, 0.5],
  ],
];
const attending = { ...moment!, decision: { ...moment!.decision!, attention: attention.flat(2) } };

test('a chosen head shows its own weights', () => {
  expect([...weightsByLag(attending, shape, { layer: 1, head: 0 })!]).toEqual([0, 0, 1]);
});

test('a choice left open shows the mean, which sums to 1 too', () => {
  expect([...weightsByLag(attending, shape, { layer: null, head: null })!]).toEqual([0.25, 0.375, 0.375]);
  expect([...weightsByLag(attending, shape, { layer: 0, head: null })!]).toEqual([0.5, 0.5, 0]);
  expect([...weightsByLag(attending, shape, { layer: null, head: 1 })!]).toEqual([0.125, 0.625, 0.25]);
});

test('a moment without attention has no weights', () => {
  expect(weightsByLag({ ...attending, decision: null }, shape, { layer: null, head: null })).toBe(null);
});

test('the heaviest steps are listed from the most recent', () => {
  expect(heaviestLags(Float32Array.of(0.1, 0.4, 0, 0.3, 0.2), 3)).toEqual([1, 3, 4]);
});
