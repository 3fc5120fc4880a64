import type { Change, Player } from './player.ts';

/** What else the page shows: more of the episode was read, another part of it is in sight, a search found more. */
type Note = Change | 'signals' | 'zoom' | 'matches';

/** What changed since the last frame. */
export type Changes = ReadonlySet<Note>;

/** A part of the page: brings itself up to date, looking only at what changed. */
export interface Panel {
  update(changes: Changes): void;
}

const INCLUDES: Record<Note, Note[]> = {
  replay: ['replay', 'episode', 'length', 'step', 'position'],
  episode: ['episode', 'length', 'step', 'position'],
  length: ['length', 'step', 'position'], // what was the last moment may have a decision by now
  step: ['step', 'position'],
  position: ['position'],
  playback: ['playback'],
  signals: ['signals'],
  zoom: ['zoom'],
  matches: ['matches'],
};

const LONGEST_FRAME_MS = 100; // a tab that was in the background does not jump ahead

/** Milliseconds, a little less than a second: a screen's frames do not come at even times. */
const FULL = 900;

export interface ClockOptions {
  /** Is shown a frame before everything else when the page opens its first replay, which it does soonest. */
  first: Panel;
  /** Frames a second while time runs, at most: painting may cost what somebody else needs. */
  mostFrames: number;
}

/**
 * Runs frames while the player moves, and one after each change; otherwise none.
 *
 * @param show    brings the page up to date, once a frame
 * @param failed  gets what `show` or the player threw, a replay's damaged frame say; time then stops
 */
export class Clock {
  readonly #player: Player;
  readonly #options: ClockOptions;
  readonly #show: (changes: Changes) => void;
  readonly #failed: (error: unknown) => void;
  #changes = new Set<Note>();
  #frame: number | null = null;
  #lastFrame: number | null = null;
  #opened = false;

  constructor(
    player: Player,
    options: ClockOptions,
    show: (changes: Changes) => void,
    failed: (error: unknown) => void,
  ) {
    this.#player = player;
    this.#options = options;
    this.#show = show;
    this.#failed = failed;
    player.onChange((change) => this.note(change));
  }

  /** Something is no longer as it was: the next frame shows it. */
  note(change: Note): void {
    for (const included of INCLUDES[change]) this.#changes.add(included);
    this.#frame ??= requestAnimationFrame((now) => this.#tick(now));
  }

  #tick(now: number): void {
    if (this.#player.playing && this.#lastFrame !== null && now - this.#lastFrame < FULL / this.#options.mostFrames) {
      this.#frame = requestAnimationFrame((next) => this.#tick(next));
      return;
    }
    const elapsed = this.#lastFrame === null ? 0 : Math.min(now - this.#lastFrame, LONGEST_FRAME_MS);
    this.#frame = null;
    try {
      if (!this.#opened && this.#changes.has('replay')) return this.#open();
      if (this.#player.moving) this.#player.advance(elapsed);
      const changes = this.#changes;
      this.#changes = new Set();
      this.#show(changes);
    } catch (error) {
      this.#player.pause();
      this.#failed(error);
    }
    this.#lastFrame = this.#player.moving ? now : null;
    if (this.#player.moving) this.#frame ??= requestAnimationFrame((next) => this.#tick(next));
  }

  /** The first replay there is. */
  #open(): void {
    this.#opened = true;
    this.#options.first.update(this.#changes);
    this.#frame = requestAnimationFrame((now) => this.#tick(now));
  }
}
