import { ReplayError } from '../../src/replay/format.ts';
import type { EpisodeSummary, Moment, MomentParts, ReplayHeader } from '../../src/replay/format.ts';
import type { Opened } from '../session/opener.ts';
import type { Player, Recording } from '../time/player.ts';
import type { ComparedEntry } from './comparedField.ts';
import type { Finding } from './divergenceSearch.ts';
import { chosenEpisode } from './episodeChoice.ts';
import type { EpisodeChoice } from './episodeChoice.ts';
import { RunningReturn } from './runningReturn.ts';

/** The episode that a played one stands beside. */
export interface MainEpisode {
  header: ReplayHeader;
  seed: number;
}

/** Hears how far playing is, and ends it. */
export interface Playing {
  signal: AbortSignal;
  /** @param steps played so far */
  progress(steps: number): void;
}

/** Where a recording comes from: it was stored, or it is played from the main episode's seed, again for each seed. */
export type Source = {
  /** As a person calls it. */
  name: string;
  /** How the address names it; null where it cannot, a file say. Of a replay the choice at first. */
  entry: ComparedEntry | null;
} & (
  | { kind: 'stored'; load(signal: AbortSignal): Promise<Opened> }
  | { kind: 'played'; play(main: MainEpisode, playing: Playing): Promise<Opened> }
);

export type Opening =
  { state: 'waiting'; steps: number } | { state: 'failed'; error: unknown } | ({ state: 'open' } & Opened);

/** What is known of the first difference from the main episode; `senseless`: there is nothing to compare, and why. */
export type Comparing = Finding | { state: 'senseless'; why: string };

/** A recording beside the player's, at the player's step; where its episode is over, at its end. */
export class Compared {
  readonly #player: Player;
  readonly #returns = new RunningReturn();
  readonly source: Source;
  /** 2 to 4: which colour and line it has; the player's is 1. */
  readonly series: number;
  opening: Opening = { state: 'waiting', steps: 0 };
  comparing: Comparing = { state: 'searching', step: 0 };
  /** Of what is played there is one episode only: the one from the main seed. */
  choice: EpisodeChoice = 'seed';

  constructor(player: Player, source: Source, series: number) {
    this.#player = player;
    this.source = source;
    this.series = series;
    if (source.entry?.kind === 'replay') this.choice = source.entry.choice;
  }

  /** How the address names it now; null where it cannot. */
  get entry(): ComparedEntry | null {
    const { entry } = this.source;
    return entry?.kind === 'replay' ? { ...entry, choice: this.choice } : entry;
  }

  get recording(): Recording | null {
    return this.opening.state === 'open' ? this.opening.recording : null;
  }

  /** Counted from 0; null while there is none. */
  get episode(): number | null {
    const { episode, summary } = this.#player;
    if (!this.recording || !summary) return null;
    return chosenEpisode(this.choice, { episode, seed: summary.seed }, this.recording.episodes);
  }

  get summary(): EpisodeSummary | null {
    return this.recording?.episodes[this.episode ?? -1] ?? null;
  }

  get lastStep(): number {
    return this.summary?.steps ?? 0;
  }

  get step(): number {
    return Math.min(this.#player.step, this.lastStep);
  }

  /** Where the picture is, as in `Player`. */
  get position(): number {
    return Math.min(this.#player.position, this.lastStep);
  }

  /** Whether the player is beyond the end of the episode. */
  get over(): boolean {
    return this.#player.step > this.lastStep;
  }

  get moment(): Moment | null {
    return this.momentAt(this.step, { attention: false });
  }

  /** Null where there is none, as in `Player`. */
  momentAt(step: number, parts?: MomentParts): Moment | null {
    const { recording, episode } = this;
    if (!recording || episode === null || step < 0 || step > this.lastStep) return null;
    try {
      return recording.moment(episode, step, parts);
    } catch (error) {
      if (error instanceof ReplayError) return null;
      throw error;
    }
  }

  /** Sum of the rewards before each step, [steps + 1]. */
  get returns(): Float32Array {
    const { recording, episode } = this;
    return recording && episode !== null ? this.#returns.of(recording, episode) : new Float32Array(1);
  }
}
