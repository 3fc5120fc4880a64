import { nearest } from '../envs/nearest.ts';
import { UsageError } from './errors.ts';
import type { EpisodeResult } from './evaluate.ts';
import type { EvalGroup, EvalGroups } from './metrics.ts';
import { summarize, wilsonInterval } from './statistics.ts';

/**
 * The episodes by what an info said of them, and how far the groups are apart.
 *
 * @param by          a field of the infos: `tone`, `task.colour`
 * @param parameters  of the environment, for the message
 * @throws UsageError when no episode has the field, with those that there are
 */
export function groupByField(
  by: string,
  results: readonly EpisodeResult[],
  parameters: readonly string[] = [],
): EvalGroups {
  const groups = new Map<string, EpisodeResult[]>();
  for (const result of results) {
    const name = result.facts[by] ?? NONE;
    groups.set(name, [...(groups.get(name) ?? []), result]);
  }
  if (groups.size === 1 && groups.has(NONE))
    throw unknownField(by, { episodes: results.length, fields: fieldsOf(results), parameters });
  return compareGroups(
    by,
    [...groups].sort(([a], [b]) => order(a, b)),
  );
}

/** What is said of episodes without the field. */
const NONE = '(none)';

/**
 * How groups differ: by their success where all episodes tell it, else by their mean return. Which is the worst and which
 * the best, and the gap between the two.
 */
export function compareGroups(by: string, named: readonly (readonly [string, readonly EpisodeResult[]])[]): EvalGroups {
  const groups = named.map(([name, results]) => summarizeGroup(name, results));
  const measure = groups.every(({ success }) => success !== undefined) ? 'success' : 'mean';
  const scoreOf = (group: EvalGroup): number => group[measure] as number;
  const sorted = groups.toSorted((a, b) => scoreOf(a) - scoreOf(b));
  const [worst, best] = [sorted[0] as EvalGroup, sorted.at(-1) as EvalGroup];
  return { by, measure, groups, worst: worst.name, best: best.name, gap: scoreOf(best) - scoreOf(worst) };
}

function summarizeGroup(name: string, results: readonly EpisodeResult[]): EvalGroup {
  const { mean, standardError, ci } = summarize(results.map((result) => result.return));
  const group = { name, episodes: results.length, mean, standardError, ci };
  const told = results.every(({ success }) => success !== null);
  if (!told) return group;
  const successes = results.filter(({ success }) => success).length;
  return { ...group, success: successes / results.length, successCi: wilsonInterval(successes, results.length) };
}

function fieldsOf(results: readonly EpisodeResult[]): string[] {
  return [...new Set(results.flatMap(({ facts }) => Object.keys(facts)))].sort();
}

function unknownField(
  by: string,
  { episodes, fields, parameters }: { episodes: number; fields: readonly string[]; parameters: readonly string[] },
): UsageError {
  const list = (kind: string, names: readonly string[]): string =>
    names.length > 0 ? `the ${kind} ${names.join(', ')}` : `no ${kind}`;
  const found = `found ${list('fields', fields)} in the infos of ${episodes} episodes, and ${list('parameters', parameters)} of the environment`;
  const there = [...fields, ...parameters];
  const guess = nearest(by, there);
  const wanted =
    there.length > 0
      ? `one of these, or levels${guess ? `: did you mean ${guess}?` : ''}`
      : `something that tells episodes apart: leave --by out, or have an environment of your own return ${by} in the info of reset() or of the last step`;
  return new UsageError(`--by ${by}: ${found}; wanted ${wanted}`);
}

/** Numbers by size, all else by name. */
function order(a: string, b: string): number {
  return Number(a) - Number(b) || (a < b ? -1 : 1);
}
