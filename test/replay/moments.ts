import type { Decision, Moment, Replay } from '../../src/replay/format.ts';
import { CART_POLE_HEADER } from './cartPoleMoments.ts';
import { encode } from './encode.ts';

/** A replay of these episodes, with the header of a cart pole. */
export const replayOf = (...episodes: Moment[][]): Uint8Array => encode(CART_POLE_HEADER, episodes);

/** All moments of a replay. */
export function momentsOf(replay: Replay): Moment[][] {
  return replay.episodes.map(({ steps }, episode) =>
    Array.from({ length: steps + 1 }, (_, t) => replay.moment(episode, t)),
  );
}

/** A decision for nothing in particular. */
export function decisionOf(overrides: Partial<Decision> = {}): Decision {
  const outcome = { reward: 0, terminated: false, truncated: false, info: {} };
  const says = { distribution: null, mask: null, value: null, attention: null, tokenAttention: null };
  return { action: [0], ...says, ...outcome, ...overrides };
}

/** An episode of these decisions, without scenes. */
export function episodeOf(decisions: Decision[]): Moment[] {
  return [...decisions, null].map((decision, t) => ({ observation: [t], scene: null, decision }));
}
