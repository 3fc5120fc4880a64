import { join } from 'node:path';
import { Adam } from '../agents/optimizer.ts';
import type { Policy } from '../agents/model/policy.ts';
import { Rollout } from '../agents/rollout.ts';
import { Generator, type GeneratorState } from '../envs/random.ts';
import type { RunningStatisticsState } from '../envs/runningStatistics.ts';
import type { VectorEnv, VectorEnvState } from '../envs/vector.ts';
import type { WorkerRestart } from '../envs/workers/workerEngine.ts';
import * as tf from '@tensorflow/tfjs-core';
import { Actor } from './actor.ts';
import { type Checkpoint, CHECKPOINT_FORMAT, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import type { Config } from './settings.ts';
import { openDevice } from './device/device.ts';
import { SYNCHRONOUS_DEVICES } from './device/names.ts';
import { memoryLimit } from './device/simd/open.ts';
import { ConfigError, FileError } from './errors.ts';
import type { Player } from './evaluate.ts';
import { ObservationNormalizer, RewardNormalizer, type RewardNormalizerState } from './normalizers.ts';
import { Imitation, type ImitationState } from './imitation.ts';
import { openSource, takeWeights } from './initFrom.ts';
import type { InitReport, SnapshotEvent } from './metrics.ts';
import type { RunDirectory } from './run.ts';
import { checkEvaluation, describeEnv } from './sameSpaces.ts';
import type { LocateOptions } from './pretrained/locate.ts';
import { openPretrained, type Pretrained } from './pretrained/openPretrained.ts';
import { SelfPlay, type SelfPlayState } from './selfPlay.ts';
import { checkMemory } from './tensorMemory.ts';
import { buildPolicy, frozenNormalizer, type PretrainedParts } from './trained.ts';
import type { PolicyCopy } from './watch/audience.ts';
import { type EnvSpec, make } from '../envs/registry.ts';
import { seedsOf } from './levels.ts';
import { openVectorEnv } from './vectorEnv.ts';

export interface TrainingOptions {
  config: Config;
  spec: EnvSpec;
  /** The environment of evaluations and replays. */
  evalSpec: EnvSpec;
  resume?: boolean;
  /** Of the download of a pretrained model. */
  download?: LocateOptions;
}

/** Opens the device, then everything that training works on: new, or as the run's latest checkpoint has it. */
export async function openTraining(
  { config, spec, evalSpec, resume = false, download }: TrainingOptions,
  run: RunDirectory,
): Promise<Training> {
  const checkpoints = resume ? run.checkpoints() : null;
  if (resume) run.readConfig();
  const source = config.initFrom === null || checkpoints ? null : openSource(config.initFrom);
  const { name } = await openDevice(config.device, config);
  const pretrained = await openPretrained(config, { device: name, ...download });
  checkMemory(pretrained.config, memoryLimit());
  const training = new Training(pretrained.config, spec, name, evalSpec, pretrained);
  if (!resume) run.create();
  run.claim();
  run.writeConfig(training.config);
  if (checkpoints) training.restore(join(run.checkpointsPath, checkpoints.latest));
  else {
    if (source) training.init = await takeWeights(source, training);
    await training.begin();
  }
  if (resume) run.dropMetricsAfter(training.step);
  return training;
}

/** Everything that changes while a run trains, and how it is saved and restored. */
export class Training {
  readonly policy: Policy;
  readonly optimizer: Adam;
  readonly envs: VectorEnv;
  readonly actor: Actor;
  /** Who plays the other side, where the environment needs somebody. */
  readonly selfPlay: SelfPlay | null;
  /** Who gives rewards in place of the environment, where an expert is imitated. */
  readonly imitation: Imitation | null;
  readonly rollout: Rollout;
  readonly observationNormalizer: ObservationNormalizer;
  readonly rewardNormalizer: RewardNormalizer | null;
  /** Draws actions and shuffles sequences. */
  readonly random: Generator;
  /** What it began with of another run; null also of a run that is resumed. */
  init: InitReport | null = null;
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
    spec: EnvSpec,
    /** Name of the device in use. */
    readonly device: string,
    /** The environment of evaluations and replays. */
    private readonly evalSpec = spec,
    /** What was opened of the pretrained models that the config names. */
    private readonly pretrained?: Pretrained,
  ) {
    const { envs: count, gamma } = config;
    const played = describeEnv(spec);
    checkEvaluation(played, evalSpec === spec ? played : describeEnv(evalSpec));
    this.random = new Generator(config.seed);
    this.policy = buildPolicy(config, spec, this.random, pretrained);
    this.optimizer = new Adam(this.policy.parameters, config);
    this.selfPlay = played.needsOpponent ? openSelfPlay(config, spec, device, pretrained) : null;
    this.envs = openVectorEnv(spec, {
      count,
      seed: this.random.integers(2 ** 31),
      episodeSeeds: seedsOf(config).training,
      workers: config.envWorkers,
      ...(this.selfPlay && { opponent: this.selfPlay }),
      onRestart: (restart) => this.restarts.push(restart),
    });
    this.imitation =
      config.algo === 'gail'
        ? new Imitation(config, {
            environment: spec.id,
            observationSpace: this.envs.observationSpace,
            actionSpace: this.envs.actionSpace,
          })
        : null;
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
      sentences: this.policy.sentences,
    });
    this.rewardNormalizer = config.normalizeRewards ? new RewardNormalizer(count, gamma) : null;
  }

  /** Starts all episodes of a new run. */
  async begin(): Promise<void> {
    await this.#addSnapshot();
    this.envs.reset();
  }

  /** In self-play, now and then: takes the policy as it is now among its opponents. */
  async takeSnapshot(): Promise<SnapshotEvent | null> {
    return this.update % this.config.snapshotEvery === 0 ? await this.#addSnapshot() : null;
  }

  /** The policy as it is now, to evaluate or record. */
  player(): Player {
    const statistics = this.observationNormalizer.state();
    return {
      policy: this.policy,
      environment: this.evalSpec.id,
      make: () => make(this.evalSpec),
      openEnvs: (options) => openVectorEnv(this.evalSpec, { ...options, workers: this.config.envWorkers }),
      seeds: seedsOf(this.config).others,
      step: this.step,
      normalizer: (environments) => frozenNormalizer(statistics, this.policy, environments),
      target: null,
      valueScale: this.rewardNormalizer?.deviation ?? 1,
    };
  }

  /** The policy as it is now, to be played elsewhere. */
  async copyOfPolicy(): Promise<PolicyCopy> {
    return {
      step: this.step,
      parameters: await this.policy.parameters.save(),
      statistics: this.observationNormalizer.state(),
      valueScale: this.rewardNormalizer?.deviation ?? 1,
    };
  }

  /** What was computed beside the policy so far: by a discriminator, by opponents, by what reads texts. */
  get flopsBeside(): number {
    return (this.imitation?.flopsSoFar ?? 0) + (this.selfPlay?.flopsSoFar ?? 0) + (this.pretrained?.flopsSoFar() ?? 0);
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
    const selfPlay = await this.selfPlay?.save();
    const imitation = await this.imitation?.save();
    saveCheckpoint(path, {
      policy: await this.policy.parameters.save(),
      optimizer: optimizer.tensors,
      memory,
      opponents: selfPlay?.tensors ?? new Map(),
      discriminator: imitation?.tensors ?? new Map(),
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
        ...(selfPlay && { selfPlay: selfPlay.state }),
        ...(imitation && { imitation: imitation.state }),
      },
    });
    this.savedAt = this.step;
  }

  /** @throws FileError when the checkpoint does not fit */
  restore(path: string): void {
    const { policy, optimizer, memory, opponents, discriminator, state } = loadCheckpoint(
      path,
      this.config.environment,
    );
    try {
      this.policy.parameters.load(policy);
      this.optimizer.load({ steps: state.optimizerSteps, tensors: optimizer });
      this.imitation?.restore(state.imitation as ImitationState, discriminator);
    } catch (error) {
      if (error instanceof FileError) throw error;
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
    const restoreEnvs = (): void => this.envs.restore(state.vectorEnv as VectorEnvState);
    if (this.selfPlay) this.selfPlay.restore(state.selfPlay as SelfPlayState, opponents, restoreEnvs);
    else restoreEnvs();
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
    this.selfPlay?.dispose();
    this.imitation?.dispose();
    this.envs.close();
    this.pretrained?.dispose();
  }

  async #addSnapshot(): Promise<SnapshotEvent | null> {
    const { selfPlay, policy, step, observationNormalizer } = this;
    return (await selfPlay?.add(policy, step, observationNormalizer.state())) ?? null;
  }
}

/** Past policies as the opponent. @throws ConfigError where they cannot play */
function openSelfPlay(
  config: Config,
  spec: EnvSpec,
  device: string,
  { sentences = null }: PretrainedParts = {},
): SelfPlay {
  if (!SYNCHRONOUS_DEVICES.includes(device))
    throw new ConfigError(
      `${spec.id}: past policies cannot be the opponent on the device ${device}, whose results are not there at once: give --device ${SYNCHRONOUS_DEVICES.join(', ')}`,
    );
  if (config.envWorkers > 0)
    throw new ConfigError(
      `${spec.id}: envWorkers is ${config.envWorkers}, but past policies play in one thread alone: give --env-workers 0`,
    );
  const { envs: rows, poolSize, newestShare } = config;
  // Weights are loaded into it: what it is made with does not matter.
  return new SelfPlay({
    rows,
    poolSize,
    newestShare,
    build: () => buildPolicy(config, spec, new Generator(0), { sentences }),
  });
}
