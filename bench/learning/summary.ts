import { interquartileMean, mean, stratifiedInterval } from 'gymformer';
import type { Goal, LearningCase } from './cases.ts';
import type { SeedResult } from './results.ts';

/** What all seeds of a case came to. */
export interface CaseSummary {
  one: LearningCase;
  results: readonly SeedResult[];
  /** Of the seeds' mean returns. */
  mean: number;
  iqm: number;
  /** 95 % bootstrap interval of the interquartile mean. */
  interval: [number, number];
  /** Mean over the seeds, where the environment tells. */
  success: number | null;
  steps: number;
  /** Of training, mean over the seeds. */
  seconds: number;
  goal: GoalSummary | null;
}

export interface GoalSummary extends Goal {
  /** By the last evaluations. */
  reached: boolean;
  /** Seeds with an evaluation on the way that reached it. */
  seeds: number;
  /** When the first such evaluation was, the median over those seeds. */
  steps: number | null;
  seconds: number | null;
}

/** @param results  of at least one seed */
export function summarizeCase(one: LearningCase, results: readonly SeedResult[]): CaseSummary {
  const scores = results.map(({ final }) => final.mean);
  const successes = results.flatMap(({ final }) => final.success ?? []);
  return {
    one,
    results,
    mean: mean(scores),
    iqm: interquartileMean(scores),
    interval: stratifiedInterval([scores]),
    success: successes.length === results.length ? mean(successes) : null,
    steps: Math.max(...results.map(({ steps }) => steps)),
    seconds: mean(results.map(({ seconds }) => seconds)),
    goal: one.goal ? summarizeGoal(one.goal, results) : null,
  };
}

function summarizeGoal(goal: Goal, results: readonly SeedResult[]): GoalSummary {
  const measure = (evaluation: { mean: number; success?: number | undefined }): number =>
    goal.measure === 'return' ? evaluation.mean : (evaluation.success ?? Number.NaN);
  const scores = results.map(({ final }) => measure(final));
  const score = goal.statistic === 'iqm' ? interquartileMean(scores) : mean(scores);
  const firsts = results.flatMap(
    ({ evaluations }) => evaluations.find((evaluation) => measure(evaluation) >= goal.atLeast) ?? [],
  );
  return {
    ...goal,
    reached: score >= goal.atLeast,
    seeds: firsts.length,
    steps: median(firsts.map(({ step }) => step)),
    seconds: median(firsts.map(({ seconds }) => seconds)),
  };
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return mean([sorted[Math.ceil(middle) - 1] as number, sorted[Math.floor(middle)] as number]);
}

/** How some policies do over several tasks together. */
export interface Aggregate {
  variant: string;
  /** Interquartile mean of success over all runs of all tasks, and its interval: runs are resampled task by task. */
  iqm: number;
  interval: [number, number];
}

/** The variants of a family over all tasks that each of them was trained in, where these tell success and are several. */
export function aggregate(summaries: readonly CaseSummary[]): { tasks: string[]; aggregates: Aggregate[] } {
  const known = summaries.filter(({ success }) => success !== null);
  const of = (variant: string): CaseSummary[] => known.filter(({ one }) => one.variant === variant);
  const variants = [...new Set(known.map(({ one }) => one.variant))].filter((variant) => of(variant).length > 1);
  const tasks = [...new Set(known.map(({ one }) => one.environment))].filter((environment) =>
    variants.every((variant) => of(variant).some(({ one }) => one.environment === environment)),
  );
  if (tasks.length < 2 || variants.length < 2) return { tasks: [], aggregates: [] };
  const aggregates = variants.map((variant) => {
    const strata = of(variant)
      .filter(({ one }) => tasks.includes(one.environment))
      .map(({ results }) => results.map(({ final }) => final.success as number));
    return { variant, iqm: interquartileMean(strata.flat()), interval: stratifiedInterval(strata) };
  });
  return { tasks, aggregates };
}
