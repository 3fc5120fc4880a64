import type { EnvBatch, Info, ResetOptions, StepArrays } from '../env.ts';
import { FAILURE, SUCCESS } from '../outcome.ts';
import { Generator } from '../random.ts';

/** What an action may lead to. */
export interface Outcome {
  probability: number;
  state: number;
  reward: number;
  /** Whether the task ends there; it is a success unless it is said to be none. */
  terminated?: boolean;
  failed?: boolean;
}

/** A Markov decision process with numbered states and actions. */
export interface TabularModel {
  states: number;
  actions: number;
  /** Probability that an episode begins in `state`. */
  initial(state: number): number;
  /** At most `most` outcomes, whose probabilities sum to 1. */
  outcomes(state: number, action: number): readonly Outcome[];
  most: number;
}

/** A model's outcomes in flat arrays: those of an action in a state stand together, at (state * actions + action) * most. */
export class Transitions {
  readonly actions: number;
  readonly most: number;
  readonly next: Int32Array;
  readonly rewards: Float64Array;
  readonly terminated: Uint8Array;
  readonly succeeded: Uint8Array;
  readonly #initial: Float64Array;
  readonly #cumulative: Float64Array;

  constructor({ states, actions, initial, outcomes, most }: TabularModel) {
    const size = states * actions * most;
    this.actions = actions;
    this.most = most;
    this.next = new Int32Array(size);
    this.rewards = new Float64Array(size);
    this.terminated = new Uint8Array(size);
    this.succeeded = new Uint8Array(size);
    this.#initial = cumulated(Array.from({ length: states }, (_, state) => initial(state)));
    this.#cumulative = new Float64Array(size);
    for (let pair = 0; pair < states * actions; pair++) {
      const possible = outcomes(Math.floor(pair / actions), pair % actions);
      this.#cumulative.set(cumulated(possible.map(({ probability }) => probability)), pair * most);
      possible.forEach(({ state, reward, terminated = false, failed = false }, i) => {
        const at = pair * most + i;
        this.next[at] = state;
        this.rewards[at] = reward;
        this.terminated[at] = terminated ? 1 : 0;
        this.succeeded[at] = terminated && !failed ? 1 : 0;
      });
    }
  }

  /** A state to begin in. */
  begin(random: Generator): number {
    return firstAbove(this.#initial, 0, this.#initial.length, random.random());
  }

  /** Where in the arrays stands what now happens. */
  draw(state: number, action: number, random: Generator): number {
    const from = (state * this.actions + action) * this.most;
    return firstAbove(this.#cumulative, from, from + this.most, random.random());
  }
}

/** Tabular environments side by side, each with a generator of its own: every step draws, as in Gymnasium. */
export class Tabular implements EnvBatch {
  readonly state: Int32Array;
  /** 1 where the last step ended the episode well. */
  readonly succeeded: Uint8Array;
  protected readonly random: readonly Generator[];

  constructor(
    count: number,
    protected readonly transitions: Transitions,
  ) {
    this.state = new Int32Array(count);
    this.succeeded = new Uint8Array(count);
    this.random = Array.from({ length: count }, () => new Generator());
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const random = this.random[row] as Generator;
    if (seed !== undefined) random.reseed(seed);
    observations[row] = this.state[row] = this.transitions.begin(random);
    this.succeeded[row] = 0;
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { transitions, state } = this;
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      const before = state[i] as number;
      const at = transitions.draw(before, actions[i] as number, this.random[i] as Generator);
      state[i] = this.arrive(i, before, transitions.next[at] as number);
      this.succeeded[i] = transitions.succeeded[at] as number;
      observations[i] = state[i] as number;
      rewards[i] = transitions.rewards[at] as number;
      terminated[i] = transitions.terminated[at] as number;
      truncated[i] = 0;
    }
  }

  info(row: number): Info {
    return this.succeeded[row] ? SUCCESS : FAILURE;
  }

  /** The state after a step, for what a table of outcomes cannot say. */
  protected arrive(_row: number, _before: number, after: number): number {
    return after;
  }
}

function cumulated(probabilities: readonly number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(probabilities, (probability) => (sum += probability));
}

/** The first index whose number is above `x`, or, as NumPy's argmax has it, the first of all where none is. */
function firstAbove(numbers: Float64Array, from: number, to: number, x: number): number {
  for (let i = from; i < to; i++) if ((numbers[i] as number) > x) return i;
  return from;
}
