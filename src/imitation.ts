import * as tf from '@tensorflow/tfjs-core';
import { writeAction } from '../agents/model/actionFeatures.ts';
import { Discriminator } from '../agents/adversarial/discriminator.ts';
import { generatorRewards } from '../agents/adversarial/ganLoss.ts';
import { type DiscriminatorTerms, learnDiscriminator } from '../agents/adversarial/learnDiscriminator.ts';
import { StepLog } from '../agents/adversarial/stepLog.ts';
import { flopsOfRuns } from '../agents/model/flops.ts';
import type { StoredTensor } from '../agents/model/parameters.ts';
import { Adam } from '../agents/optimizer.ts';
import type { Rollout } from '../agents/rollout.ts';
import { Generator, type GeneratorState } from '../envs/random.ts';
import type { Space } from '../envs/spaces.ts';
import type { Config } from './settings.ts';
import { ConfigError, FileError } from './errors.ts';
import { type Expert, openExpert } from './expert.ts';
import { ObservationNormalizer } from './normalizers.ts';
import { mean } from './statistics.ts';

export interface ImitationOptions {
  environment: string;
  observationSpace: Space;
  actionSpace: Space;
}

export interface ImitationState {
  random: GeneratorState;
  optimizerSteps: number;
  /** Of the steps before the next rollout: how many of their episode stand before each. */
  ages: number[];
  /** Of the expert's dataset. */
  expert: number;
  /** Share of the policy's time in which its episode is over, of late; null before the first rollout. */
  over: number | null;
}

/** What an update of the discriminator reports, and what it made of the rollout. */
export interface ImitationTerms extends DiscriminatorTerms {
  /** L_G = -E[log D] over the rollout. */
  generatorLoss: number;
  /** Share of the windows of the rollout that it takes for the expert's. */
  takenForExpert: number;
}

/** Below this, being told apart costs no more. */
const LEAST_REWARD = -10;
/** However far-sighted the policy is, that an episode is over counts for no more steps than this. */
const MOST_STEPS_OVER = 1000;
/** Of the time that it is over, how much of what was known stays when there is another rollout. */
const KEPT = 0.9;
/** Share that counts as none: nobody has played for ever. */
const NONE = 1e-3;
const ROWS_AT_ONCE = 2048;
/** log 1/2 */
const EVEN = -Math.LN2;

/**
 * Adversarial imitation: rewards come from a discriminator that learns to tell the policy's steps from an expert's, and the
 * policy, which learns by PPO, from what it takes for the expert's. The environment's own rewards are looked at by nobody.
 *
 *   r_t = log D(window that ends at t), at least -10
 *
 * By itself such a reward, never positive, is won by ending episodes early, as -log(1 - D), never negative, is by not ending
 * them, whatever the expert does (Kostrikov et al., section 4.1). So every episode lasts for ever here: one that ended by its
 * own rules stays over, for K = 1 / (1 - gamma) steps, as many as the discount lets count, and its last step gets their
 * rewards too,
 *
 *   r_T + gamma K log D(over),  D(over) = p_expert / (p_expert + p_policy)
 *
 * with p the share of steps in which it is over, K times the ends for K times the ends and all other steps. There is nothing
 * to see then, so D is known. Of windows it is that of what the discriminator sees and of how much of the time there is
 * something to see: sigmoid(logit + log((1 - p_expert) / (1 - p_policy))).
 *
 * @see Ho and Ermon 2016, "Generative Adversarial Imitation Learning", algorithm 1
 * @see Kostrikov et al. 2019, "Discriminator-Actor-Critic", section 4.2, for states in which nothing happens any more
 */
export class Imitation {
  readonly #config: Config;
  readonly #actionSpace: Space;
  readonly #expert: Expert;
  readonly #discriminator: Discriminator;
  readonly #optimizer: Adam;
  readonly #normalizer: ObservationNormalizer;
  readonly #random: Generator;
  /** Of each environment the last steps before the rollout, then those of the rollout, [B * (W - 1 + T)]. */
  readonly #log: StepLog;
  /** K */
  readonly #stepsOver: number;
  #over: number | null = null;

