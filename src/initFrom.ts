import { withoutAdapters } from '../agents/model/lora.ts';
import type { StoredTensor } from '../agents/model/parameters.ts';
import type { Policy } from '../agents/model/policy.ts';
import { make } from '../envs/registry.ts';
import type { RunningStatisticsState } from '../envs/runningStatistics.ts';
import type { Space } from '../envs/spaces.ts';
import { locate } from './agent.ts';
import { loadCheckpoint } from './checkpoint.ts';
import { type InitSettings, settingsOfWeights } from './config.ts';
import type { Config } from './settings.ts';
import { EnvError } from '../envs/env.ts';
import { FileError, GymformerError, UsageError } from './errors.ts';
import type { InitReport } from './metrics.ts';
import type { ObservationNormalizer } from './normalizers.ts';
import { resolveEnvironment } from './plugins.ts';
import { spaceToJson } from './replay/spaceJson.ts';

/** Weights of another run, to begin a new one with. */
export interface InitSource {
  /** Of the checkpoint. */
  path: string;
  /** Directory of the run. */
  run: string;
  config: Config;
  step: number;
  /** Adapters are merged into the maps that they change. */
  weights: ReadonlyMap<string, StoredTensor>;
  statistics: RunningStatisticsState | null;
}

/**
 * Opens the best checkpoint of a run, or the checkpoint that the path names.
 *
 * @throws FileError when there is none, or it cannot be read
 * @throws UsageError for a model of a hub
 */
export function openSource(path: string): InitSource {
  if (path.startsWith('hf:'))
    throw new UsageError(
      `initFrom takes a run, and ${path} is a pretrained model: it can be the trunk of a policy, by --trunk ${path}`,
    );
  const { run, checkpointPath } = locate(path, 'best');
  const config = run.readConfig();
  const { policy, state } = loadCheckpoint(checkpointPath, config.environment);
  const { loraRank: rank, loraAlpha } = config;
  try {
    const weights = rank > 0 ? withoutAdapters(policy, { rank, alpha: loraAlpha ?? rank }) : policy;
    const statistics = state.observationNormalizer as RunningStatisticsState | null;
    return { path: checkpointPath, run: run.path, config, step: state.step, weights, statistics };
  } catch (error) {
    throw new FileError(`${checkpointPath} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** The settings that a run has from the one that `initFrom` names. */
export function initSettings(path: string): InitSettings {
  return settingsOfWeights(path, openSource(path).config);
}

/**
 * Gives a new policy what fits of another run's weights: its whole trunk, and of encoder and heads the tensors of the same
 * names and shapes. Statistics of observations come along where the spaces are the same.
 *
 * @throws FileError where the trunk does not fit, naming the tensor, what was found and what was wanted
 */
export async function takeWeights(
  source: InitSource,
  { policy, observationNormalizer }: { policy: Policy; observationNormalizer: ObservationNormalizer },
): Promise<InitReport> {
  const { path, run, config, step, weights, statistics } = source;
  checkTrunk(policy, weights, path);
  const { taken, fresh } = policy.parameters.loadFitting(weights);
  const normalizes = statistics !== null && observationNormalizer.state() !== null;
  const takesStatistics = normalizes && (await hasSpace(config.environment, policy.observationSpace));
  if (takesStatistics) observationNormalizer.restore(statistics);
  return { from: run, environment: config.environment, step, taken, new: fresh, statistics: takesStatistics };
}

function checkTrunk({ trunkNames, parameters }: Policy, weights: InitSource['weights'], path: string): void {
  for (const name of trunkNames) {
    const [found, shape] = [weights.get(name)?.shape, parameters.shapeOf(name)];
    if (found?.join() === shape.join()) continue;
    const has = found ? `has shape [${found.join(', ')}]` : 'is missing';
    throw new FileError(`${path}: tensor ${name} of the trunk ${has}, wanted [${shape.join(', ')}]`);
  }
}

/** Whether an environment's observations are of this very space; not where the environment is no longer to be had. */
async function hasSpace(environment: string, space: Space): Promise<boolean> {
  try {
    const env = make(await resolveEnvironment(environment));
    const { observationSpace } = env;
    env.close?.();
    return JSON.stringify(spaceToJson(observationSpace)) === JSON.stringify(spaceToJson(space));
  } catch (error) {
    if (error instanceof GymformerError || error instanceof EnvError) return false;
    throw error;
  }
}
