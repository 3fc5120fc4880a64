import { FRAME } from './frames.ts';
import type { Frame } from './frames.ts';
import type { EpisodeSummary } from './moment.ts';

/** What frames tell of an episode. */
export type Part = Exclude<keyof typeof FRAME, 'index'>;
const PARTS = (Object.keys(FRAME) as (keyof typeof FRAME)[]).filter((name): name is Part => name !== 'index');

/** A frame whose place in the file is known, and what is wrong with it. */
export interface BrokenFrame extends Frame {
  reason: string;
}

/** A part of successive moments that the file does not tell any more. */
export interface Loss {
  part: Part;
  /** Steps, both included. */
  first: number;
  last: number;
  reason: string;
}

/** An episode of a file: the frames that are whole, and what the others leave open. */
export interface StoredEpisode {
  summary: EpisodeSummary;
  /** In the order of their steps. */
  frames: Record<Part, Frame[]>;
  losses: Loss[];
}

/** Longer episodes are not ours: what is made for every step of one must not fill the memory. */
export const EPISODE_MOMENTS = 2 ** 23;
const UNKNOWN: EpisodeSummary = { seed: 0, steps: 0, return: 0, terminated: false, truncated: false };

/**
 * Sorts the frames of a file by episode.
 *
 * @param listed  what the index says of each episode; null without one: then only episodes with a whole steps frame are
 *                there, and where they end is not known
 */
export function episodesOf(
  frames: readonly Frame[],
  broken: readonly BrokenFrame[],
  listed: readonly EpisodeSummary[] | null,
): StoredEpisode[] {
  const episodes = new Map<number, StoredEpisode>();
  listed?.forEach((summary, number) => episodes.set(number, emptyEpisode(summary)));
  const episodeOf = (number: number): StoredEpisode => {
    const episode = episodes.get(number) ?? emptyEpisode(UNKNOWN);
    episodes.set(number, episode);
    return episode;
  };
  for (const frame of frames) {
    const part = partOf(frame);
    if (part) insert(episodeOf(frame.episode).frames[part], frame);
  }
  for (const { reason, ...frame } of broken) {
    const part = partOf(frame);
    if (part) episodeOf(frame.episode).losses.push({ part, first: frame.firstStep, last: lastOf(frame), reason });
  }
  // Scenes and attention that were written just before a cut have no steps yet.
  const found = [...episodes].filter(
    ([
      ,
      {
        frames: { steps },
      },
    ]) => listed !== null || steps.length > 0,
  );
  return found
    .sort(([one], [other]) => one - other)
    .map(([, episode]) => ({ ...episode, losses: withMissingSteps(episode, listed !== null) }));
}

/** What the frame that holds step `t` tells, of frames in order. */
export function frameOf(frames: readonly Frame[], t: number): Frame | undefined {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((frames[middle] as Frame).firstStep <= t) low = middle + 1;
    else high = middle;
  }
  const frame = frames[low - 1];
  return frame && t <= lastOf(frame) ? frame : undefined;
}

export function partOf({ type }: Pick<Frame, 'type'>): Part | undefined {
  return PARTS.find((part) => FRAME[part] === type);
}

export const lastOf = ({ firstStep, steps }: Frame): number => firstStep + steps - 1;

/** Leaves out what cannot belong there: steps that are told already, or further on than an episode goes. */
function insert(frames: Frame[], frame: Frame): void {
  const before = frames.at(-1);
  const next = before ? lastOf(before) + 1 : 0;
  if (frame.firstStep >= next && lastOf(frame) < EPISODE_MOMENTS) frames.push(frame);
}

/** The losses in order: those of broken frames, and all steps that no frame tells of. */
function withMissingSteps({ frames, losses, summary }: StoredEpisode, hasEnd: boolean): Loss[] {
  const missing: Loss[] = [];
  const miss = (first: number, last: number): void => {
    const known = losses.find((loss) => loss.part === 'steps' && loss.first <= last && loss.last >= first);
    if (first <= last)
      missing.push({ part: 'steps', first, last, reason: known?.reason ?? 'they are not in the file' });
  };
  let next = 0;
  for (const frame of frames.steps) {
    miss(next, frame.firstStep - 1);
    next = lastOf(frame) + 1;
  }
  if (hasEnd) miss(next, summary.steps);
  return [...missing, ...losses.filter(({ part }) => part !== 'steps')].sort((one, other) => one.first - other.first);
}

function emptyEpisode(summary: EpisodeSummary): StoredEpisode {
  return { summary, frames: { steps: [], scenes: [], attention: [], tokenAttention: [] }, losses: [] };
}
