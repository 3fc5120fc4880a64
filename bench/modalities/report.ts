import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean } from 'gymformer';
import type { LearningCase } from '../learning/cases.ts';
import { count, figure, replaceBetween, table } from '../learning/markdown.ts';
import type { SeedResult } from '../learning/results.ts';
import type { BenchLine } from '../line.ts';

const MARKS = ['<!-- modalities: begin -->', '<!-- modalities: end -->'] as const;

/** Writes a table of what was measured between two marks of RESULTS.md. */
export function writeReport(folder: string, trained: readonly { one: LearningCase; results: SeedResult[] }[]): void {
  const path = join(folder, 'RESULTS.md');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '# Results\n';
  const machines = new Set(
    trained.flatMap(({ results }) => results.map(({ machine, device }) => `${machine}, \`${device}\``)),
  );
  const days = new Set(trained.flatMap(({ results }) => results.map(({ date }) => date.slice(0, 10))));
  const told = `Machine: ${[...machines].join('; ')}. Day: ${[...days].sort().join('; ')}.`;
  writeFileSync(`${path}.partial`, replaceBetween(text, MARKS, `${told}\n\n${tableOf(trained)}`));
  renameSync(`${path}.partial`, path);
}

const COLUMNS = [
  { heading: 'environment, as trained' },
  { heading: 'played' },
  { heading: 'seeds', numbers: true },
  { heading: 'steps', numbers: true },
  { heading: 'mean return', numbers: true },
  { heading: 'success', numbers: true },
  { heading: 'of the worst seed', numbers: true },
  { heading: 'first episode', numbers: true },
  { heading: 'last', numbers: true },
  { heading: 'seconds', numbers: true },
];

function tableOf(trained: readonly { one: LearningCase; results: SeedResult[] }[]): string {
  const rows = trained.flatMap(({ one, results }) =>
    linesOf(one, results).map((line) => [
      ...[line.case, String(line['view']), String(line['seeds']), count(line['steps'] as number)],
      ...['mean', 'success', 'worstSuccess', 'firstReturn', 'lastReturn', 'seconds'].map((name) =>
        figure(line[name] as number | null),
      ),
    ]),
  );
  return table(COLUMNS, rows);
}

/** A line for what was learned, and one for each other view. */
export function linesOf(one: LearningCase, results: readonly SeedResult[]): BenchLine[] {
  const views = Object.keys(one.views ?? {});
  return [
    lineOf(
      one,
      one.variant,
      results,
      results.map(({ final }) => final),
    ),
    ...views.map((view) =>
      lineOf(
        one,
        view,
        results,
        results.map((result) => result.views?.[view]).filter((final) => final !== undefined),
      ),
    ),
  ];
}

function lineOf(
  { environment, variant }: LearningCase,
  view: string,
  results: readonly SeedResult[],
  finals: readonly SeedResult['final'][],
): BenchLine {
  const successes = finals.map(({ success }) => success).filter((success) => success !== undefined);
  const firsts = finals.map(({ episodeReturns }) => episodeReturns?.[0]).filter((first) => first !== undefined);
  const lasts = finals.map(({ episodeReturns }) => episodeReturns?.at(-1)).filter((last) => last !== undefined);
  return {
    bench: 'modalities',
    case: environment,
    variant,
    view,
    device: results[0]?.device as string,
    seeds: results.length,
    steps: results[0]?.steps as number,
    episodes: mean(finals.map(({ episodes }) => episodes)),
    mean: mean(finals.map((final) => final.mean)),
    success: successes.length === finals.length ? mean(successes) : null,
    worstSuccess: successes.length === finals.length ? Math.min(...successes) : null,
    firstReturn: firsts.length > 0 ? mean(firsts) : null,
    lastReturn: lasts.length > 0 ? mean(lasts) : null,
    seconds: mean(results.map(({ seconds }) => seconds)),
  };
}
