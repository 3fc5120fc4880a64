import { join } from 'node:path';
import { Adam } from '../agents/optimizer.ts';
import type { Policy } from '../agents/model/policy.ts';
import { Rollout } from '../agents/rollout.ts';
import { Generator, type GeneratorState } from '../envs/random.ts';
import type { RunningStatisticsState } from '../envs/runningStatistics.ts';
import type { VectorEnv, VectorEnvState } from '../envs/vector.ts';
import type { WorkerRestart } from '../envs/workers.ts';
import * as tf from '@tensorflow/tfjs-core';
import { Actor } from './actor.ts';
import { buildPolicy, frozenNormalizer } from './agent.ts';
import { type Checkpoint, CHECKPOINT_FORMAT, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import type { Config } from './config.ts';
import { openDevice } from './device/device.ts';
import { memoryLimit } from './device/simd/open.ts';
import { FileError } from './errors.ts';
import type { Player } from './evaluate.ts';
import { ObservationNormalizer, RewardNormalizer, type RewardNormalizerState } from './normalizers.ts';
import type { RunDirectory } from './run.ts';
import { checkMemory } from './tensorMemory.ts';
import { type EnvSpec, make } from '../envs/registry.ts';
import { openVectorEnv } from './vectorEnv.ts';

/** Opens the device, then everything that training works on: new, or as the run's latest checkpoint has it. */
export async function openTraining(
  { config, spec, resume = false }: { config: Config; spec: EnvSpec; resume?: boolean },
  run: RunDirectory,
): Promise<Training> {
  const checkpoints = resume ? run.checkpoints() : null;
  if (resume) run.readConfig();
  const { name } = await openDevice(config.device, config);
  checkMemory(config, memoryLimit());
  const training = new Training(config, spec, name);
  if (!resume) run.create();
  run.claim();
  run.writeConfig(config);
  if (checkpoints) training.restore(join(run.checkpointsPath, checkpoints.latest));
  else training.envs.reset();
  if (resume) run.dropMetricsAfter(training.step);
  return training;
}

/** Everything that changes while a run trains, and how it is saved and restored. */
export class Training {
  readonly policy: Policy;
  readonly optimizer: Adam;
  readonly envs: VectorEnv;
  readonly actor: Actor;
  readonly rollout: Rollout;
  readonly observationNormalizer: ObservationNormalizer;
  readonly rewardNormalizer: RewardNormalizer | null;
  /** Draws actions and shuffles sequences. */
  readonly random: Generator;
  /** Environment steps so far. */
  step = 0;
  update = 0;
  episodes = 0;
  /** Of training, over all sessions of the run. */
  seconds = 0;
  /** Step of the last checkpoint. */
  savedAt = -1;
  /** Workers that died and were replaced, of which nobody has been told yet. */
  readonly restarts: WorkerRestart[] = [];
  recentReturns: number[] = [];
  recentLengths: number[] = [];

  constructor(
    readonly config: Config,
    private readonly spec: EnvSpec,
    /** Name of the device in use. */
    readonly device: string,
  ) {
    const { envs: count, gamma } = config;
    this.random = new Generator(config.seed);
    this.policy = buildPolicy(config, spec, this.random);
    this.optimizer = new Adam(this.policy.parameters, config);
    this.envs = openVectorEnv(spec, {
      count,
      seed: this.random.integers(2 ** 31),
      workers: config.envWorkers,
      onRestart: (restart) => this.restarts.push(restart),
    });
    this.actor = new Actor(this.policy, count);
    this.rollout = new Rollout({
      environments: count,
      steps: config.rolloutSteps,
      sequenceSteps: config.sequenceSteps,
      observationSize: this.envs.observationSize,
      actionSize: this.envs.actionSize,
      maskSize: this.envs.maskSize,
    });
    this.observationNormalizer = new ObservationNormalizer(this.envs.observationSpace, count, {
      running: config.normalizeObservations,
    });
    this.rewardNormalizer = config.normalizeRewards ? new RewardNormalizer(count, gamma) : null;
  }

  /** The policy as it is now, to evaluate or record. */
  player(): Player {
    const statistics = this.observationNormalizer.state();
    return {
      policy: this.policy,
      environment: this.config.environment,
      make: () => make(this.spec),
      openEnvs: (options) => openVectorEnv(this.spec, { ...options, workers: this.config.envWorkers }),
      step: this.step,
      normalizer: (environments) => frozenNormalizer(statistics, this.policy.observationSpace, environments),
      valueScale: this.rewardNormalizer?.deviation ?? 1,
    };
  }

  /** Takes note of the episodes that ended in the step just made; the last `limit` are remembered. */
  countEpisodes(limit: number): void {
    const { envs } = this;
    for (let i = 0; i < envs.count; i++) {
      if (!envs.terminated[i] && !envs.truncated[i]) continue;
      this.episodes++;
      this.recentReturns.push(envs.lastReturns[i] as number);
      this.recentLengths.push(envs.lastLengths[i] as number);
    }
    this.recentReturns.splice(0, this.recentReturns.length - limit);
    this.recentLengths.splice(0, this.recentLengths.length - limit);
  }

  async save(path: string): Promise<void> {
    const optimizer = await this.optimizer.save();
    const memory: Checkpoint['memory'] = new Map();
    for (const [i, tensor] of this.actor.cache.tensors.entries())
      memory.set(String(i), { shape: tensor.shape, data: (await tensor.data()) as Float32Array });
    saveCheckpoint(path, {
      policy: await this.policy.parameters.save(),
      optimizer: optimizer.tensors,
      memory,
      state: {
        format: CHECKPOINT_FORMAT,
        environment: this.config.environment,
        step: this.step,
        update: this.update,
        episodes: this.episodes,
        seconds: this.seconds,
        random: this.random.state(),
        optimizerSteps: optimizer.steps,
        observationNormalizer: this.observationNormalizer.state(),
        rewardNormalizer: this.rewardNormalizer?.state() ?? null,
        vectorEnv: this.envs.state(),
        memoryLengths: [...this.actor.cache.lengths],
        starts: [...this.actor.starts],
        recentReturns: this.recentReturns,
        recentLengths: this.recentLengths,
      },
    });
    this.savedAt = this.step;
  }

  /** @throws FileError when the checkpoint does not fit */
  restore(path: string): void {
    const { policy, optimizer, memory, state } = loadCheckpoint(path, this.config.environment);
    try {
      this.policy.parameters.load(policy);
      this.optimizer.load({ steps: state.optimizerSteps, tensors: optimizer });
    } catch (error) {
      throw new FileError(`${path} does not fit its run: ${(error as Error).message}`, { cause: error });
    }
    this.step = this.savedAt = state.step;
    this.update = state.update;
    this.episodes = state.episodes;
    this.seconds = state.seconds;
    this.recentReturns = state.recentReturns;
    this.recentLengths = state.recentLengths;
    this.random.restore(state.random as GeneratorState);
    this.observationNormalizer.restore(state.observationNormalizer as RunningStatisticsState | null);
    this.rewardNormalizer?.restore(state.rewardNormalizer as RewardNormalizerState);
    this.envs.restore(state.vectorEnv as VectorEnvState);
    tf.dispose(this.actor.cache.tensors);
    this.actor.cache = {
      tensors: [...memory.values()].map(({ data, shape }) => tf.tensor(data, shape)),
      lengths: Int32Array.from(state.memoryLengths),
    };
    this.actor.starts.set(state.starts);
  }

  dispose(): void {
    this.rollout.clear();
    this.actor.dispose();
    this.optimizer.dispose();
    this.policy.dispose();
    this.envs.close();
  }
}
