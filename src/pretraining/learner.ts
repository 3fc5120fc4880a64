import * as tf from '@tensorflow/tfjs-core';
import { learnBehaviourCloning } from '../../agents/algorithms/behaviourCloning.ts';
import { NonFiniteError } from '../../agents/algorithms/learnMinibatches.ts';
import type { Policy } from '../../agents/model/policy.ts';
import type { Cache } from '../../agents/model/trunk.ts';
import { Adam } from '../../agents/optimizer.ts';
import { Rollout } from '../../agents/rollout.ts';
import { Generator, type GeneratorState } from '../../envs/random.ts';
import type { RunningStatisticsState } from '../../envs/runningStatistics.ts';
import { type Checkpoint, CHECKPOINT_FORMAT, saveCheckpoint } from '../checkpoint.ts';
import type { Config } from '../settings.ts';
import { FileError, GymformerError } from '../errors.ts';
import type { UpdateEvent } from '../metrics.ts';
import type { RewardNormalizerState } from '../normalizers.ts';
import type { Schedule } from '../update.ts';
import { type Demonstration, demonstrationOf, type Units } from './demonstration.ts';
import type { Demonstrations, Statistics } from './demonstrations.ts';
import { Tape, type TapeState } from './tape.ts';

const EPSILON = 1e-8;

/** What a checkpoint keeps of the tape, in place of environments. */
interface ShownState {
  tape: TapeState;
  /** Of the datasets' lists of episodes: whether they are those that the tape is of. */
  datasets: number[];
}

export interface LearnerOptions {
  /** With the scale of returns, where the policy is told them. */
  config: Config;
  demonstrations: Demonstrations;
  statistics: Statistics;
  policy: Policy;
  device: string;
}

/** What learns from the demonstrations of one pair of spaces: a policy, and where it is in them. */
export class Learner {
  readonly policy: Policy;
  readonly demonstrations: Demonstrations;
  readonly units: Units;
  /** Name of the device in use. */
  readonly device: string;
  /** Steps learned from. */
  step = 0;
  update = 0;
  seconds = 0;
  readonly #config: Config;
  readonly #random: Generator;
  readonly #optimizer: Adam;
  readonly #rollout: Rollout;
  readonly #tape: Tape;
  readonly #returns: RunningStatisticsState;
  #cache: Cache;

