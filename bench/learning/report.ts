import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { interquartileMean, type Plot, plot, type Series, stratifiedInterval } from 'gymformer';
import { fileName, writeWhole } from '../files.ts';
import { ABLATIONS, FAMILIES, type LearningCase } from './cases.ts';
import { count, figure, replaceBetween, table } from './markdown.ts';
import { aggregate, type CaseSummary, type GoalSummary } from './summary.ts';

const MARKS = ['<!-- learning: begin -->', '<!-- learning: end -->'] as const;
const CURVES = 'curves';
/** Enough for a band that is looked at. */
const BAND_RESAMPLES = 500;

/** Writes what was measured: tables between two marks of RESULTS.md, curves beside it. */
export function writeReport(folder: string, summaries: readonly CaseSummary[]): void {
  mkdirSync(join(folder, CURVES), { recursive: true });
  const shown = Object.values(FAMILIES).flat();
  for (const { name, ...picture } of plotsOf(summaries.filter(({ one }) => shown.includes(one))))
    writeWhole(join(folder, CURVES, `${name}.svg`), plot(picture));
  const path = join(folder, 'RESULTS.md');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '# Results\n';
  writeWhole(path, replaceBetween(text, MARKS, reportOf(summaries)));
}

/** The tables of all families and ablations that there are results of. */
export function reportOf(summaries: readonly CaseSummary[]): string {
  const found = (cases: readonly LearningCase[]): CaseSummary[] => summaries.filter(({ one }) => cases.includes(one));
  const families = Object.entries(FAMILIES).flatMap(([family, cases]) => familyOf(family, found(cases)));
  const ablations = Object.entries(ABLATIONS).flatMap(([name, cases]) => ablationOf(name, found(cases)));
  return [introduction(summaries), ...families, ...ablations].join('\n\n');
}

function introduction(summaries: readonly CaseSummary[]): string {
  const results = summaries.flatMap(({ results }) => results);
  const all = (values: readonly (string | number)[]): string => [...new Set(values)].join('; ');
  return [
    "Each environment's preset (`envs/presets.ts`). At the end the policy, as it is then, plays 100 new episodes, taking its",
    'likeliest actions. The mean return of these is the score of a seed; mean and IQM (interquartile mean) are over seeds, and',
    'the interval is that of the IQM, 95 %, by the stratified bootstrap (Agarwal et al. 2021). A goal is reached by these',
    'scores. Steps and seconds to it are those of the first of 25 evaluations of 20 episodes on the way that reaches it: the',
    'median over the seeds that have one, with their number where it is not all. Seconds are of training, without evaluations.',
    '',
    `Machine: ${all(results.map(({ machine, device, config }) => `${machine}, \`${device}\`, ${threads(config.threads)} a seed`))}.`,
    `Version: ${all(results.map(({ commit, versions }) => `${versions.gymformer}${commit ? ` (${commit})` : ''}, Node ${versions.node}`))}.`,
    `Day: ${all(results.map(({ date }) => date.slice(0, 10)).toSorted())}.`,
  ].join('\n');
}

function threads(count: number): string {
  return count === 0 ? 'a thread a core' : count === 1 ? 'one thread' : `${count} threads`;
}

function familyOf(family: string, summaries: readonly CaseSummary[]): string[] {
  if (summaries.length === 0) return [];
  const { tasks, aggregates } = aggregate(summaries);
  const together = table(
    [{ heading: 'policy' }, { heading: 'success, IQM', numbers: true }, { heading: '95 % interval' }],
    aggregates.map(({ variant, iqm, interval }) => [variant, figure(iqm), range(interval)]),
  );
  return [
    `### ${family}`,
    casesTable([{ heading: 'environment' }, { heading: 'policy' }, { heading: 'algorithm' }], summaries, ({ one }) => [
      described(one),
      one.policy,
      one.algo,
    ]),
    ...(aggregates.length > 0 ? [`All runs of ${tasks.join(', ')} together:`, together] : []),
    ...trialsOf(summaries),
    ...plotsOf(summaries).map(({ name, title }) => `![${title}](${CURVES}/${name}.svg)`),
  ];
}

/** The environment, and what tells the case from others of it that are not told by policy and algorithm. */
function described({ environment, variant, policy, algo }: LearningCase): string {
  return variant === policy || variant === algo ? environment : `${environment}, ${variant}`;
}

/** What is learned within a trial, by how its last episode goes better than its first. */
function trialsOf(summaries: readonly CaseSummary[]): string[] {
  const rows = summaries.filter(holdsTrials).map(({ one, results }) => {
    const trials = results.map(({ final }) => final.episodeReturns ?? []);
    const positions = [trials.map(([first = 0]) => first), trials.map((trial) => trial.at(-1) ?? 0)];
    const gains = trials.map((trial) => (trial.at(-1) ?? 0) - (trial[0] ?? 0));
    const figures = [...positions.map((values) => figure(interquartileMean(values))), figure(interquartileMean(gains))];
    return [one.environment, one.variant, String(trials[0]?.length), ...figures, range(stratifiedInterval([gains]))];
  });
  if (rows.length === 0) return [];
  const numbers = ['episodes a trial', 'return of the first', 'of the last', 'gain'];
  const heads = [{ heading: 'environment' }, { heading: 'variant' }];
  const columns = [...heads, ...numbers.map((heading) => ({ heading, numbers: true })), { heading: '95 % interval' }];
  return ['Within a trial, IQM over seeds:', table(columns, rows)];
}

