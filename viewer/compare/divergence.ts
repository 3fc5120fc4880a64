import type { Decision, Moment } from '../../src/replay/format.ts';
import type { Recording } from '../time/player.ts';

/** An episode as far as comparing needs it: moments 0 … steps, as in `Recording`. */
export interface Sequence {
  /** Actions taken. */
  readonly steps: number;
  moment(t: number): Moment;
}

/** How a step left an episode. `cut`: its recording stops there, though the episode did not. */
export type Ending = 'goes on' | 'terminated' | 'truncated' | 'cut';

/** What is not the same in two episodes, with its value in the one and in the other. */
export type Difference =
  | {
      what: 'observation';
      /** Index of the first number of the flat form that differs. */
      component: number;
      /** How many numbers differ. */
      count: number;
      values: readonly [number, number];
    }
  | { what: 'action'; values: readonly [readonly number[], readonly number[]] }
  | { what: 'reward'; values: readonly [number, number] }
  | { what: 'end'; values: readonly [Ending, Ending] };

export interface Divergence {
  step: number;
  difference: Difference;
}

/**
 * Numbers closer than this are the same: |a - b| <= ABSOLUTE + RELATIVE * max(|a|, |b|). An episode that is played again
 * on another machine may differ in the last digits of its sines; what then grows from that is found when it shows.
 */
export const ABSOLUTE_TOLERANCE = 1e-6;
export const RELATIVE_TOLERANCE = 1e-5;

/** An episode of a recording, to be compared: without what comparing does not look at. */
export function sequenceOf(recording: Recording, episode: number): Sequence {
  const steps = recording.episodes[episode]?.steps ?? 0;
  return { steps, moment: (t) => recording.moment(episode, t, { scene: false, attention: false }) };
}

/**
 * The first step at which two episodes differ, in the order in which one thing leads to the next: what was seen, what
 * was done, the reward, the end. Scenes, values and infos are not compared.
 *
 * @param range  the steps to look at, `from` to before `until`; a long search can be cut into several
 * @returns null where they are the same
 * @throws RangeError when their observations or actions have different sizes
 */
export function firstDivergence(
  one: Sequence,
  other: Sequence,
  { from = 0, until = Infinity }: { from?: number; until?: number } = {},
): Divergence | null {
  const last = Math.min(one.steps, other.steps, until - 1);
  for (let step = from; step <= last; step++) {
    const difference = differenceOf(one.moment(step), other.moment(step));
    if (difference) return { step, difference };
  }
  return null;
}

/** What differs between two moments; null where nothing does. @throws RangeError when their sizes differ */
export function differenceOf(one: Moment, other: Moment): Difference | null {
  const seen = observationDifference(one.observation, other.observation);
  if (seen) return seen;
  const [left, right] = [one.decision, other.decision];
  if (!left || !right) {
    // An end that the episode itself came to shows in the decision before, so this one is its recording's.
    return left || right ? { what: 'end', values: [left ? 'goes on' : 'cut', right ? 'goes on' : 'cut'] } : null;
  }
  if (differing(left.action, right.action, 'actions').length > 0)
    return { what: 'action', values: [Array.from(left.action), Array.from(right.action)] };
  if (!nearlyEqual(left.reward, right.reward)) return { what: 'reward', values: [left.reward, right.reward] };
  const endings = [endingOf(left), endingOf(right)] as const;
  return endings[0] === endings[1] ? null : { what: 'end', values: endings };
}

function observationDifference(one: ArrayLike<number>, other: ArrayLike<number>): Difference | null {
  const components = differing(one, other, 'observations');
  const first = components[0];
  if (first === undefined) return null;
  const values = [one[first] as number, other[first] as number] as const;
  return { what: 'observation', component: first, count: components.length, values };
}

/** Indices at which two arrays differ. */
function differing(one: ArrayLike<number>, other: ArrayLike<number>, what: string): number[] {
  if (one.length !== other.length)
    throw new RangeError(`firstDivergence: ${what} of ${one.length} and of ${other.length} numbers`);
  const indices: number[] = [];
  for (let i = 0; i < one.length; i++) if (!nearlyEqual(one[i] as number, other[i] as number)) indices.push(i);
  return indices;
}

/** Not-a-number is the same as itself, and so is an infinity. */
function nearlyEqual(one: number, other: number): boolean {
  if (Object.is(one, other)) return true;
  if (!Number.isFinite(one) || !Number.isFinite(other)) return false;
  const tolerance = ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * Math.max(Math.abs(one), Math.abs(other));
  return Math.abs(one - other) <= tolerance;
}

function endingOf({ terminated, truncated }: Decision): Ending {
  return terminated ? 'terminated' : truncated ? 'truncated' : 'goes on';
}
