import { join } from 'node:path';
import { summarize, UsageError } from 'gymformer';
import { nearest } from 'gymformer/envs';
import type { BenchLine, BenchOptions } from '../line.ts';
import { caseName, CASES, type LearningCase } from './cases.ts';
import { writeReport } from './report.ts';
import { type CaseSummary, summarizeCase } from './summary.ts';
import { trainAll, trainedBefore } from './trainAll.ts';

/**
 * What agents learn, with each environment's preset: each seed trains a policy of its own, which then plays new episodes.
 * Every seed that is done has a file below `out`; with the same settings it is not trained again. `only` names an
 * environment, or one of its variants (`ProofofMemory-v0/mlp`). Tables and curves of all results are written to `out`.
 */
export async function* learning(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { only, report = false, out = 'bench' } = options;
  const cases = chosen(only);
  const folder = join(out, 'results');
  if (report) {
    const summaries = await allSummaries(folder);
    if (summaries.length === 0) throw new UsageError(`there are no results in ${folder} to report of`);
    writeReport(out, summaries);
    yield* summaries.filter(({ one }) => cases.includes(one)).map(lineOf);
    return;
  }
  for await (const { one, results, isNew } of trainAll(cases, options)) {
    if (isNew) writeReport(out, await allSummaries(folder));
    if (results.length > 0) yield lineOf(summarizeCase(one, results));
  }
}

/** @throws UsageError naming the nearest case, where there is none of that name */
function chosen(only: string | undefined): LearningCase[] {
  const cases = CASES.filter((one) => !only || only === one.environment || only === caseName(one));
  if (cases.length > 0) return cases;
  const names = CASES.flatMap((one) => [one.environment, caseName(one)]);
  const guess = nearest(only ?? '', names);
  throw new UsageError(`learning has no case ${only}${guess === undefined ? '' : `: did you mean ${guess}?`}`);
}

/** Of all cases that have results of the settings that they have now. */
async function allSummaries(folder: string): Promise<CaseSummary[]> {
  const trained = await trainedBefore(CASES, folder);
  return trained.map(({ one, results }) => summarizeCase(one, results));
}

function lineOf({ one, results, mean, iqm, interval, success, steps, seconds, goal }: CaseSummary): BenchLine {
  const means = results.map(({ final }) => final.mean);
  const [low, high] = summarize(means).ci;
  return {
    bench: 'learning',
    case: one.environment,
    variant: one.variant,
    policy: one.policy,
    algo: one.algo,
    device: results[0]?.device as string,
    seeds: results.length,
    steps,
    mean,
    low,
    high,
    iqm,
    iqmLow: interval[0],
    iqmHigh: interval[1],
    means: means.map((value) => value.toFixed(2)).join(', '),
    success,
    seconds,
    reached: goal ? goal.reached : null,
    stepsToGoal: goal?.steps ?? null,
    secondsToGoal: goal?.seconds ?? null,
  };
}