  constructor({ config, demonstrations, statistics, policy, device }: LearnerOptions) {
    this.#config = config;
    this.demonstrations = demonstrations;
    this.policy = policy;
    this.device = device;
    this.#random = new Generator(config.seed);
    this.#optimizer = new Adam(policy.parameters, config);
    const { observations, returns } = statistics;
    this.#returns = returns;
    this.units = {
      observations: config.normalizeObservations ? observations : null,
      reward: config.normalizeRewards ? Math.sqrt((returns.variance[0] as number) + EPSILON) : 1,
      returnScale: config.returnScale ?? 1,
    };
    this.#rollout = new Rollout({
      environments: config.envs,
      steps: config.rolloutSteps,
      sequenceSteps: config.sequenceSteps,
      observationSize: policy.inputSize,
      actionSize: policy.head.actionSize,
      maskSize: demonstrations.masked ? policy.head.maskSize : 0,
    });
    this.#tape = new Tape({
      count: demonstrations.count,
      streams: config.envs,
      read: (number) => demonstrationOf(demonstrations.read(number), policy, this.units),
      random: this.#random,
    });
    this.#cache = policy.emptyCache(config.envs);
  }

  /** One update: a rollout of demonstrations, and what is learned from it. */
  async learn(schedule: Schedule): Promise<UpdateEvent> {
    const started = performance.now();
    const steps = await this.#collect();
    const terms = await this.#minimise(schedule);
    this.#rollout.clear();
    this.step += steps;
    this.update++;
    const seconds = (performance.now() - started) / 1000;
    this.seconds += seconds;
    return {
      event: 'update',
      step: this.step,
      update: this.update,
      episodes: this.#tape.state.episodes,
      meanReturn: null,
      meanLength: null,
      stepsPerSecond: steps / seconds,
      seconds: this.seconds,
      learningRate: schedule.learningRate,
      ...terms,
    };
  }

  /** The episodes of an environment that are kept for validation: the first that have so many steps together. */
  *heldOut(environment: string, mostSteps: number): Iterable<Demonstration> {
    for (const episode of this.demonstrations.heldOut(environment, mostSteps))
      yield demonstrationOf(episode, this.policy, this.units);
  }

  /** @param environment  that the checkpoint is to be of: one of the demonstrations' */
  async save(path: string, environment: string, datasets: readonly number[]): Promise<void> {
    const optimizer = await this.#optimizer.save();
    const memory: Checkpoint['memory'] = new Map();
    for (const [i, tensor] of this.#cache.tensors.entries())
      memory.set(String(i), { shape: tensor.shape, data: (await tensor.data()) as Float32Array });
    const shown: ShownState = { tape: this.#tape.state, datasets: [...datasets] };
    saveCheckpoint(path, {
      policy: await this.policy.parameters.save(),
      optimizer: optimizer.tensors,
      memory,
      opponents: new Map(),
      discriminator: new Map(),
      state: {
        format: CHECKPOINT_FORMAT,
        environment,
        step: this.step,
        update: this.update,
        episodes: shown.tape.episodes,
        seconds: this.seconds,
        random: this.#random.state(),
        optimizerSteps: optimizer.steps,
        observationNormalizer: this.units.observations,
        rewardNormalizer: this.#config.normalizeRewards ? this.#rewardState() : null,
        vectorEnv: shown,
        memoryLengths: [...this.#cache.lengths],
        starts: Array.from({ length: this.#config.envs }, (_, b) => Number(this.#tape.at(b).t === 0)),
        recentReturns: [],
        recentLengths: [],
      },
    });
  }

  /** @throws FileError when the checkpoint does not fit, or is of other datasets */
  restore(path: string, { policy, optimizer, memory, state }: Checkpoint, datasets: readonly number[]): void {
    const { tape, datasets: learned } = state.vectorEnv as ShownState;
    if (learned.join() !== datasets.join())
      throw new FileError(`${path} learned from other datasets than these: resume with those that it was started with`);
    try {
      this.policy.parameters.load(policy);
      this.#optimizer.load({ steps: state.optimizerSteps, tensors: optimizer });
    } catch (error) {
      throw new FileError(`${path} does not fit its run: ${(error as Error).message}`, { cause: error });
    }
    this.step = state.step;
    this.update = state.update;
    this.seconds = state.seconds;
    this.#random.restore(state.random as GeneratorState);
    this.#tape.restore(tape);
    tf.dispose(this.#cache.tensors);
    this.#cache = {
      tensors: [...memory.values()].map(({ data, shape }) => tf.tensor(data, shape)),
      lengths: Int32Array.from(state.memoryLengths),
    };
  }

  dispose(): void {
    this.#rollout.clear();
    tf.dispose(this.#cache.tensors);
    this.#optimizer.dispose();
    this.policy.dispose();
  }

  /** As `RewardNormalizer` keeps it: training that goes on from here has the same units. */
  #rewardState(): RewardNormalizerState {
    return { statistics: this.#returns, returns: new Array<number>(this.#config.envs).fill(0) };
  }

  /** Fills the rollout from the tape; returns how many decisions were shown. */
  async #collect(): Promise<number> {
    const { environments: B, steps: T, sequenceSteps: L } = this.#rollout.shape;
    const truncated = new Uint8Array(B * T);
    for (let from = 0; from < T; from += L) {
      for (let b = 0; b < B; b++)
        for (let t = from; t < from + L; t++) {
          truncated[this.#rollout.row(t, b)] = Number(this.#tape.at(b).shown.truncated);
          this.#show(this.#rollout.row(t, b), b);
          this.#tape.advance(b);
        }
      await this.#remember(from);
    }
    this.#finish(await this.#valuesNow(), truncated);
    return this.#rollout.advantages.reduce((sum, decided) => sum + decided, 0);
  }

  /** Writes the step that stream `b` shows into a row of the rollout. */
  #show(row: number, b: number): void {
    const { observationSize: I, actionSize: A, maskSize: M } = this.#rollout.shape;
    const { observations, actions, masks, starts, rewards, advantages } = this.#rollout;
    const { shown, t } = this.#tape.at(b);
    const decided = t < shown.steps;
    observations.set(shown.inputs.subarray(t * I, (t + 1) * I), row * I);
    starts[row] = Number(t === 0);
    // An algorithm that learns by playing has advantages here: how much each decision is to become likelier.
    advantages[row] = Number(decided);
    rewards[row] = decided ? (shown.rewards[t] as number) : 0;
    if (decided) actions.set(shown.actions.subarray(t * A, (t + 1) * A), row * A);
    else actions.fill(0, row * A, (row + 1) * A);
    if (M === 0) return;
    if (decided && shown.masks) masks.set(shown.masks.subarray(t * M, (t + 1) * M), row * M);
    else masks.fill(1, row * M, (row + 1) * M);
  }

  /** Runs the policy over the sequences that begin at step `from`, for what it remembers after them, and its values. */
  async #remember(from: number): Promise<void> {
    const { environments: B, sequenceSteps: L, observationSize: I } = this.#rollout.shape;
    const [first, rows] = [this.#rollout.row(from, 0), B * L];
    this.#rollout.keepCache(from, this.#cache);
    const inputs = this.#rollout.observations.subarray(first * I, (first + rows) * I);
    const { values, cache } = this.#run(inputs, this.#rollout.starts.slice(first, first + rows));
    tf.dispose(this.#cache.tensors);
    this.#cache = cache;
    this.#rollout.values.set((await values.data()) as Float32Array, first);
    values.dispose();
  }

  /** [B] values of what the tape shows next; 0 where an episode has terminated. */
  async #valuesNow(): Promise<Float32Array> {
    const { environments: B, observationSize: I } = this.#rollout.shape;
    const inputs = new Float32Array(B * I);
    const starts = new Uint8Array(B);
    for (let b = 0; b < B; b++) {
      const { shown, t } = this.#tape.at(b);
      inputs.set(shown.inputs.subarray(t * I, (t + 1) * I), b * I);
      starts[b] = Number(t === 0);
    }
    const { values, cache } = this.#run(inputs, starts);
    const numbers = (await values.data()) as Float32Array;
    tf.dispose([values, ...cache.tensors]);
    return numbers.map((value, b) => {
      const { shown, t } = this.#tape.at(b);
      return t === shown.steps && !shown.truncated ? 0 : value;
    });
  }

  #run(inputs: Float32Array, starts: Uint8Array): { values: tf.Tensor1D; cache: Cache } {
    let result: { values: tf.Tensor1D; cache: Cache } | undefined;
    tf.tidy(() => {
      const { values, cache } = this.policy.run(
        tf.tensor2d(inputs, [starts.length, this.policy.inputSize]),
        starts,
        this.#cache,
      );
      result = { values, cache };
      return [values, ...cache.tensors];
    });
    return result as unknown as { values: tf.Tensor1D; cache: Cache };
  }

  /**
   * Discounted returns of all steps. What comes after the rollout's end, or after an episode that was truncated, is worth
   * what the policy's value says.
   */
  #finish(lastValues: Float32Array, truncated: Uint8Array): void {
    const { environments: B, steps: T } = this.#rollout.shape;
    const { values, rewards, advantages, returns } = this.#rollout;
    for (let b = 0; b < B; b++) {
      let next = lastValues[b] as number;
      for (let t = T - 1; t >= 0; t--) {
        const row = this.#rollout.row(t, b);
        if (advantages[row]) next = (rewards[row] as number) + this.#config.gamma * next;
        else next = truncated[row] ? (values[row] as number) : 0;
        returns[row] = next;
      }
    }
  }

  async #minimise(schedule: Schedule): Promise<Awaited<ReturnType<typeof learnBehaviourCloning>>> {
    const options = { ...this.#config, ...schedule, random: this.#random };
    try {
      return await learnBehaviourCloning(this.policy, this.#optimizer, this.#rollout, options);
    } catch (error) {
      if (!(error instanceof NonFiniteError)) throw error;
      throw new GymformerError(
        `pretraining stopped after ${this.step} steps: ${error.term} became ${error.value}. The last checkpoint is from before; try a lower --learning-rate`,
        1,
        { cause: error },
      );
    }
  }
}
