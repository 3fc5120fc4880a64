import { expect, test } from 'vitest';
import { weightsByLag } from '../../agents/model/attentionWeights.ts';
import { describeSelection, heaviestLags, sameSelection } from '../../viewer/attention/attention.ts';
import { Choice } from '../../viewer/attention/choice.ts';

const shape = { layers: 2, heads: 2 };
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
].flat(2);
const weights = (layer: number | null, head: number | null, merge: 'mean' | 'max' = 'mean'): number[] => [
  ...weightsByLag(attention, shape, { layer, head, merge }),
];

test('a chosen head shows its own weights', () => {
  expect(weights(1, 0)).toEqual([0, 0, 1]);
  expect(weights(1, 0, 'max')).toEqual([0, 0, 1]);
});

test('a choice left open shows the mean, which sums to 1 too', () => {
  expect(weights(null, null)).toEqual([0.25, 0.375, 0.375]);
  expect(weights(0, null)).toEqual([0.5, 0.5, 0]);
  expect(weights(null, 1)).toEqual([0.125, 0.625, 0.25]);
});

test('or the largest weight that any of them gave', () => {
  expect(weights(null, null, 'max')).toEqual([0.75, 0.75, 1]);
  expect(weights(1, null, 'max')).toEqual([0, 0.5, 1]);
});

test('a single head is the same however heads are merged, and is called so', () => {
  const head = { layer: 0, head: 1 };
  expect(sameSelection({ ...head, merge: 'mean' }, { ...head, merge: 'max' })).toBe(true);
  expect(sameSelection({ ...head, merge: 'mean' }, { layer: 0, head: null, merge: 'mean' })).toBe(false);
  expect(describeSelection({ ...head, merge: 'max' })).toBe('layer 1, head 2');
  expect(describeSelection({ layer: 0, head: null, merge: 'max' })).toBe('layer 1, largest of its heads');
});

test('the heaviest steps are listed from the most recent', () => {
  expect(heaviestLags(Float32Array.of(0.1, 0.4, 0, 0.3, 0.2), 3)).toEqual([1, 3, 4]);
});

test('a press locks a choice, a pointer shows another for as long as it rests, a second press lets go', () => {
  const choice = new Choice<string>('all');
  const shown: string[] = [];
  choice.onChange(() => shown.push(choice.shown));
  choice.preview('a');
  choice.press('a');
  choice.endPreview(); // changes nothing that is seen
  choice.preview('b');
  expect(choice.isLocked('a')).toBe(true);
  choice.endPreview();
  choice.press('a');
  choice.unlock();
  expect(shown).toEqual(['a', 'a', 'b', 'a', 'all']);
});
