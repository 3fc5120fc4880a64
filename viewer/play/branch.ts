import type { EpisodeSummary, Moment } from '../../src/replay/format.ts';
import { differenceOf } from '../compare/divergence.ts';
import { momentOrLost } from '../time/momentOrLost.ts';
import type { Recording } from '../time/player.ts';

/** Who took a step. */
export type Hand = 'you' | 'agent';

export interface BranchOptions {
  /** What it goes off from; null for a game that begins with it. */
  base: Recording | null;
  /** Of the base, counted from 0; of a game, its number. */
  episode: number;
  /** Of the episode. */
  seed: number;
  /** The first step that may be another than in the base. */
  from: number;
  /** What a person would call it. */
  name: string;
}

/** An episode that goes another way than the one that it began as, from a step on; or a game that was played here. */
export class Branch {
  readonly base: Recording | null;
  readonly episode: number;
  readonly from: number;
  name: string;
  readonly #seed: number;
  /** Moments of its own, from `from` on, that something was decided in; and who did. */
  readonly #decided: Moment[] = [];
  readonly #hands: Hand[] = [];
  #last: Moment;
  #ended = false;
  /** Steps that were compared with the base's, and are the same. */
  #same: number;
  #summary: EpisodeSummary | null = null;
  #numbers: { rewards: Float32Array; values: Float32Array } | null = null;

  /** @param last the moment at `from`, in which nothing is decided yet */
  constructor({ base, episode, seed, from, name }: BranchOptions, last: Moment) {
    this.base = base;
    this.episode = episode;
    this.from = this.#same = from;
    this.name = name;
    this.#seed = seed;
    this.#last = last;
  }

  /** Actions taken, those of the base included. */
  get steps(): number {
    return this.from + this.#decided.length;
  }

  /** Whether the episode is over: nothing can be added. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The same object until it becomes longer. */
  get summary(): EpisodeSummary {
    return (this.#summary ??= this.#summarize());
  }

  /** @param last the moment after it, in which nothing is decided yet */
  add(decided: Moment, last: Moment, hand: Hand): void {
    this.#decided.push(decided);
    this.#hands.push(hand);
    this.#last = last;
    this.#ended = Boolean(decided.decision?.terminated || decided.decision?.truncated);
    this.#numbers = this.#summary = null;
  }

  /** Null beyond its last. */
  moment(step: number): Moment | null {
    if (step < 0 || step > this.steps) return null;
    if (step < this.from) return this.base?.moment(this.episode, step) ?? null;
    return this.#decided[step - this.from] ?? this.#last;
  }

  /** Its own steps, as stretches that one hand took: from a step up to another, that one excluded. */
  get stretches(): { hand: Hand; from: number; to: number }[] {
    const stretches: { hand: Hand; from: number; to: number }[] = [];
    this.#hands.forEach((hand, i) => {
      const latest = stretches.at(-1);
      if (latest?.hand === hand) latest.to++;
      else stretches.push({ hand, from: this.from + i, to: this.from + i + 1 });
    });
    return stretches;
  }

  get rewards(): Float32Array {
    return this.#known.rewards;
  }

  /** NaN where nobody had an opinion. */
  get values(): Float32Array {
    return this.#known.values;
  }

  /** The first step that the base took in another way; null where there is none so far, or no base. */
  get firstDifference(): number | null {
    const { base, episode } = this;
    if (!base) return null;
    const shared = base.episodes[episode]?.steps ?? 0;
    for (; this.#same < this.steps; this.#same++) {
      if (this.#same >= shared) return this.#same;
      const [own, other] = [this.moment(this.#same), momentOrLost(base, episode, this.#same)];
      if (own && other && differenceOf(own, other)) return this.#same;
    }
    return this.#ended && this.steps < shared ? this.steps : null;
  }

  #summarize(): EpisodeSummary {
    const decision = this.moment(this.steps - 1)?.decision;
    return {
      seed: this.#seed,
      steps: this.steps,
      return: this.rewards.reduce((sum, reward) => sum + reward, 0),
      terminated: decision?.terminated ?? false,
      truncated: decision?.truncated ?? false,
    };
  }

  get #known(): { rewards: Float32Array; values: Float32Array } {
    return (this.#numbers ??= {
      rewards: this.#numbersOf((rewards) => rewards, 'reward'),
      values: this.#numbersOf((_, values) => values, 'value'),
    });
  }

  #numbersOf(
    inBase: (rewards: Float32Array, values: Float32Array | null) => Float32Array | null,
    name: 'reward' | 'value',
  ): Float32Array {
    const numbers = new Float32Array(this.steps).fill(NaN);
    const { base, episode, from } = this;
    const before = base && inBase(base.rewards(episode), base.values(episode));
    if (before) numbers.set(before.subarray(0, from));
    this.#decided.forEach(({ decision }, i) => (numbers[from + i] = decision?.[name] ?? NaN));
    return numbers;
  }
}
