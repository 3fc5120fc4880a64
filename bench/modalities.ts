import { UsageError } from 'gymformer';
import { nearest } from 'gymformer/envs';
import { caseName, type LearningCase } from './learning/cases.ts';
import { trainAll } from './learning/trainAll.ts';
import type { SeedResult } from './learning/results.ts';
import type { BenchLine, BenchOptions } from './line.ts';

const LEARNER = { policy: 'transformer', algo: 'ppo' } as const;
const TRIALS = 'DarkKeyToDoor-v0:size=5,horizon=20,episodes=5,tasks=train';

/** What is learned, and what of it is left when a sense is taken away, or the task or its wording was never met. */
const CASES: readonly LearningCase[] = [
  { ...LEARNER, environment: 'SoundCue-v0', variant: 'heard', views: { muted: 'audio=false' } },
  { ...LEARNER, environment: 'SoundCue-v0:cue=start', variant: 'remembered', views: { muted: 'audio=false' } },
  { ...LEARNER, environment: 'SoundCue-v0:audio=false', variant: 'never heard' },
  { ...LEARNER, environment: 'BabyAI-GoToLocal-v0', variant: 'told', views: { untold: 'mission=false' } },
  { ...LEARNER, environment: 'BabyAI-GoToLocal-v0:mission=false', variant: 'never told' },
  {
    ...LEARNER,
    environment: 'BabyAI-GoToLocal-v0',
    variant: 'told, learned queries alone',
    flags: { queries: 'learned' },
  },
  {
    ...LEARNER,
    environment: 'BabyAI-GoToLocal-v0:wordings=train',
    variant: 'told in several ways',
    views: { 'told in others': 'wordings=test' },
  },
  {
    ...LEARNER,
    environment: TRIALS,
    variant: 'few-shot',
    flags: { steps: 600_000, annealSteps: 600_000 },
    views: { 'tasks of training': 'tasks=train' },
  },
  { ...LEARNER, environment: 'MiniGrid-Empty-Random-6x6-v0:pixels=true', variant: 'seen' },
];

/**
 * Several senses: each seed trains a policy, which then plays new episodes as it learned to, and with a sense taken away.
 * Seeds that are done have a file, as those of `learning`.
 */
export async function* modalities(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { only, seeds = 3 } = options;
  const cases = CASES.filter((one) => !only || only === one.environment || only === caseName(one));
  if (cases.length === 0) throw new UsageError(`modalities has no case ${only}${hint(only ?? '')}`);
  for await (const { one, results } of trainAll(cases, { ...options, seeds }))
    if (results.length > 0) yield* linesOf(one, results);
}

function hint(only: string): string {
  const guess = nearest(only, CASES.map(caseName));
  return guess ? `: did you mean ${guess}?` : `; there are ${CASES.map(caseName).join(', ')}`;
}

/** A line for what was learned, and one for each other view. */
function linesOf(one: LearningCase, results: readonly SeedResult[]): BenchLine[] {
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
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
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
