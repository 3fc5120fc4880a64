import { newestReplay } from './library.ts';
import type { ReplayEntry, RunEntry } from '../../src/server/listing.ts';

/** What is on the screen, and how to change it. */
export interface Screen {
  /** Id of the replay that is open or on its way; null for none, or a file. */
  readonly wantedId: string | null;
  /** How many bytes of the open replay were read. */
  readonly bytesRead: number;
  /** Whether the open replay's last episode is the one that is shown. */
  readonly atLastEpisode: boolean;
  /** Whether an episode is being played and not yet over, or on its way. */
  readonly busy: boolean;
  /** Opens a replay at its last episode, and plays. */
  play(replay: ReplayEntry): void;
  /** Reads the open replay again and stays in place. */
  refresh(replay: ReplayEntry): Promise<unknown>;
}

/**
 * Follows a run that is training: its newest episode is played as soon as the one on the screen is over. A person who
 * pauses, scrubs or chooses stops it; `goLive` takes it up again.
 */
export class Following {
  readonly #screen: Screen;
  readonly #changed: () => void;
  #runs: readonly RunEntry[] = [];
  #following = true;

  /** @param changed is told when `state` may be another */
  constructor(screen: Screen, changed: () => void) {
    this.#screen = screen;
    this.#changed = changed;
  }

  /** `off`: nothing is training. `live`: the newest is shown as it comes. `behind`: a person took over. */
  get state(): 'off' | 'live' | 'behind' {
    if (!this.run) return 'off';
    return this.#following ? 'live' : 'behind';
  }

  /** The run that is, or could be, followed: the one on the screen if it is training, else the newest that is. */
  get run(): RunEntry | null {
    const live = this.#runs.filter((run) => run.live);
    return live.find(({ replays }) => replays.some(({ id }) => id === this.#screen.wantedId)) ?? live[0] ?? null;
  }

  /** A person chose a time or a replay: it stays on the screen. */
  leave(): void {
    if (!this.#following) return;
    this.#following = false;
    this.#changed();
  }

  /** Shows the newest now, without waiting for the end of the episode on the screen. */
  goLive(): void {
    this.#following = true;
    const newest = this.run && newestReplay(this.run);
    if (newest) this.#screen.play(newest);
    this.#changed();
  }

  /** The list of runs is another. */
  async setRuns(runs: readonly RunEntry[]): Promise<void> {
    this.#runs = runs;
    this.#changed();
    const open = runs.flatMap(({ replays }) => replays).find(({ id }) => id === this.#screen.wantedId);
    if (open && this.#screen.bytesRead > 0 && open.bytes > this.#screen.bytesRead) await this.#screen.refresh(open);
    this.catchUp();
  }

  /** Plays the newest episode if it is not the one on the screen, and nothing is being played. */
  catchUp(): void {
    const newest = this.#following && this.run ? newestReplay(this.run) : null;
    if (!newest || this.#screen.busy) return;
    if (newest.id !== this.#screen.wantedId || !this.#screen.atLastEpisode) this.#screen.play(newest);
  }
}
