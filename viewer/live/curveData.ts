import uPlot from 'uplot';
import { CURVES } from './runMetrics.ts';
import type { RunMetrics, Term } from './runMetrics.ts';

/** A value at each step; undefined where the run says nothing of that step, null where it has none. */
export type Column = (number | null | undefined)[];

/** The curves of several runs over the steps of all of them together. */
export interface CurveData {
  steps: number[];
  /** A column for each run. */
  curves: Record<Term, Column[]>;
  /** Mean, lower and upper end of each run's evaluations. */
  evaluations: { means: Column; lows: Column; highs: Column }[];
}

export function joinCurves(runs: readonly RunMetrics[]): CurveData {
  if (runs.length === 0) return { steps: [], curves: byTerm(() => []), evaluations: [] };
  const tables = runs.flatMap((run): uPlot.AlignedData[] => [
    [run.steps, ...CURVES.map(({ term }) => [...run.values(term)])],
    [
      run.evaluations.map(({ step }) => step),
      run.evaluations.map(({ mean }) => mean),
      run.evaluations.map(({ low }) => low),
      run.evaluations.map(({ high }) => high),
    ],
  ]);
  const [steps, ...columns] = uPlot.join(tables);
  const width = CURVES.length + 3; // columns of a run
  const column = (run: number, i: number): Column => columns[run * width + i] as Column;
  return {
    steps: [...steps],
    curves: byTerm((i) => runs.map((_, run) => column(run, i))),
    evaluations: runs.map((_, run) => ({
      means: column(run, CURVES.length),
      lows: column(run, CURVES.length + 1),
      highs: column(run, CURVES.length + 2),
    })),
  };
}

/** Whether all numbers in some columns are above 0; and there are any. */
export function allPositive(columns: readonly Column[]): boolean {
  const numbers = columns.flat().filter((value) => typeof value === 'number');
  return numbers.length > 0 && numbers.every((value) => value > 0);
}

function byTerm(columnsOf: (index: number) => Column[]): Record<Term, Column[]> {
  return Object.fromEntries(CURVES.map(({ term }, i) => [term, columnsOf(i)])) as Record<Term, Column[]>;
}
