import type { EpisodeSummary } from '../../src/replay/format.ts';
import type { Signals } from './signals.ts';

/** What makes a step worth a look, the most telling first: where markers would lie on one another, the first is drawn. */
export const EVENT_KINDS = ['end', 'drop', 'unlikely', 'attention', 'advantage', 'reward'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface StepEvent {
  kind: EventKind;
  step: number;
  /** Reward, advantage, fall of the value (negative), surprise or focus, by the kind; 0 for an end. */
  size: number;
}

/** Further than this from the mean, in standard deviations, a number stands out. */
const OUTSTANDING = 3;
/** Rewards of which at least this share are the same are sparse: each other one is an event. */
const USUAL_SHARE = 0.8;
/** A fall of the value is one from this share of all that it spans on. */
const LEAST_FALL = 0.1;
/** An action is unlikely that is ten times less likely than one drawn from such a distribution is as a rule. */
const UNLIKELY = Math.log(10);
/** A past step draws the attention that has at least this many times its even share. */
const LEAST_FOCUS = 2;

/**
 * The events of an episode, in order; of neighbours that stand out for the same reason, only the one that does so most.
 *
 * | kind      | a step                                                                                             |
 * |-----------|----------------------------------------------------------------------------------------------------|
 * | end       | after which the episode is over                                                                    |
 * | reward    | with another reward than usual where most are the same; elsewhere one far from the mean            |
 * | advantage | with an advantage far above the mean                                                               |
 * | drop      | at which the value is far lower than a step before, and by a tenth of all that it spans            |
 * | unlikely  | whose action was far less likely than one drawn from such a distribution is                        |
 * | attention | at which one past step had far more attention than an even share, and than is usual in the episode |
 */
export function findEvents(signals: Signals, summary: EpisodeSummary): StepEvent[] {
  const { steps } = signals;
  const over = summary.terminated || summary.truncated;
  return [
    ...peaks('reward', unusualRewards(signals.rewards)),
    ...peaks('advantage', outstanding(signals.advantages, 1)),
    ...peaks('drop', falls(signals.values)),
    ...peaks(
      'unlikely',
      keep(signals.surprises, (surprise) => surprise > UNLIKELY),
    ),
    ...peaks(
      'attention',
      keep(outstanding(signals.focuses, 1), (focus) => focus >= LEAST_FOCUS),
    ),
    ...(over ? [{ kind: 'end', step: steps, size: 0 } as const] : []),
  ].sort((a, b) => a.step - b.step || EVENT_KINDS.indexOf(a.kind) - EVENT_KINDS.indexOf(b.kind));
}

/** How many there are of each kind. */
export function countEvents(events: readonly StepEvent[]): Map<EventKind, number> {
  const counts = new Map<EventKind, number>();
  for (const { kind } of events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** The nearest of some steps in order, after `step` (or before it, in direction -1); undefined where there is none. */
export function nearest(steps: readonly number[], step: number, direction: 1 | -1): number | undefined {
  return direction > 0 ? steps.find((other) => other > step) : steps.findLast((other) => other < step);
}

/** Numbers that stand for an event; NaN everywhere else. */
type Marked = Float32Array;

function keep(numbers: Float32Array, holds: (number: number) => boolean): Marked {
  return numbers.map((number) => (holds(number) ? number : NaN));
}

/** Those far from the mean: on either side, or only above it. */
function outstanding(numbers: Float32Array, side: 1 | 'either'): Marked {
  const { mean, deviation } = momentsOf(numbers);
  if (!(deviation > 0)) return numbers.map(() => NaN);
  return keep(numbers, (number) => {
    const distance = (number - mean) / deviation;
    return (side === 'either' ? Math.abs(distance) : distance) > OUTSTANDING;
  });
}

function unusualRewards(rewards: Float32Array): Marked {
  const usual = commonest(rewards);
  const like = rewards.reduce((count, reward) => count + Number(reward === usual), 0);
  if (like === rewards.length) return rewards.map(() => NaN);
  return like >= USUAL_SHARE * rewards.length
    ? keep(rewards, (reward) => reward !== usual)
    : outstanding(rewards, 'either');
}

/** Falls of the value, at the step that has the lower one. */
function falls(values: Float32Array): Marked {
  const changes = values.map((value, t) => value - (values[t - 1] ?? NaN));
  const { mean, deviation } = momentsOf(changes);
  const [least, most] = values.reduce(
    ([least, most], value) => (Number.isNaN(value) ? [least, most] : [Math.min(least, value), Math.max(most, value)]),
    [Infinity, -Infinity] as [number, number],
  );
  const limit = Math.min(mean - OUTSTANDING * deviation, -LEAST_FALL * (most - least));
  return keep(changes, (change) => change < limit);
}

/** Of each run of marked steps, the one whose number is furthest from 0. */
function* peaks(kind: EventKind, marked: Marked): Generator<StepEvent> {
  for (let t = 0; t < marked.length; t++) {
    if (Number.isNaN(marked[t])) continue;
    let best = t;
    for (; t < marked.length && !Number.isNaN(marked[t]); t++)
      if (Math.abs(marked[t] as number) > Math.abs(marked[best] as number)) best = t;
    yield { kind, step: best, size: marked[best] as number };
  }
}

/** Without those that are NaN. */
function momentsOf(numbers: Float32Array): { mean: number; deviation: number } {
  let [count, sum, squares] = [0, 0, 0];
  for (const number of numbers) {
    if (!Number.isFinite(number)) continue;
    count++;
    sum += number;
    squares += number * number;
  }
  const mean = sum / count;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}

function commonest(numbers: Float32Array): number | undefined {
  const counts = new Map<number, number>();
  let best: number | undefined;
  for (const number of numbers) {
    const count = (counts.get(number) ?? 0) + 1;
    counts.set(number, count);
    if (best === undefined || count > (counts.get(best) ?? 0)) best = number;
  }
  return best;
}
