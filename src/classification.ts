/**
 * How often each class was taken for which: `counts[actual][predicted]`.
 *
 * Of each class c: recall_c = counts[c][c] / actual_c, precision_c = counts[c][c] / predicted_c,
 * F1_c = 2 precision_c recall_c / (precision_c + recall_c) = 2 counts[c][c] / (actual_c + predicted_c).
 */
export type Confusion = number[][];

export function emptyConfusion(classes: number): Confusion {
  return Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
}

/** Share of cases that were taken for what they are; NaN without a case. */
export function accuracy(counts: Confusion): number {
  const right = counts.reduce((sum, row, c) => sum + (row[c] as number), 0);
  return right / counts.flat().reduce((sum, count) => sum + count, 0);
}

/** Mean recall of the classes that there are cases of: each counts the same, however rare. NaN without a case. */
export function macroRecall(counts: Confusion): number {
  const recalls = counts.flatMap((row, c) => {
    const actual = sum(row);
    return actual > 0 ? [(row[c] as number) / actual] : [];
  });
  return sum(recalls) / recalls.length;
}

/** Mean F1 of the classes that there are cases of, or that one was taken for. NaN without a case. */
export function macroF1(counts: Confusion): number {
  const scores = counts.flatMap((row, c) => {
    const either = sum(row) + sum(counts.map((other) => other[c] as number));
    return either > 0 ? [(2 * (row[c] as number)) / either] : [];
  });
  return sum(scores) / scores.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
