import type { Sentences } from '../agents/model/sentences.ts';
import { RunningStatistics, type RunningStatisticsState } from '../envs/runningStatistics.ts';
import { flatSize, type Space } from '../envs/spaces.ts';
import { tokensOf } from '../envs/tokens.ts';
import { SentenceNumbers, WordNumbers } from '../envs/words.ts';

const CLIP = 10;
const EPSILON = 1e-8;

/**
 * Observations as a policy takes them. Words, or texts as a whole, get their numbers. Where that is wanted, quantities are brought to mean 0 and
 * deviation 1 by what was seen so far, clipped to -10 … 10; categories, bits, bytes, words, and what is in the cells of
 * a grid pass as they are.
 */
export class ObservationNormalizer {
  readonly #texts: (WordNumbers | SentenceNumbers)[] = [];
  readonly #statistics: RunningStatistics | null;
  readonly #prepared: Float32Array;
  readonly #quantities: boolean[];
  /** [size] of each component: what it is divided by. */
  readonly #deviations: Float64Array;

  /**
   * @param rows    observations that come at once
   * @param running whether quantities are normalised
   * @param sentences what texts as a whole have their numbers from; left out: each word has one
   */
  constructor(
    space: Space,
    private readonly rows: number,
    { running = true, sentences = null }: { running?: boolean; sentences?: Sentences | null } = {},
  ) {
    const groups = tokensOf(space, { sentences: sentences !== null });
    for (const group of groups) {
      if (group.kind === 'words') this.#texts.push(new WordNumbers(group));
      if (group.kind === 'sentence' && sentences)
        this.#texts.push(new SentenceNumbers(group, (text) => sentences.numberOf(text)));
    }
    this.#quantities = new Array<boolean>(flatSize(space)).fill(false);
    for (const group of groups)
      if ('scale' in group && group.scale === null)
        this.#quantities.fill(true, group.offset, group.offset + group.size);
    this.#statistics = running ? new RunningStatistics(this.#quantities.length) : null;
    this.#prepared = new Float32Array(rows * this.#quantities.length);
    this.#deviations = new Float64Array(this.#quantities.length);
  }

  /** @param observations [rows, size] as the environment gives them */
  update(observations: Float32Array): void {
    this.#statistics?.update(observations, this.rows);
  }

  /** [rows, size], valid until the next call. */
  apply(observations: Float32Array): Float32Array {
    const prepared = this.#prepared;
    prepared.set(observations);
    for (const text of this.#texts) text.apply(prepared, this.#quantities.length);
    if (this.#statistics) this.#normalize(this.#statistics);
    return prepared;
  }

  /** Null where nothing is normalised. */
  state(): RunningStatisticsState | null {
    return this.#statistics?.state() ?? null;
  }

  restore(state: RunningStatisticsState | null): void {
    if (state) this.#statistics?.restore(state);
  }

  #normalize({ mean, variance }: RunningStatistics): void {
    const normalized = this.#prepared;
    const quantities = this.#quantities;
    const deviations = this.#deviations;
    const size = quantities.length;
    for (let i = 0; i < size; i++) deviations[i] = Math.sqrt((variance[i] as number) + EPSILON);
    for (let row = 0; row < normalized.length; row += size) {
      for (let i = 0; i < size; i++) {
        if (!quantities[i]) continue;
        const scaled = ((normalized[row + i] as number) - (mean[i] as number)) / (deviations[i] as number);
        normalized[row + i] = Math.min(Math.max(scaled, -CLIP), CLIP);
      }
    }
  }
}

export interface RewardNormalizerState {
  statistics: RunningStatisticsState;
  returns: number[];
}

/**
 * Rewards divided by the running deviation of the discounted return, clipped to -10 … 10, so that returns are of order
 * one whatever the environment's units. They are not centred: that would change the task.
 *
 * @see Engstrom et al. 2020, "Implementation Matters in Deep Policy Gradients", section 3
 */
export class RewardNormalizer {
  readonly #statistics = new RunningStatistics(1);
  #returns: Float32Array;

  constructor(
    environments: number,
    private readonly gamma: number,
  ) {
    this.#returns = new Float32Array(environments);
  }

  /** Takes in the rewards of a step; `ended` marks the episodes that it ended. */
  update(rewards: Float64Array, ended: Uint8Array): void {
    const returns = this.#returns;
    for (let i = 0; i < rewards.length; i++) returns[i] = (returns[i] as number) * this.gamma + (rewards[i] as number);
    this.#statistics.update(returns, rewards.length);
    for (let i = 0; i < ended.length; i++) if (ended[i]) returns[i] = 0;
  }

  apply(reward: number): number {
    return Math.min(Math.max(reward / this.deviation, -CLIP), CLIP);
  }

  /** What a reward of 1 to the policy is worth in the environment's units. */
  get deviation(): number {
    return Math.sqrt((this.#statistics.variance[0] as number) + EPSILON);
  }

  state(): RewardNormalizerState {
    return { statistics: this.#statistics.state(), returns: [...this.#returns] };
  }

  restore({ statistics, returns }: RewardNormalizerState): void {
    this.#statistics.restore(statistics);
    this.#returns = Float32Array.from(returns);
  }
}
