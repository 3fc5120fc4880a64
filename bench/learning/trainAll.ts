import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT, GymformerError } from 'gymformer';
import type { BenchOptions } from '../line.ts';
import { caseName, type LearningCase } from './cases.ts';
import { type Job, type Outcome, runJobs } from './jobs.ts';
import { loadResult, resultPath, type SeedResult, seedsWithResult } from './results.ts';
import { seedConfig } from './trainSeed.ts';

/** A case of which all seeds are done, or have failed. */
export interface TrainedCase {
  one: LearningCase;
  /** Of the seeds that are done. */
  results: SeedResult[];
  /** Whether one of them had to be trained. */
  isNew: boolean;
}

/**
 * Trains each seed of each case that has no file yet in the results below `out`, or one of other settings.
 *
 * @throws GymformerError at the end when seeds failed, with why; when it was stopped
 */
export async function* trainAll(cases: readonly LearningCase[], options: BenchOptions): AsyncGenerator<TrainedCase> {
  const { device = 'auto', seeds = 5, jobs = 1, again = false, out = 'bench' } = options;
  const folder = join(out, 'results');
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
    const [first] = plan;
    if (first) yield { one: first.job.one, results, isNew: plan.some(({ done }) => !done) };
  }
  if (options.signal?.aborted)
    throw new GymformerError('stopped; what is done is kept, and the same command goes on', EXIT.interrupted);
  if (failures.length > 0) throw new GymformerError(`not everything was trained:\n${failures.join('\n')}`);
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

/** The cases that have results of the settings that they have now, with these: of any device. */
export async function trainedBefore(
  cases: readonly LearningCase[],
  folder: string,
): Promise<Pick<TrainedCase, 'one' | 'results'>[]> {
  const trained: Pick<TrainedCase, 'one' | 'results'>[] = [];
  for (const one of cases) {
    const results: SeedResult[] = [];
    for (const seed of seedsWithResult(folder, one)) {
      const config = await seedConfig(one, seed, { device: 'auto', threads: 0 });
      const result = loadResult(resultPath(folder, one, seed), config, { anyDevice: true });
      if (result) results.push(result);
    }
    if (results.length > 0) trained.push({ one, results });
  }
  return trained;
}
