import type { EvalEvent, EvalGroups } from '../metrics.ts';
import { environmentName } from '../plugins.ts';
import { formatCount, formatNumber } from './format.ts';
import { print, printTable } from './output.ts';

/** An evaluation, for a person. */
export function printEvaluation(
  environment: string,
  {
    step,
    episodes,
    mean,
    standardError,
    iqm,
    ci,
    meanLength,
    success,
    cut,
    targetReturn,
    groups,
    ...within
  }: EvalEvent,
): void {
  const rows = [
    ...(targetReturn === undefined ? [] : [['asked for', formatNumber(targetReturn)]]),
    ['mean return', `${formatNumber(mean)} ± ${formatNumber(standardError)}`],
    ['95 % interval', formatInterval(ci)],
    ['interquartile mean', formatNumber(iqm)],
    ['mean length', `${formatNumber(meanLength)} steps`],
    ...(success === undefined ? [] : [['success', `${formatNumber(100 * success)} %`]]),
    ...(cut === undefined ? [] : [['cut', `${cut} of ${episodes} episodes, which had not ended`]]),
  ] as const;
  print(`${environmentName(environment)}, trained for ${formatCount(step)} steps, over ${episodes} episodes:`);
  for (const [name, value] of rows) print(`  ${(name as string).padEnd(20)}${value}`);
  printAdaptation(within);
  if (groups) printGroups(groups);
}

const BAR = 20; // characters

/** Of episodes that hold several: whether the later ones are better. */
function printAdaptation({ episodeReturns = [], episodeCis = [] }: Partial<EvalEvent>): void {
  const [first, last] = [episodeReturns[0], episodeReturns.at(-1)];
  if (first === undefined || last === undefined || episodeReturns.length < 2) return;
  print('');
  print('Return of each episode within, in order:');
  const most = Math.max(...episodeReturns.map(Math.abs), 1e-9);
  const rows = inRows(episodeReturns.length).map(({ from, to }) => {
    const mean = episodeReturns.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
    const interval = to - from === 1 ? formatInterval(episodeCis[from] as [number, number]) : '';
    const bar = '█'.repeat(Math.round((BAR * Math.max(0, mean)) / most));
    return [to - from === 1 ? String(to) : `${from + 1} to ${to}`, formatNumber(mean), interval, bar];
  });
  printTable(['episode', 'return', '95 % interval', ''], rows);
  const times = first > 0 ? `, ${formatNumber(last / first)} times the first` : '';
  print(`the last is ${formatNumber(last)}${times}`);
}

const MOST_ROWS = 20;

/** Positions as rows of a table; of many, several share one. */
function inRows(count: number): { from: number; to: number }[] {
  const each = Math.ceil(count / MOST_ROWS);
  return Array.from({ length: Math.ceil(count / each) }, (_, i) => {
    return { from: i * each, to: Math.min((i + 1) * each, count) };
  });
}

function printGroups({ by, measure, groups, worst, best, gap }: EvalGroups): void {
  print('');
  const withSuccess = measure === 'success';
  const rows = groups.map(({ name, episodes, mean, ci, success = 0, successCi = [0, 0] }) => [
    ...[name, String(episodes), formatNumber(mean), formatInterval(ci)],
    ...(withSuccess ? [formatShare(success), `${formatShare(successCi[0])} to ${formatShare(successCi[1])}`] : []),
  ]);
  const head = [by, 'episodes', 'mean return', '95 % interval'];
  printTable(withSuccess ? [...head, 'success', '95 % interval'] : head, rows);
  const size = withSuccess ? `${formatNumber(100 * gap)} points of success` : `a mean return of ${formatNumber(gap)}`;
  if (groups.length === 1) print('there is one group only');
  else print(gap > 0 ? `the worst is ${worst}, the best ${best}: ${size} apart` : 'no group is worse than another');
}

function formatInterval([low, high]: readonly [number, number]): string {
  return `${formatNumber(low)} to ${formatNumber(high)}`;
}

function formatShare(share: number): string {
  return `${formatNumber(100 * share)} %`;
}