  /** @throws ConfigError or FileError when there is no expert to imitate, see `openExpert` */
  constructor(config: Config, { environment, ...spaces }: ImitationOptions) {
    const { expert, envs, rolloutSteps, gamma, discriminatorWindow: window } = config;
    this.#config = config;
    this.#actionSpace = spaces.actionSpace;
    this.#stepsOver = Math.min(1 / (1 - gamma), MOST_STEPS_OVER);
    // `checkConfig` wants one with this algorithm.
    this.#expert = openExpert(expert as string, { environment, ...spaces });
    this.#random = new Generator(config.seed);
    try {
      this.#discriminator = new Discriminator({
        ...{ ...spaces, window, random: this.#random },
        width: config.discriminatorWidth,
        layers: config.discriminatorLayers,
        heads: config.discriminatorHeads,
      });
    } catch (error) {
      if (error instanceof RangeError) throw new ConfigError(`the discriminator: ${error.message}`, { cause: error });
      throw error;
    }
    this.#optimizer = new Adam(this.#discriminator.parameters, config);
    this.#normalizer = new ObservationNormalizer(spaces.observationSpace, envs);
    this.#normalizer.restore(this.#expert.statistics);
    const { observationSize, actionSize } = this.#expert.log;
    this.#log = new StepLog(envs * (window - 1 + rolloutSteps), observationSize, actionSize);
    this.#log.ages.fill(-1);
  }

  /**
   * Takes note of what is seen before step `t` of the rollout, in all environments.
   *
   * @param observations [B, O] as the environments give them
   * @param starts       [B] 1 where an episode starts
   */
  see(t: number, observations: Float32Array, starts: Uint8Array): void {
    const { observationSize: O, ages } = this.#log;
    const prepared = this.#normalizer.apply(observations);
    for (let b = 0; b < starts.length; b++) {
      const row = this.#row(t, b);
      this.#log.observations.set(prepared.subarray(b * O, (b + 1) * O), row * O);
      const before = t + this.#past > 0 ? (ages[row - 1] as number) : -1;
      ages[row] = starts[b] ? 0 : before + 1;
    }
  }

  /** Takes note of what was done at step `t`. @param actions [B, A] as the environments get them */
  act(t: number, actions: Float32Array): void {
    const { envs: B } = this.#config;
    const [A, F] = [actions.length / B, this.#log.actionSize];
    for (let b = 0; b < B; b++) {
      const row = this.#row(t, b);
      const out = this.#log.actions.subarray(row * F, (row + 1) * F);
      writeAction(this.#actionSpace, actions.subarray(b * A, (b + 1) * A), out);
    }
  }

  /** Learns to tell the rollout's steps from the expert's, then gives the rollout its rewards. */
  async judge(rollout: Rollout): Promise<ImitationTerms> {
    const config = this.#config;
    const { environments: B, steps: T } = rollout.shape;
    const rows = Int32Array.from({ length: B * T }, (_, i) => this.#row(i % T, Math.floor(i / T)));
    const ended = rollout.terminated.reduce((sum, terminated) => sum + terminated, 0);
    const terms = await learnDiscriminator(
      this.#discriminator,
      this.#optimizer,
      { real: this.#expert, made: { log: this.#log, rows } },
      {
        steps: config.discriminatorSteps,
        batch: config.discriminatorBatch,
        learningRate: config.discriminatorLearningRate,
        penalty: config.discriminatorPenalty,
        mostAccuracy: config.discriminatorAccuracy,
        random: this.#random,
      },
    );
    const over = this.#shareOver(ended, rows.length);
    this.#over = this.#over === null ? over : KEPT * this.#over + (1 - KEPT) * over;
    const expertOver = this.#shareOver(this.#expert.ended, this.#expert.rows.length);
    const worth = await this.#worthOf(rows, Math.log((1 - expertOver) / (1 - this.#over)));
    const worthOver = Math.max(Math.log((expertOver + NONE) / (expertOver + this.#over + 2 * NONE)), LEAST_REWARD);
    for (let i = 0; i < rows.length; i++) {
      const row = rollout.row(i % T, Math.floor(i / T));
      const after = rollout.terminated[row] ? config.gamma * this.#stepsOver * worthOver : 0;
      rollout.rewards[row] = Math.max(worth[i] as number, LEAST_REWARD) + after;
    }
    this.#keepPast();
    return {
      ...terms,
      generatorLoss: -mean([...worth]),
      takenForExpert: mean([...worth].map((each) => (each > EVEN ? 1 : 0))),
    };
  }

  async save(): Promise<{ state: ImitationState; tensors: Map<string, StoredTensor> }> {
    const optimizer = await this.#optimizer.save();
    const tensors = new Map<string, StoredTensor>();
    for (const [name, tensor] of await this.#discriminator.parameters.save()) tensors.set(`model/${name}`, tensor);
    for (const [name, tensor] of optimizer.tensors) tensors.set(`optimizer/${name}`, tensor);
    const past = this.#pastRows();
    for (const part of ['observations', 'actions'] as const) {
      const size = this.#log[part].length / this.#log.ages.length;
      const data = new Float32Array(past.length * size);
      past.forEach((row, i) => data.set(this.#log[part].subarray(row * size, (row + 1) * size), i * size));
      tensors.set(`past/${part}`, { shape: [past.length, size], data });
    }
    const state = {
      random: this.#random.state(),
      optimizerSteps: optimizer.steps,
      ages: past.map((row) => this.#log.ages[row] as number),
      expert: this.#expert.checksum,
      over: this.#over,
    };
    return { state, tensors };
  }

  /**
   * @throws FileError when the dataset is another one by now
   * @throws RangeError when the tensors do not fit
   */
  restore(state: ImitationState, tensors: ReadonlyMap<string, StoredTensor>): void {
    if (state.expert !== this.#expert.checksum)
      throw new FileError(
        `${this.#config.expert} is not the dataset that the run was started with: put that one there, or start a new run`,
      );
    const of = (prefix: string): Map<string, StoredTensor> =>
      new Map([...tensors].filter(([name]) => name.startsWith(prefix)).map(([n, t]) => [n.slice(prefix.length), t]));
    this.#discriminator.parameters.load(of('model/'));
    this.#optimizer.load({ steps: state.optimizerSteps, tensors: of('optimizer/') });
    this.#random.restore(state.random);
    this.#over = state.over;
    const past = this.#pastRows();
    for (const part of ['observations', 'actions'] as const) {
      const { data } = tensors.get(`past/${part}`) as StoredTensor;
      const size = this.#log[part].length / this.#log.ages.length;
      past.forEach((row, i) => this.#log[part].set(data.subarray(i * size, (i + 1) * size), row * size));
    }
    past.forEach((row, i) => (this.#log.ages[row] = state.ages[i] as number));
  }

  /** What the discriminator has computed so far. */
  get flopsSoFar(): number {
    return flopsOfRuns(this.#discriminator.ran, this.#discriminator.flops);
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.#discriminator.dispose();
  }

  /** W - 1, steps that a window of the rollout's first step reaches back. */
  get #past(): number {
    return this.#config.discriminatorWindow - 1;
  }

  #row(t: number, b: number): number {
    return b * (this.#past + this.#config.rolloutSteps) + this.#past + t;
  }

  /** Rows of the steps before the rollout. */
  #pastRows(): number[] {
    const { envs } = this.#config;
    return Array.from({ length: envs * this.#past }, (_, i) =>
      this.#row((i % this.#past) - this.#past, Math.floor(i / this.#past)),
    );
  }

  /** The last steps of the rollout are those before the next one. */
  #keepPast(): void {
    const { observations, actions, ages, observationSize: O, actionSize: F } = this.#log;
    for (const row of this.#pastRows()) {
      const later = row + this.#config.rolloutSteps;
      observations.copyWithin(row * O, later * O, (later + 1) * O);
      actions.copyWithin(row * F, later * F, (later + 1) * F);
      ages[row] = ages[later] as number;
    }
  }

  /** Share of the time in which an episode is over, of so many ends in so many steps. */
  #shareOver(ends: number, steps: number): number {
    return (this.#stepsOver * ends) / (this.#stepsOver * ends + steps);
  }

  /** log D of the windows that end with these rows. @param offset of their logits */
  async #worthOf(rows: Int32Array, offset: number): Promise<Float32Array> {
    const found = new Float32Array(rows.length);
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      const some = rows.subarray(from, from + ROWS_AT_ONCE);
      const worth = tf.tidy(() => {
        const windows = this.#log.windows(some, this.#discriminator.window);
        const logits = this.#discriminator.logits(this.#discriminator.tensorsOf(windows));
        return generatorRewards(tf.add(logits, offset));
      });
      found.set(await worth.data(), from);
      worth.dispose();
    }
    return found;
  }
}
