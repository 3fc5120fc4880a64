import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean, summarizeTransfer, transferPlot, type TransferSummary } from 'gymformer';
import { fileName, writeWhole } from '../files.ts';
import type { BenchLine } from '../line.ts';
import { count, figure, replaceBetween, table } from '../learning/markdown.ts';
import { ARMS, type TransferCase } from './cases.ts';
import type { ArmResult } from './results.ts';

const marksOf = ({ name }: TransferCase): readonly [string, string] => [
  `<!-- transfer, ${name}: begin -->`,
  `<!-- transfer, ${name}: end -->`,
];

/** Writes what was measured of a case: a table between two marks of RESULTS.md, and its curves. */
export function writeReport(folder: string, one: TransferCase, results: readonly ArmResult[]): void {
  mkdirSync(join(folder, 'curves'), { recursive: true });
  const picture = `curves/transfer-${fileName(one.name)}.svg`;
  const title = `${one.environment}: mean return while it learns`;
  writeWhole(join(folder, picture), transferPlot(inOrder(results), title, one.threshold));
  const path = join(folder, 'RESULTS.md');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '# Results\n';
  writeWhole(
    path,
    replaceBetween(text, marksOf(one), [reportOf(one, results), `![${title}](${picture})`].join('\n\n')),
  );
}

/** One line for each arm. */
export function linesOf(one: TransferCase, results: readonly ArmResult[]): BenchLine[] {
  const summary = summaryOf(one, results);
  return summary.arms.map(({ arm, seeds, first, final, medianSteps, stepsToThreshold }) => {
    const own = results.filter((result) => result.arm === arm);
    return {
      bench: 'transfer',
      case: one.name,
      arm,
      seeds,
      before: first.mean,
      final: final.mean,
      low: final.ci[0],
      high: final.ci[1],
      stepsToThreshold: medianSteps,
      there: stepsToThreshold.filter((step) => step !== null).length,
      teraFlop: mean(own.map(({ cost }) => cost.flops)) / 1e12,
    };
  });
}

function summaryOf({ threshold }: TransferCase, results: readonly ArmResult[]): TransferSummary {
  return summarizeTransfer(inOrder(results), threshold);
}

function inOrder(results: readonly ArmResult[]): ArmResult[] {
  return ARMS.flatMap(({ arm }) => results.filter((result) => result.arm === arm));
}

function reportOf(one: TransferCase, results: readonly ArmResult[]): string {
  const columns = [
    { heading: 'arm' },
    ...[
      'seeds',
      'before learning',
      'at the end',
      '95 % interval',
      `steps to ${one.threshold}`,
      'of each seed',
      'TFLOP',
    ].map((heading) => ({ heading, numbers: true })),
  ];
  const { arms } = summaryOf(one, results);
  const rows = linesOf(one, results).map(({ seeds, before, final, low, high, teraFlop }, i) => [
    ARMS[i]?.arm ?? '',
    String(seeds),
    figure(before as number),
    figure(final as number),
    `${figure(low as number)} … ${figure(high as number)}`,
    count(arms[i]?.medianSteps ?? null) || 'not reached',
    (arms[i]?.stepsToThreshold ?? []).map((step) => count(step) || 'none').join(', '),
    figure(teraFlop as number),
  ]);
  const before = one.before.map(({ environment, steps }) => `${environment} (${count(steps)} steps)`).join(', then ');
  const days = [...new Set(results.map(({ date }) => date.slice(0, 10)))].toSorted().join(', ');
  return [
    `### ${one.environment}, after ${before}`,
    `Machine: ${[...new Set(results.map(({ machine }) => machine))].join('; ')}. Day: ${days}.`,
    table(columns, rows),
  ].join('\n\n');
}
