import { basename, dirname, join } from 'node:path';
import { Policy } from '../agents/model/policy.ts';
import { Generator } from '../envs/random.ts';
import { type EnvSpec, make } from '../envs/registry.ts';
import type { RunningStatisticsState } from '../envs/runningStatistics.ts';
import type { Space } from '../envs/spaces.ts';
import { loadCheckpoint } from './checkpoint.ts';
import { type Config, evaluationReference } from './config.ts';
import { type OpenDevice, openDevice } from './device/device.ts';
import { ConfigError, FileError } from './errors.ts';
import type { Player } from './evaluate.ts';
import { ObservationNormalizer, RewardNormalizer, type RewardNormalizerState } from './normalizers.ts';
import type { PolicyHeader } from './replay/format.ts';
import { RunDirectory } from './run.ts';
import { openVectorEnv } from './vectorEnv.ts';

/** A trained policy, ready to play: what `eval` and `record` work on. */
export interface Agent extends Player {
  config: Config;
  device: OpenDevice;
  run: RunDirectory;
  dispose(): void;
}

export interface LoadAgentOptions {
  device?: Config['device'];
  /** Threads that the environments run in; left out, as many as the run had. */
  envWorkers?: number;
  /** Which of a run's checkpoints. */
  checkpoint?: 'best' | 'latest';
  /** Finds the run's environment, or the one to play in instead, whose spaces have to fit. */
  resolve: (environment: string) => Promise<EnvSpec>;
}

/**
 * Loads the agent of a run's directory, or of one of its checkpoints.
 *
 * @throws FileError when the run or checkpoint cannot be read, or does not fit its environment
 */
export async function loadAgent(path: string, options: LoadAgentOptions): Promise<Agent> {
  const { run, checkpointPath } = locate(path, options.checkpoint ?? 'best');
  const config = run.readConfig();
  const spec = await options.resolve(evaluationReference(config));
  const checkpoint = loadCheckpoint(checkpointPath, config.environment);
  const device = await openDevice(options.device ?? config.device, config);
  const policy = buildPolicy(config, spec, new Generator(0));
  try {
    policy.parameters.load(checkpoint.policy);
  } catch (error) {
    throw new FileError(`${checkpointPath} does not fit ${spec.id}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const statistics = checkpoint.state.observationNormalizer as RunningStatisticsState | null;
  return {
    config,
    device,
    run,
    policy,
    environment: spec.id,
    make: () => make(spec),
    openEnvs: (envs) => openVectorEnv(spec, { ...envs, workers: options.envWorkers ?? config.envWorkers }),
    step: checkpoint.state.step,
    normalizer: (environments) => frozenNormalizer(statistics, policy.observationSpace, environments),
    valueScale: valueScale(checkpoint.state.rewardNormalizer as RewardNormalizerState | null, config),
    dispose: () => policy.dispose(),
  };
}

/** A policy as `config` describes it, for the spaces of the environment. @throws ConfigError when it cannot act there */
export function buildPolicy(config: Config, spec: EnvSpec, random: Generator): Policy {
  const env = make(spec);
  const { observationSpace, actionSpace } = env;
  env.close?.();
  try {
    return new Policy({ ...config, observationSpace, actionSpace, random });
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigError(`${config.environment}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** What a replay says of the policy that acted. */
export function describePolicy({ policy, layers, heads, context, gamma }: Config): PolicyHeader {
  return policy === 'transformer' ? { kind: policy, layers, heads, context, gamma } : { kind: policy, gamma };
}

export function frozenNormalizer(
  statistics: RunningStatisticsState | null,
  space: Space,
  environments: number,
): ObservationNormalizer {
  const normalizer = new ObservationNormalizer(space, environments, { running: statistics !== null });
  normalizer.restore(statistics);
  return normalizer;
}

function valueScale(state: RewardNormalizerState | null, { envs, gamma }: Config): number {
  if (!state) return 1;
  const normalizer = new RewardNormalizer(envs, gamma);
  normalizer.restore(state);
  return normalizer.deviation;
}

function locate(path: string, which: 'best' | 'latest'): { run: RunDirectory; checkpointPath: string } {
  const parent = dirname(path);
  if (basename(parent) === 'checkpoints') return { run: new RunDirectory(dirname(parent)), checkpointPath: path };
  const run = new RunDirectory(path);
  if (!run.exists) throw new FileError(`there is no run at ${run.path}`);
  run.readConfig();
  const checkpoints = run.checkpoints();
  if (!checkpoints) throw new FileError(`${run.path} has no checkpoint yet`);
  return { run, checkpointPath: join(run.checkpointsPath, checkpoints[which]) };
}
