import { formatNumber, groupThousands } from '../page/numbers.ts';
import type { RunMetrics, Term } from './runMetrics.ts';

/** A run with metrics, as it is called on the page. */
export interface NamedMetrics {
  name: string;
  metrics: RunMetrics;
}

/** A chart in words: of each run where the curve began, where it is, and between what it was. */
export function describeCurve(curve: string, term: Term, runs: readonly NamedMetrics[]): string {
  const parts = runs.map(({ name, metrics }) => {
    const [of, values] = [runs.length > 1 ? `${name}: ` : '', metrics.values(term).filter((value) => value !== null)];
    const [first, last] = [values[0], values.at(-1)];
    if (first === undefined || last === undefined) return `${of}nothing yet`;
    const [low, high] = extent(values);
    const span = low === high ? '' : `, between ${formatNumber(low)} and ${formatNumber(high)}`;
    return `${of}${formatNumber(first)} at first, ${formatNumber(last)} at step ${groupThousands(metrics.steps.at(-1) ?? 0)}${span}`;
  });
  return `${curve} over training steps. ${[...parts, ...(term === 'meanReturn' ? describeEvaluations(runs) : [])].join('. ')}`;
}

function describeEvaluations(runs: readonly NamedMetrics[]): string[] {
  return runs.flatMap(({ name, metrics }) => {
    const last = metrics.evaluations.at(-1);
    if (!last) return [];
    const of = runs.length > 1 ? `${name} was last evaluated` : 'Last evaluated';
    const { step, mean, low, high } = last;
    return [
      `${of} at step ${groupThousands(step)}: ${formatNumber(mean)}, in 95 % between ${formatNumber(low)} and ${formatNumber(high)}`,
    ];
  });
}

function extent(values: readonly number[]): [low: number, high: number] {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}
