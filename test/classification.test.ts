import { expect, test } from 'vitest';
import { accuracy, emptyConfusion, macroF1, macroRecall } from '../src/classification.ts';

/** Ten cases of class 0, four of 1, none of 2, one of 3; class 2 was told twice, class 3 never. */
const COUNTS = [
  [8, 1, 1, 0],
  [1, 2, 1, 0],
  [0, 0, 0, 0],
  [1, 0, 0, 0],
];

test('accuracy is the share on the diagonal', () => {
  expect(accuracy(COUNTS)).toBeCloseTo(10 / 15, 12);
});

test('macro recall is the mean over the classes that there are, however rare', () => {
  expect(macroRecall(COUNTS)).toBeCloseTo((8 / 10 + 2 / 4) / 3, 12);
});

test('macro F1 is the mean over the classes that there are or that were told', () => {
  // Told: 10 of class 0, 3 of 1, 2 of 2, 0 of 3. F1 = 2 right / (actual + told).
  expect(macroF1(COUNTS)).toBeCloseTo((16 / 20 + 4 / 7) / 4, 12);
});

test('always the most frequent class is accurate, and has a low macro recall and F1', () => {
  const always = [
    [9, 0],
    [1, 0],
  ];
  expect(accuracy(always)).toBe(0.9);
  expect(macroRecall(always)).toBe(0.5);
  expect(macroF1(always)).toBeCloseTo(18 / 19 / 2, 12);
});

test('all right is 1, all wrong 0, and nothing at all no number', () => {
  const right = [
    [3, 0],
    [0, 2],
  ];
  const wrong = [
    [0, 3],
    [2, 0],
  ];
  for (const measure of [accuracy, macroRecall, macroF1]) {
    expect(measure(right)).toBe(1);
    expect(measure(wrong)).toBe(0);
    expect(measure(emptyConfusion(2))).toBeNaN();
  }
});
