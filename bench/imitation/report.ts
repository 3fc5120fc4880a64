import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean, plot, type Series, summarize } from 'gymformer';
import { writeWhole } from '../files.ts';
import { count, figure, replaceBetween, table } from '../learning/markdown.ts';
import { CASES, type ImitationCase } from './cases.ts';
import { type ImitationResult, loadResult, resultPath } from './results.ts';

const MARKS = ['<!-- imitation: begin -->', '<!-- imitation: end -->'] as const;

type Measured = [ImitationCase, ImitationResult[]];

/** Writes what was measured: a table between two marks of RESULTS.md, and pictures beside it. */
export function writeReport(folder: string, seeds: number): void {
  const measured = CASES.map((one): Measured => {
    const found = Array.from({ length: seeds }, (_, seed) =>
      loadResult(resultPath(join(folder, 'results'), one, seed), one),
    );
    return [one, found.filter((result) => result !== null)];
  }).filter(([, results]) => results.length > 0);
  mkdirSync(join(folder, 'curves'), { recursive: true });
  const asked = measured.filter(([one]) => one.asked.length > 0);
  for (const [one, results] of asked) writeWhole(join(folder, 'curves', `${one.name}.svg`), pictureOf(one, results));
  const path = join(folder, 'RESULTS.md');
  const pictures = asked.map(
    ([{ name, environment }]) => `![Return asked for and obtained in ${environment}](curves/${name}.svg)`,
  );
  writeWhole(path, replaceBetween(readFileSync(path, 'utf8'), MARKS, [tableOf(measured), ...pictures].join('\n\n')));
}

function tableOf(measured: readonly Measured[]): string {
  const numbers = ['seeds', 'episodes', 'steps shown', 'demonstrator', 'likeliest actions', 'drawn actions'];
  const more = ['accuracy', 'macro F1', 'seconds'];
  return table(
    [
      ...['environment', 'shown', 'learned by'].map((heading) => ({ heading })),
      ...[...numbers, ...more].map((heading) => ({ heading, numbers: true })),
    ],
    measured.map(([{ environment, shown, algo }, results]) => {
      const over = (value: (result: ImitationResult) => number | null): string =>
        figure(mean(results.map((result) => value(result) ?? NaN)));
      const spread = (kind: 'likeliest' | 'drawn'): string => {
        const means = results.map((result) => result[kind].mean);
        return `${figure(mean(means))} (${figure(Math.min(...means))} … ${figure(Math.max(...means))})`;
      };
      const [first] = results as [ImitationResult];
      return [
        ...[environment, shown === 'expert' ? 'an expert' : 'twelve policies', algo],
        ...[String(results.length), count(first.episodes), count(first.shown)],
        ...[over(({ demonstrator }) => demonstrator), spread('likeliest'), spread('drawn')],
        ...[over(({ accuracy }) => accuracy), over(({ macroF1 }) => macroF1), over(({ seconds }) => seconds)],
      ];
    }),
  );
}

function pictureOf({ environment, asked }: ImitationCase, results: readonly ImitationResult[]): string {
  const obtained: Series = {
    name: 'obtained',
    points: asked.map((target, i) => {
      const means = results.map(({ targets }) => targets[i]?.mean as number);
      const [low, high] = summarize(means).ci;
      return { x: target, y: mean(means), low, high };
    }),
  };
  const wanted: Series = { name: 'asked for', points: asked.map((x) => ({ x, y: x, low: x, high: x })) };
  return plot({
    title: `${environment}: a Decision Transformer is asked for a return`,
    xLabel: 'return asked for',
    yLabel: `return obtained, mean of ${results.length} seeds`,
    series: [obtained, wanted],
  });
}
