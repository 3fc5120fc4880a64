import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import {
  type Config,
  evaluate,
  evaluationReference,
  loadAgent,
  resolveConfig,
  resolveEnvironment,
  train,
  VERSION,
} from 'gymformer';
import type { LearningCase } from './cases.ts';
import type { SeedResult } from './results.ts';

/** Evaluations on the way, and the episodes of each: enough for a curve. */
const EVALUATIONS = 25;
const EPISODES = 20;
/** Episodes of the last one. */
const LAST_EPISODES = 100;
/** Added to the seed: the last evaluation plays episodes that neither training nor its evaluations had. */
const UNSEEN = 2_000_000;

export interface SeedOptions {
  device: string;
  /** 0: as many as there are cores. */
  threads: number;
}

/** The settings of a seed: the environment's preset, what the case changes, and evaluations on the way. */
export async function seedConfig(one: LearningCase, seed: number, { device, threads }: SeedOptions): Promise<Config> {
  const { policy, algo, flags = {} } = one;
  const { id: environment, preset = {} } = await resolveEnvironment(one.environment);
  const own = { policy, algo, seed, device, threads, evalEpisodes: EPISODES, ...flags };
  const { steps } = resolveConfig({ environment, preset, flags: own });
  const evalEvery = Math.ceil(steps / EVALUATIONS);
  return resolveConfig({ environment, preset, flags: { evalEvery, checkpointEvery: steps, ...own } });
}

/**
 * Trains a case from one seed, then evaluates it.
 *
 * @param folder    empty, for the run, which is of no use afterwards
 * @param onUpdate  told after each update how far it is
 */
export async function trainSeed(
  one: LearningCase,
  config: Config,
  folder: string,
  onUpdate: (step: number, meanReturn: number | null) => void,
): Promise<SeedResult> {
  const evaluations: SeedResult['evaluations'] = [];
  let seconds = 0;
  let device = '';
  const run = join(folder, 'run');
  const spec = await resolveEnvironment(one.environment);
  const { steps } = await train({
    config,
    spec,
    run,
    onEvent(event) {
      if (event.event === 'start') device = event.device;
      if (event.event === 'update') {
        seconds = event.seconds;
        onUpdate(event.step, event.meanReturn);
      }
      if (event.event === 'eval') {
        const { step, mean, success } = event;
        evaluations.push({ step, seconds, mean, ...(success !== undefined && { success }) });
      }
    },
  });
  const agent = await loadAgent(run, { checkpoint: 'latest', resolve: resolveEnvironment });
  const { episodes = LAST_EPISODES } = one;
  const options = { episodes, seed: config.seed + UNSEEN, actions: config.evalActions };
  const final = await evaluate(agent, options);
  const views: NonNullable<SeedResult['views']> = {};
  for (const [name, parameters] of Object.entries(one.views ?? {})) {
    const reference = evaluationReference({ environment: agent.environment, evalParameters: parameters });
    views[name] = await evaluate(agent.playIn(await resolveEnvironment(reference)), options);
  }
  agent.dispose();
  rmSync(folder, { recursive: true });
  return {
    ...{ config, device, machine: machine(), versions: { gymformer: VERSION, node: process.versions.node } },
    ...{ commit: commit(), date: new Date().toISOString(), steps, seconds, evaluations, final },
    ...(one.views && { views }),
  };
}

/** What the seconds are of. */
export function machine(): string {
  return `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores`;
}

export function commit(): string | null {
  try {
    const described = execFileSync('git', ['describe', '--always', '--dirty', '--exclude', '*'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return described.trim();
  } catch {
    return null; // no repository, or no git
  }
}
