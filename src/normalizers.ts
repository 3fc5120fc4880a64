import { RunningStatistics, type RunningStatisticsState } from '../envs/runningStatistics.ts';
import { flatSize, type Space } from '../envs/spaces.ts';

const CLIP = 10;
const EPSILON = 1e-8;

/**
 * Observations to mean 0 and deviation 1 by what was seen so far, clipped to -10 … 10. Categories, bits, bytes and
 * characters pass as they are: they are no quantities.
 */
export class ObservationNormalizer {
  readonly #statistics: RunningStatistics;
  readonly #normalized: Float32Array;
  readonly #quantities: boolean[];
  /** [size] of each component: what it is divided by. */
  readonly #deviations: Float64Array;

  /** @param rows observations that come at once */
  constructor(
    space: Space,
    private readonly rows: number,
  ) {
    this.#quantities = quantities(space);
    this.#statistics = new RunningStatistics(this.#quantities.length);
    this.#normalized = new Float32Array(rows * this.#quantities.length);
    this.#deviations = new Float64Array(this.#quantities.length);
  }

  /** @param observations [rows, size] */
  update(observations: Float32Array): void {
    this.#statistics.update(observations, this.rows);
  }

  /** [rows, size], valid until the next call. */
  apply(observations: Float32Array): Float32Array {
    const { mean, variance } = this.#statistics;
    const normalized = this.#normalized;
    const quantities = this.#quantities;
    const deviations = this.#deviations;
    const size = quantities.length;
    normalized.set(observations);
    for (let i = 0; i < size; i++) deviations[i] = Math.sqrt((variance[i] as number) + EPSILON);
    for (let row = 0; row < observations.length; row += size) {
      for (let i = 0; i < size; i++) {
        if (!quantities[i]) continue;
        const scaled = ((observations[row + i] as number) - (mean[i] as number)) / (deviations[i] as number);
        normalized[row + i] = Math.min(Math.max(scaled, -CLIP), CLIP);
      }
    }
    return this.#normalized;
  }

  state(): RunningStatisticsState {
    return this.#statistics.state();
  }

  restore(state: RunningStatisticsState): void {
    this.#statistics.restore(state);
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

/** For each number of the flat form: whether it is a quantity. */
function quantities(space: Space): boolean[] {
  if (space.kind === 'tuple' || space.kind === 'dict') return Object.values(space.spaces).flatMap(quantities);
  // The cells of a grid are few values each, mostly 0: a mean taken off would fill them all.
  const isQuantity = space.kind === 'box' && space.dtype !== 'uint8' && space.tokens === undefined;
  return new Array<boolean>(flatSize(space)).fill(isQuantity);
}
