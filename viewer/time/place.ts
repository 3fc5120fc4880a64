import type { EpisodeSummary } from '../../src/replay/format.ts';

/** What a person writes is no place of the replay. */
export class PlaceError extends Error {
  override readonly name = 'PlaceError';
}

/**
 * The place that a person means: a step of the present episode, `214`, or an episode and a step of it, `3/20`; `3/` is
 * the start of episode 3. Episodes are counted from 1.
 *
 * @param present   episode on the screen, counted from 0
 * @returns         the episode counted from 0
 * @throws PlaceError when it is none, or the replay has no such place
 */
export function parsePlace(
  text: string,
  episodes: readonly EpisodeSummary[],
  present: number,
): { episode: number; step: number } {
  const parts = /^\s*(?:(\d+)\s*\/\s*)?(\d*)\s*$/.exec(text.replaceAll('\u2009', ''));
  if (!parts || (parts[1] === undefined && !parts[2]))
    throw new PlaceError(`\u201c${text}\u201d is no place: wanted a step, as 20, or episode/step, as 2/20`);
  const episode = parts[1] === undefined ? present : Number(parts[1]) - 1;
  const summary = episodes[episode];
  if (!summary) throw new PlaceError(`there is no episode ${episode + 1}: wanted 1 to ${episodes.length}`);
  const step = Number(parts[2]);
  if (step > summary.steps)
    throw new PlaceError(`there is no step ${step}: episode ${episode + 1} has 0 to ${summary.steps}`);
  return { episode, step };
}
