import { Policy } from '../agents/model/policy.ts';
import type { StoredTensor } from '../agents/model/parameters.ts';
import { Generator } from '../envs/random.ts';
import { type EnvSpec, make } from '../envs/registry.ts';
import type { RunningStatisticsState } from '../envs/runningStatistics.ts';
import type { Space } from '../envs/spaces.ts';
import type { Config } from './config.ts';
import { ConfigError, FileError } from './errors.ts';
import { ObservationNormalizer, RewardNormalizer, type RewardNormalizerState } from './normalizers.ts';
import type { PolicyHeader } from './replay/format.ts';

/** A policy that has learned, and what acting needs beside it. */
export interface Trained {
  policy: Policy;
  /** Environment steps that it has learned from. */
  step: number;
  /** Makes what prepares observations of so many environments for the policy, with the statistics of training. */
  normalizer: (environments: number) => ObservationNormalizer;
  /** The return that it is asked for, of a policy that is told one; else null. */
  target: Target | null;
  /** What turns the policy's values into the environment's units. */
  valueScale: number;
}

/** A return that is asked for, and what returns are divided by before the policy is told them. */
export interface Target {
  targetReturn: number;
  returnScale: number;
}

/** What acting needs of a checkpoint's state; the normalisers' are as these gave them, null where there is none. */
export interface TrainedState {
  step: number;
  observationNormalizer: unknown;
  rewardNormalizer: unknown;
}

export interface StoredPolicy {
  config: Config;
  state: TrainedState;
  weights: ReadonlyMap<string, StoredTensor>;
  /** Of the checkpoint, for messages. */
  name: string;
}

/**
 * The policy of a checkpoint, to act in an environment with spaces like those it was trained in.
 *
 * @throws FileError when the checkpoint does not fit the environment: it names the tensor, and both shapes
 * @throws ConfigError when no policy can act there
 */
export function restorePolicy({ config, state, weights, name }: StoredPolicy, spec: EnvSpec): Trained {
  const policy = buildPolicy(config, spec, new Generator(0));
  try {
    policy.parameters.load(weights);
  } catch (error) {
    policy.dispose();
    throw new FileError(`${name} does not fit ${spec.id}: ${(error as Error).message}`, { cause: error });
  }
  const statistics = state.observationNormalizer as RunningStatisticsState | null;
  return {
    policy,
    step: state.step,
    normalizer: (environments) => frozenNormalizer(statistics, policy.observationSpace, environments),
    target: targetOf(config),
    valueScale: valueScale(state.rewardNormalizer as RewardNormalizerState | null, config),
  };
}

/** What a run's policy is asked for. @throws ConfigError when it does not know */
export function targetOf({ algo, environment, targetReturn, returnScale }: Config): Target | null {
  if (algo !== 'dt') return null;
  if (targetReturn === null || returnScale === null)
    throw new ConfigError(
      `${environment}: targetReturn is ${targetReturn} and returnScale ${returnScale}, wanted numbers: dt is told them`,
    );
  return { targetReturn, returnScale };
}

/** A policy as `config` describes it, for the spaces of the environment. @throws ConfigError when it cannot act there */
export function buildPolicy(config: Config, spec: EnvSpec, random: Generator, trunkOf?: Policy): Policy {
  const env = make(spec);
  const { observationSpace, actionSpace } = env;
  env.close?.();
  try {
    const conditioned = config.algo === 'dt';
    return new Policy({ ...config, conditioned, observationSpace, actionSpace, random, ...(trunkOf && { trunkOf }) });
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigError(`${config.environment}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** What a replay says of the policy that acted. */
export function describePolicy({ policy, layers, heads, context, gamma }: Config, { tokens }: Policy): PolicyHeader {
  const other = { gamma, ...(tokens && { encoder: tokens }) };
  return policy === 'transformer' ? { kind: policy, layers, heads, context, ...other } : { kind: policy, ...other };
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
