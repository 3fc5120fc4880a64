import { Policy } from '../agents/model/policy.ts';
import { type TensorSource, WeightsError } from '../agents/model/pretrained/weights.ts';
import type { Sentences } from '../agents/model/sentences.ts';
import type { StoredTensor } from '../agents/model/parameters.ts';
import { Generator } from '../envs/random.ts';
import { type EnvSpec, make } from '../envs/registry.ts';
import type { RunningStatisticsState } from '../envs/runningStatistics.ts';
import type { Config } from './settings.ts';
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
  /** What reads texts, where the config names a text encoder. */
  sentences?: Sentences | null;
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
export function restorePolicy(
  { config, sentences = null, state, weights, name }: StoredPolicy,
  spec: EnvSpec,
): Trained {
  const policy = buildPolicy(config, spec, new Generator(0), { sentences });
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
    normalizer: (environments) => frozenNormalizer(statistics, policy, environments),
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

/** What was opened of the pretrained models that a run's settings name. */
export interface PretrainedParts {
  sentences?: Sentences | null;
  /** Weights of the pretrained trunk; left out where a checkpoint's are loaded afterwards. */
  trunk?: TensorSource | null;
  /** A policy whose trunk is this one's too. */
  trunkOf?: Policy;
}

/**
 * A policy as `config` describes it, for the spaces of the environment.
 *
 * @throws ConfigError when it cannot act there; FileError when the trunk's weights do not fit
 */
export function buildPolicy(
  config: Config,
  spec: EnvSpec,
  random: Generator,
  { sentences = null, trunk = null, trunkOf }: PretrainedParts = {},
): Policy {
  const { trunkArchitecture: architecture, textEncoder } = config;
  if (textEncoder !== null && !sentences)
    throw new ConfigError(
      `the agent reads texts by ${textEncoder}, which is not open here: it plays from the command line, by eval and record`,
    );
  const env = make(spec);
  const { observationSpace, actionSpace } = env;
  env.close?.();
  try {
    const pretrained = architecture && { architecture, weights: trunk };
    const conditioned = config.algo === 'dt';
    const parts = { sentences, pretrained, ...(trunkOf && { trunkOf }) };
    return new Policy({ ...config, conditioned, observationSpace, actionSpace, random, ...parts });
  } catch (error) {
    if (error instanceof WeightsError)
      throw new FileError(`the weights of ${config.trunk} do not fit its config.json: ${error.message}`, {
        cause: error,
      });
    if (error instanceof RangeError) throw new ConfigError(`${config.environment}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** What a replay says of the policy that acted. */
export function describePolicy({ policy, context, gamma, ...config }: Config, { tokens }: Policy): PolicyHeader {
  const { layers, heads } = config.trunkArchitecture ?? config;
  const other = { gamma, ...(tokens && { encoder: tokens }) };
  return policy === 'transformer' ? { kind: policy, layers, heads, context, ...other } : { kind: policy, ...other };
}

export function frozenNormalizer(
  statistics: RunningStatisticsState | null,
  { observationSpace, sentences }: Pick<Policy, 'observationSpace' | 'sentences'>,
  environments: number,
): ObservationNormalizer {
  const running = statistics !== null;
  const normalizer = new ObservationNormalizer(observationSpace, environments, { running, sentences });
  normalizer.restore(statistics);
  return normalizer;
}

function valueScale(state: RewardNormalizerState | null, { envs, gamma }: Config): number {
  if (!state) return 1;
  const normalizer = new RewardNormalizer(envs, gamma);
  normalizer.restore(state);
  return normalizer.deviation;
}
