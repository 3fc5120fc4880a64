import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT, GymformerError, summarize, UsageError } from 'gymformer';
import { nearest } from 'gymformer/envs';
import type { BenchLine, BenchOptions } from '../line.ts';
import { caseName, CASES, type LearningCase } from './cases.ts';
import { type Job, type Outcome, runJobs } from './jobs.ts';
import { loadResult, resultPath, type SeedResult, seedsWithResult } from './results.ts';
import { writeReport } from './report.ts';
import { type CaseSummary, summarizeCase } from './summary.ts';
import { seedConfig } from './trainSeed.ts';

/**
 * What agents learn, with each environment's preset: each seed trains a policy of its own, which then plays new episodes.
 * Every seed that is done has a file below `out`; with the same settings it is not trained again. `only` names an
 * environment, or one of its variants (`ProofofMemory-v0/mlp`). Tables and curves of all results are written to `out`.
 */
export async function* learning(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { only, device = 'auto', seeds = 5, jobs = 1, again = false, report = false, out = 'bench' } = options;
  const cases = chosen(only);
  const folder = join(out, 'results');
  if (report) {
    const summaries = await allSummaries(folder);
    if (summaries.length === 0) throw new UsageError(`there are no results in ${folder} to report of`);
    writeReport(out, summaries);
    yield* summaries.filter(({ one }) => cases.includes(one)).map(lineOf);
    return;
  }
  const threads = jobs > 1 ? 1 : 0;
  const plans = await Promise.all(cases.map((one) => planCase(one, { folder, seeds, again, device, threads })));
  const toDo = plans.flatMap((plan) => plan.flatMap(({ job, done }) => (done ? [] : [job])));
  const total = plans.flat().length;
  const outcomes = runJobs(toDo, {
    atOnce: jobs,
    signal: options.signal,
    onProgress: ({ done, what, secondsLeft }) =>
      options.onProgress?.(total - toDo.length + done, total, { what, secondsLeft }),
  });
  const failures: string[] = [];
  for (const plan of plans) {
    const results: SeedResult[] = [];
    for (const { job, done } of plan) {
      const outcome = done ? { result: done } : ((await outcomes[toDo.indexOf(job)]) as Outcome);
      if ('result' in outcome) results.push(outcome.result);
      else failures.push(`${caseName(job.one)}, seed ${job.seed}: ${outcome.failure}`);
    }
    if (plan.some(({ done }) => !done)) writeReport(out, await allSummaries(folder));
    const [first] = plan;
    if (first && results.length > 0) yield lineOf(summarizeCase(first.job.one, results));
  }
  if (options.signal?.aborted)
    throw new GymformerError('stopped; what is done is kept, and the same command goes on', EXIT.interrupted);
  if (failures.length > 0) throw new GymformerError(`not everything was trained:\n${failures.join('\n')}`);
}

/** @throws UsageError naming the nearest case, where there is none of that name */
function chosen(only: string | undefined): LearningCase[] {
  const cases = CASES.filter((one) => !only || only === one.environment || only === caseName(one));
  if (cases.length > 0) return cases;
  const names = CASES.flatMap((one) => [one.environment, caseName(one)]);
  const guess = nearest(only ?? '', names);
  throw new UsageError(`learning has no case ${only}${guess === undefined ? '' : `: did you mean ${guess}?`}`);
}

interface PlanOptions {
  folder: string;
  seeds: number;
  again: boolean;
  device: string;
  threads: number;
}

/** What there is to do for a case, and what of it is done. */
async function planCase(
  one: LearningCase,
  { folder, seeds, again, ...options }: PlanOptions,
): Promise<{ job: Job; done: SeedResult | null }[]> {
  const jobs = Array.from({ length: seeds }, async (_, seed) => {
    const config = await seedConfig(one, seed, options);
    const path = resultPath(folder, one, seed);
    mkdirSync(dirname(path), { recursive: true }); // hours later would be too late to learn that it cannot be
    return { job: { one, seed, config, path }, done: again ? null : loadResult(path, config) };
  });
  return await Promise.all(jobs);
}

/** Of all cases that have results of the settings that they have now. */
async function allSummaries(folder: string): Promise<CaseSummary[]> {
  const summaries: CaseSummary[] = [];
  for (const one of CASES) {
    const results: SeedResult[] = [];
    for (const seed of seedsWithResult(folder, one)) {
      const config = await seedConfig(one, seed, { device: 'auto', threads: 0 });
      const result = loadResult(resultPath(folder, one, seed), config, { anyDevice: true });
      if (result) results.push(result);
    }
    if (results.length > 0) summaries.push(summarizeCase(one, results));
  }
  return summaries;
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
