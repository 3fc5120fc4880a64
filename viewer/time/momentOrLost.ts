import { ReplayError } from '../../src/replay/format.ts';
import type { Moment, MomentParts } from '../../src/replay/format.ts';
import type { Recording } from './player.ts';

/**
 * Moment `t` of an episode, for whoever goes through all of them; null where the file has lost it.
 *
 * @throws ReplayError while it is not read yet
 */
export function momentOrLost(recording: Recording, episode: number, t: number, parts?: MomentParts): Moment | null {
  try {
    return recording.moment(episode, t, parts);
  } catch (error) {
    if (error instanceof ReplayError && error.reason === 'corrupt') return null;
    throw error;
  }
}
