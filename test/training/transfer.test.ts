import { expect, test } from 'vitest';
import { type Curve, summarizeTransfer, transferPlot } from '../../src/transfer/summary.ts';

/** A seed's curve of evaluations 100 steps apart. */
const curve = (arm: string, seed: number, ...means: number[]): Curve => ({
  arm,
  seed,
  points: means.map((mean, i) => ({ step: 100 * i, mean })),
});

const CURVES = [
  curve('scratch', 0, 0, 2, 6, 8),
  curve('scratch', 1, 0, 0, 4, 10),
  curve('scratch', 2, 0, 3, 9, 9),
  curve('transfer', 0, 4, 8, 9, 9),
  curve('transfer', 1, 2, 6, 10, 11),
  curve('transfer', 2, 3, 9, 9, 10),
];

test('an arm is told by its first score, its last, and the steps to the threshold, the median over seeds', () => {
  const { arms, threshold } = summarizeTransfer(CURVES, 8);
  expect(threshold).toBe(8);
  const [scratch, transfer] = arms;
  expect(scratch).toMatchObject({ seeds: 3, first: { mean: 0 }, final: { mean: 9 }, medianSteps: 300 });
  expect(scratch?.stepsToThreshold).toEqual([300, 300, 200]);
  expect(scratch?.final.ci).toEqual([8, 10]);
  expect(transfer).toMatchObject({ first: { mean: 3 }, final: { mean: 10 }, medianSteps: 100 });
});

test('what was learned before is worth a jump-start and a part of the steps', () => {
  const { jumpStart, stepsRatio } = summarizeTransfer(CURVES, 8);
  expect(jumpStart).toEqual({ mean: 3, ci: [2, 4] });
  expect(stepsRatio).toBeCloseTo(1 / 3);
});

test('the threshold is nine tenths of the way to the best final score, where none is given', () => {
  expect(summarizeTransfer(CURVES).threshold).toBeCloseTo(9);
  const nothing = [curve('scratch', 0, 0, 0), curve('transfer', 0, 0, 0)];
  expect(summarizeTransfer(nothing)).toMatchObject({ threshold: null, stepsRatio: null });
});

test('seeds that never get there count as later than all others', () => {
  const slow = [
    curve('scratch', 0, 0, 9),
    curve('scratch', 1, 0, 1),
    curve('transfer', 0, 0, 9),
    curve('transfer', 1, 9, 9),
  ];
  const { arms, stepsRatio } = summarizeTransfer(slow, 9);
  expect(arms.map(({ medianSteps }) => medianSteps)).toEqual([null, 50]);
  expect(arms[0]?.stepsToThreshold).toEqual([100, null]);
  expect(stepsRatio).toBeNull();
});

test('the picture has a line for each arm, and the threshold', () => {
  const picture = transferPlot(CURVES, 'from <here>', 8);
  for (const part of ['from &lt;here>', '>scratch</text>', '>transfer</text>', 'goal 8'])
    expect(picture).toContain(part);
});