function holdsTrials({ results }: CaseSummary): boolean {
  return results.every(({ final }) => final.episodeReturns);
}

function ablationOf(name: string, summaries: readonly CaseSummary[]): string[] {
  if (summaries.length === 0) return [];
  const environments = [...new Set(summaries.map(({ one }) => `\`${one.environment}\``))].join(', ');
  const body = casesTable([{ heading: 'variant' }], summaries, ({ one }) => [one.variant]);
  return [`### ${name}`, `${environments}, from its preset, with what the rows change:`, body];
}

const FIGURES = [
  ...['seeds', 'steps', 'mean', 'IQM'].map((heading) => ({ heading, numbers: true })),
  { heading: '95 % interval' },
  ...['success', 'seconds'].map((heading) => ({ heading, numbers: true })),
  { heading: 'goal' },
  { heading: 'reached' },
  ...['steps to it', 'seconds to it'].map((heading) => ({ heading, numbers: true })),
  { heading: 'reference' },
];

/** A row for each case: what tells it from the others, then its figures. */
function casesTable(
  heads: readonly { heading: string }[],
  summaries: readonly CaseSummary[],
  cellsOf: (summary: CaseSummary) => string[],
): string {
  const rows = summaries.map((summary) => {
    const { results, steps, mean, iqm, interval, success, seconds, goal, one } = summary;
    const figures = [figure(mean), figure(iqm), range(interval), figure(success), figure(seconds)];
    const reached = goal ? describeGoal(goal, results.length) : ['', '', '', ''];
    return [...cellsOf(summary), String(results.length), count(steps), ...figures, ...reached, one.reference ?? ''];
  });
  return table([...heads, ...FIGURES], rows);
}

function describeGoal(goal: GoalSummary, all: number): string[] {
  const { measure, atLeast, statistic, reached, steps, seconds, seeds } = goal;
  const what = `${statistic === 'iqm' ? 'IQM ' : ''}${measure === 'success' ? 'success ' : ''}${atLeast}`;
  const which = seeds === all ? '' : ` (${seeds} of ${all})`;
  return [what, reached ? 'yes' : 'no', seeds > 0 ? count(steps) + which : 'none', figure(seconds)];
}

function range([low, high]: readonly [number, number]): string {
  return `${figure(low)} … ${figure(high)}`;
}

/** The curves of each environment: what is evaluated on the way, and within a trial where it holds several episodes. */
function plotsOf(summaries: readonly CaseSummary[]): (Plot & { name: string })[] {
  const environments = [...new Set(summaries.map(({ one }) => one.environment))];
  return environments.flatMap((environment) => {
    const cases = summaries.filter(({ one }) => one.environment === environment);
    const goals = new Set(cases.map(({ goal }) => goal?.atLeast));
    const bySuccess = cases[0]?.goal?.measure === 'success';
    const learning = {
      name: fileName(environment),
      title: `${environment}: ${bySuccess ? 'success' : 'mean return'} while it learns`,
      xLabel: 'environment steps',
      yLabel: bySuccess ? 'success' : 'return',
      series: cases.map(({ one, results }) => ({
        name: one.variant,
        points: pointsOf(
          results.map(({ evaluations }) =>
            evaluations.map(({ step, mean, success }) => ({ x: step, y: bySuccess ? (success ?? 0) : mean })),
          ),
        ),
      })),
      threshold: goals.size === 1 ? [...goals][0] : undefined,
    };
    const trials = cases.filter(holdsTrials);
    const within = {
      name: `${fileName(environment)}-within-trial`,
      title: `${environment}: return of each episode within a trial`,
      xLabel: 'episode of the trial',
      yLabel: 'return',
      xFrom: 1,
      series: trials.map(({ one, results }) => ({
        name: one.variant,
        points: pointsOf(results.map(({ final }) => (final.episodeReturns ?? []).map((y, i) => ({ x: i + 1, y })))),
      })),
    };
    return trials.length > 0 ? [learning, within] : [learning];
  });
}

/** The interquartile mean over runs, and its interval, as far as all runs go. */
function pointsOf(runs: readonly (readonly { x: number; y: number }[])[]): Series['points'] {
  const length = Math.min(...runs.map((run) => run.length));
  return (runs[0] ?? []).slice(0, length).map(({ x }, i) => {
    const values = runs.map((run) => run[i]?.y as number);
    const [low, high] = stratifiedInterval([values], interquartileMean, BAND_RESAMPLES);
    return { x, y: interquartileMean(values), low, high };
  });
}
