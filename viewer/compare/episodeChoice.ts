import type { EpisodeSummary } from '../../src/replay/format.ts';

/**
 * Which episode of a compared recording stands beside the main one: the one from the same `seed` (of the same number
 * where there is none), the one of the same `number`, or always this one, counted from 0.
 */
export type EpisodeChoice = 'seed' | 'number' | number;

type Episodes = readonly Pick<EpisodeSummary, 'seed'>[];

/**
 * The episode that a choice means; beyond the last is the last.
 *
 * @param episode of the main recording, counted from 0
 * @returns null when there are no episodes to choose from
 */
export function chosenEpisode(
  choice: EpisodeChoice,
  main: { episode: number; seed: number },
  episodes: Episodes,
): number | null {
  if (episodes.length === 0) return null;
  const wanted = choice === 'seed' ? episodeWithSeed(main, episodes) : choice === 'number' ? main.episode : choice;
  return Math.min(wanted ?? main.episode, episodes.length - 1);
}

/** The episode with the main one's seed, of several the one of the same number; null when there is none. */
export function episodeWithSeed(
  { episode, seed }: { episode: number; seed: number },
  episodes: Episodes,
): number | null {
  if (episodes[episode]?.seed === seed) return episode;
  const found = episodes.findIndex((other) => other.seed === seed);
  return found === -1 ? null : found;
}
