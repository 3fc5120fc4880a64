import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type Agent,
  buildDataset,
  evaluate,
  loadAgent,
  openDataset,
  record,
  resolveConfig,
  resolveEnvironment,
  train,
} from 'gymformer';
import type { ImitationCase } from './cases.ts';

/** Away from the seeds that the policies are evaluated with. */
const RECORDING_SEED = 4_000_000;

/** Who is imitated, and what was recorded of it. What is there is used again. */
export interface Demonstrations {
  /** The run that was trained. */
  run: string;
  dataset: string;
}

/**
 * Trains the demonstrator of a case and records it, where that has not been done yet.
 *
 * @param folder  of all demonstrators
 */
export async function demonstrate(
  { environment, shown, training, episodes }: ImitationCase,
  folder: string,
): Promise<Demonstrations> {
  const own = join(folder, `${environment}-${shown}`);
  const [run, dataset] = [join(own, 'run'), join(own, 'dataset')];
  mkdirSync(own, { recursive: true });
  if (!existsSync(run)) await trainWhole(environment, training, run);
  if (!existsSync(dataset)) {
    const replays = join(own, 'replays');
    rmSync(replays, { recursive: true, force: true });
    mkdirSync(replays);
    if (shown === 'expert') await recordOf(run, join(replays, 'expert.gfr'), episodes, 'likeliest');
    else
      for (const name of readdirSync(join(run, 'checkpoints')).toSorted())
        await recordOf(join(run, 'checkpoints', name), join(replays, `${name}.gfr`), episodes, 'drawn');
    await buildDataset([replays], dataset);
  }
  openDataset(dataset);
  return { run, dataset };
}

/** A run that was cut short is no demonstrator: it gets its name when it is done. */
async function trainWhole(environment: string, training: ImitationCase['training'], run: string): Promise<void> {
  const spec = await resolveEnvironment(environment);
  const flags = { threads: 1, evalEpisodes: 20, ...training };
  const config = resolveConfig({ environment, preset: spec.preset ?? {}, flags });
  const partial = `${run}.partial`;
  rmSync(partial, { recursive: true, force: true });
  await train({ config, spec, run: partial });
  renameSync(partial, run);
}

async function recordOf(path: string, out: string, episodes: number, actions: 'likeliest' | 'drawn'): Promise<void> {
  const agent = await open(path);
  const policy = { kind: agent.config.policy };
  try {
    await record(agent, { episodes, seed: RECORDING_SEED, actions, path: out, policy, run: basename(path) });
  } finally {
    agent.dispose();
  }
}

/** Mean return of the demonstrator in new episodes. */
export async function demonstratorReturn(run: string, episodes: number, seed: number): Promise<number> {
  const agent = await open(run);
  try {
    return (await evaluate(agent, { episodes, seed, actions: 'likeliest' })).mean;
  } finally {
    agent.dispose();
  }
}

async function open(path: string): Promise<Agent> {
  return await loadAgent(path, { checkpoint: 'latest', resolve: resolveEnvironment });
}
