import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean, summarizeTransfer, transferPlot, type TransferSummary } from 'gymformer';
import { fileName, writeWhole } from '../files.ts';
import type { BenchLine } from '../line.ts';
import { count, figure, replaceBetween, table } from '../learning/markdown.ts';
import { ARMS, type TransferCase } from './cases.ts';
import type { ArmResult } from './results.ts';

const MARKS = ['<!-- transfer: begin -->', '<!-- transfer: end -->'] as const;

interface Measured {
  one: TransferCase;
  results: readonly ArmResult[];
}

/** Writes what was measured: tables between two marks of RESULTS.md, and curves beside it. */
export function writeReport(folder: string, measured: readonly Measured[]): void {
  mkdirSync(join(folder, 'curves'), { recursive: true });
  for (const { one, results } of measured)
    writeWhole(join(folder, pictureOf(one)), transferPlot(inOrder(results), titleOf(one), one.threshold));
  const path = join(folder, 'RESULTS.md');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '# Results\n';
  writeWhole(path, replaceBetween(text, MARKS, [introduction(measured), ...measured.map(reportOf)].join('\n\n')));
}

function pictureOf({ name }: TransferCase): string {
  return `curves/transfer-${fileName(name)}.svg`;
}

function titleOf({ environment }: TransferCase): string {
  return `${environment}: mean return while it learns`;
}

function introduction(measured: readonly Measured[]): string {
  const results = measured.flatMap((each) => each.results);
  const all = (values: readonly string[]): string => [...new Set(values)].toSorted().join('; ');
  return [
    '## Transfer',
    [
      'A level of MiniGrid learned from scratch, from weights that learned other levels before, and from these by adapters',
      '(LoRA) alone, whose maps stay as they are: `gymformer bench transfer`, with the presets of all levels. Encoder and heads',
      'learn in each arm. Every seed learns before by itself; those steps are not counted below. An evaluation is 20 episodes with',
      'actions drawn as in training, before learning and 12 times on the way; steps are those of the first that reaches the',
      'threshold, the median over seeds; intervals are 95 %, by the bootstrap over seeds. TFLOP are of training and',
      'evaluations.',
      '',
      `Machine: ${all(results.map(({ machine }) => machine))}, one thread. Day: ${all(results.map(({ date }) => date.slice(0, 10)))}.`,
    ].join('\n'),
  ].join('\n\n');
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

function reportOf({ one, results }: Measured): string {
  const figures = ['seeds', 'before learning', 'at the end', '95 % interval', `steps to ${one.threshold}`];
  const columns = [
    { heading: 'arm' },
    ...[...figures, 'of each seed', 'TFLOP'].map((heading) => ({ heading, numbers: true })),
  ];
  const { arms, jumpStart, stepsRatio } = summaryOf(one, results);
  const rows = linesOf(one, results).map(({ arm, seeds, before, final, low, high, teraFlop }, i) => [
    String(arm),
    String(seeds),
    figure(before as number),
    figure(final as number),
    `${figure(low as number)} … ${figure(high as number)}`,
    count(arms[i]?.medianSteps ?? null) || 'not reached',
    (arms[i]?.stepsToThreshold ?? []).map((step) => (step === null ? 'none' : count(step))).join(', '),
    figure(teraFlop as number),
  ]);
  const before = one.before.map(({ environment, steps }) => `${environment} (${count(steps)} steps)`).join(', then ');
  const [low, high] = jumpStart.ci;
  const ratio = stepsRatio === null ? '' : `; steps to the threshold: ${figure(stepsRatio)} of those from scratch`;
  return [
    `### ${one.environment}, after ${before}`,
    table(columns, rows),
    `Jump-start of fine-tuning: ${figure(jumpStart.mean)}, ${figure(low)} … ${figure(high)}${ratio}.`,
    `![${titleOf(one)}](${pictureOf(one)})`,
  ].join('\n\n');
}
