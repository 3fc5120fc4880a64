import type { Moment, ReplayHeader } from '../../src/replay/format.ts';
import { likelihoodOf, surpriseOf } from './distribution.ts';
import { momentOrLost } from './momentOrLost.ts';
import type { Recording } from './player.ts';

/** Discount where a replay does not tell what its values were learned with: what most agents are trained with. */
const ASSUMED_GAMMA = 0.99;
/** Steps are read so many at a time: a pause between two lots is never long in coming. */
const LOT = 64;

/** The discount of a replay's values, and whether the replay says so itself. */
export function discountOf({ policy }: ReplayHeader): { gamma: number; stated: boolean } {
  const gamma = policy?.gamma;
  return gamma === undefined ? { gamma: ASSUMED_GAMMA, stated: false } : { gamma, stated: true };
}

/**
 * What happens along an episode: numbers for each step, which grow while the episode is read. What was not read yet, or
 * is not there, is NaN.
 *
 *   advantage_t = reward_t + gamma * value_{t+1} * (1 - terminated_t) - value_t
 *
 * the error of the value in one step: how much better the step did than the policy expected. Unknown at the last step
 * of an episode that was cut, after which no value is recorded.
 */
export class Signals {
  /** T: actions of the episode. */
  readonly steps: number;
  readonly rewards: Float32Array;
  readonly values: Float32Array;
  readonly advantages: Float32Array;
  /** Of the action's distribution, nats. */
  readonly entropies: Float32Array;
  /** See `surpriseOf`. */
  readonly surprises: Float32Array;
  /** See `focusOf`. */
  readonly focuses: Float32Array;
  /** [T + 1] sum of the rewards before each step. */
  readonly returns: Float64Array;
  /** The largest number, sign aside, that each component of the observation had. */
  readonly reach: number[] = [];
  readonly #header: ReplayHeader;
  readonly #gamma: number;
  #known = 0;

  constructor(header: ReplayHeader, steps: number) {
    this.steps = steps;
    this.#header = header;
    this.#gamma = discountOf(header).gamma;
    const unknown = (): Float32Array => new Float32Array(steps).fill(NaN);
    this.rewards = unknown();
    this.values = unknown();
    this.advantages = unknown();
    this.entropies = unknown();
    this.surprises = unknown();
    this.focuses = unknown();
    this.returns = new Float64Array(steps + 1);
  }

  /** How many steps were read; returns are known up to and with this one, advantages but for the last. */
  get known(): number {
    return this.#known;
  }

  get complete(): boolean {
    return this.#known === this.steps;
  }

  /**
   * Takes the next moment of the episode, null for one that is lost: nothing is known of it, nor what the return is from
   * there on. One without a decision, the last, adds its observation only.
   */
  add(moment: Moment | null): void {
    if (moment) this.#take(moment);
    else if (!this.complete) this.returns[++this.#known] = NaN;
  }

  #take({ observation, decision }: Moment): void {
    for (let i = 0; i < observation.length; i++) {
      const size = Math.abs(observation[i] as number);
      if (!(size <= (this.reach[i] ?? -1))) this.reach[i] = size;
    }
    if (!decision || this.complete) return;
    const t = this.#known++;
    const { reward, value, terminated } = decision;
    this.rewards[t] = reward;
    this.returns[t + 1] = (this.returns[t] as number) + reward;
    this.values[t] = value ?? NaN;
    const likelihood = likelihoodOf(this.#header.actionSpace, decision);
    this.entropies[t] = likelihood?.entropy ?? NaN;
    this.surprises[t] = likelihood ? surpriseOf(likelihood) : NaN;
    if (t > 0) this.advantages[t - 1] = this.#advantage(t - 1, this.values[t] as number);
    if (terminated) this.advantages[t] = this.#advantage(t, 0);
  }

  /** Takes what step `t` attended to over past steps. */
  addAttention(t: number, attention: ArrayLike<number>): void {
    const { layers = 1, heads = 1 } = this.#header.policy ?? {};
    this.focuses[t] = focusOf(attention, layers * heads, t);
  }

  #advantage(t: number, nextValue: number): number {
    return (this.rewards[t] as number) + this.#gamma * nextValue - (this.values[t] as number);
  }
}

/**
 * How much the attention of a step is drawn to one of the steps before it: the largest weight of a past step, in the mean
 * of all heads, as a multiple of an even share.
 *
 * @param attention  [rows, lags] weights of each head, the step itself first
 * @param step       how many steps there are to look back to
 * @returns          NaN at the first step, which has no past
 */
export function focusOf(attention: ArrayLike<number>, rows: number, step: number): number {
  const lags = Math.floor(attention.length / rows);
  const seen = Math.min(step + 1, lags);
  let most = NaN;
  for (let lag = 1; lag < seen; lag++) {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += attention[row * lags + lag] as number;
    if (!(sum / rows <= most)) most = sum / rows;
  }
  return most * seen;
}

/** Reads an episode from its start into `signals`, with a pause after every few steps. */
export function* readSignals(recording: Recording, episode: number, signals: Signals): Generator<void> {
  for (let t = 0; t <= signals.steps; t++) {
    signals.add(momentOrLost(recording, episode, t, { scene: false, attention: false }));
    if (t % LOT === LOT - 1) yield;
  }
}

/** Reads what an episode's steps attended to, likewise. */
export function* readAttention(recording: Recording, episode: number, signals: Signals): Generator<void> {
  for (let t = 0; t < signals.steps; t++) {
    const attention = momentOrLost(recording, episode, t, { scene: false })?.decision?.attention;
    if (attention) signals.addAttention(t, attention);
    if (t % LOT === LOT - 1) yield;
  }
}
