import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EXIT,
  evaluate,
  GymformerError,
  loadAgent,
  mean,
  openDataset,
  pretrain,
  resolveConfig,
  resolveEnvironment,
  type EvaluateOptions,
  type PretrainResult,
} from 'gymformer';
import { commit, machine } from '../learning/trainSeed.ts';
import type { BenchLine, BenchOptions } from '../line.ts';
import { CASES, type ImitationCase } from './cases.ts';
import { demonstrate, demonstratorReturn } from './demonstrators.ts';
import { writeReport } from './report.ts';
import { type ImitationResult, loadResult, resultPath, saveResult } from './results.ts';

/** Where demonstrators are kept: they take longest. */
const DEMONSTRATORS = join('runs', 'imitation');
/** Of the last evaluation, whose seeds are none that were recorded. */
const EPISODES = 100;
const SEEDS_FROM = 3_000_000;

/** What of a model its preset says; what it learns by is pretraining's own. */
const MODEL = ['policy', 'width', 'layers', 'heads', 'reach', 'context', 'feedForward', 'gating', 'gamma'];

/**
 * What is learned from datasets: behaviour cloning of 50 episodes of an expert, and of the episodes of policies of all
 * skills, from which a Decision Transformer learns too, and is then asked for returns. Every seed that is done has a file
 * below `out`; the table and the picture of all of them are written there.
 */
export async function* imitation(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { only, device = 'auto', seeds = 3, again = false, out = 'bench', signal } = options;
  const cases = CASES.filter(({ name, environment }) => !only || only === name || only === environment);
  let done = 0;
  for (const one of cases) {
    const results: ImitationResult[] = [];
    for (let seed = 0; seed < seeds; seed++) {
      if (signal?.aborted)
        throw new GymformerError('stopped; what is done is kept, and the same command goes on', EXIT.interrupted);
      options.onProgress?.(done++, cases.length * seeds, { what: `${one.name} seed ${seed}`, secondsLeft: null });
      const path = resultPath(join(out, 'results'), one, seed);
      const result = (again ? null : loadResult(path, one)) ?? (await imitate(one, seed, device));
      saveResult(path, result);
      results.push(result);
    }
    yield lineOf(one, results);
  }
  writeReport(out, seeds);
}

async function imitate(one: ImitationCase, seed: number, device: string): Promise<ImitationResult> {
  const { run, dataset: path } = await demonstrate(one, DEMONSTRATORS);
  const dataset = openDataset(path);
  const { preset = {} } = await resolveEnvironment(one.environment);
  const model = Object.fromEntries(Object.entries(preset).filter(([key]) => MODEL.includes(key)));
  const flags = { algo: one.algo, seed, device, threads: 1, evalEpisodes: EPISODES };
  const { steps } = resolveConfig({ environment: one.environment, preset: model, flags });
  const annealed = { ...flags, annealSteps: steps };
  const config = resolveConfig({ environment: one.environment, preset: model, flags: annealed });
  const folder = mkdtempSync(join(tmpdir(), 'gymformer-imitation-'));
  let used = device;
  try {
    const learned = join(folder, 'run');
    const [result] = await pretrain({
      ...{ config, datasets: [dataset], out: learned, resolve: resolveEnvironment },
      onEvent: (event) => void (event.event === 'start' && (used = event.device)),
    });
    const { accuracy, macroRecall, macroF1, heldOutEpisodes, seconds } = result as PretrainResult;
    const { train, validation } = dataset.card.splits;
    const play = (actions: EvaluateOptions['actions'], target?: number): Promise<ImitationResult['drawn']> =>
      played(learned, SEEDS_FROM + seed, actions, target);
    const targets: ImitationResult['targets'] = [];
    for (const target of one.asked) targets.push({ target, ...(await play('likeliest', target)) });
    return {
      ...{ asked: JSON.stringify(one), seed, machine: machine(), device: used, commit: commit() },
      date: new Date().toISOString(),
      demonstrator: await demonstratorReturn(run, EPISODES, SEEDS_FROM + seed),
      ...{
        episodes: train.episodes + validation.episodes,
        shown: train.steps,
        steps: (result as PretrainResult).steps,
      },
      ...{ seconds, accuracy, macroRecall, macroF1, heldOutEpisodes },
      ...{ likeliest: await play('likeliest'), drawn: await play('drawn'), targets },
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function played(
  run: string,
  seed: number,
  actions: EvaluateOptions['actions'],
  targetReturn?: number,
): Promise<{ mean: number; standardError: number }> {
  const asked = targetReturn === undefined ? {} : { targetReturn };
  const agent = await loadAgent(run, { checkpoint: 'latest', resolve: resolveEnvironment, ...asked });
  try {
    const { mean, standardError } = await evaluate(agent, { episodes: EPISODES, seed, actions });
    return { mean, standardError };
  } finally {
    agent.dispose();
  }
}

function lineOf(one: ImitationCase, results: readonly ImitationResult[]): BenchLine {
  const over = (value: (result: ImitationResult) => number | null): number => mean(results.map((r) => value(r) ?? NaN));
  return {
    bench: 'imitation',
    case: one.name,
    device: results[0]?.device as string,
    algo: one.algo,
    seeds: results.length,
    demonstrator: over(({ demonstrator }) => demonstrator),
    likeliest: over(({ likeliest }) => likeliest.mean),
    drawn: over(({ drawn }) => drawn.mean),
    share: over(({ likeliest, demonstrator }) => likeliest.mean / demonstrator),
    accuracy: over(({ accuracy }) => accuracy),
    macroF1: over(({ macroF1 }) => macroF1),
    seconds: over(({ seconds }) => seconds),
  };
}
