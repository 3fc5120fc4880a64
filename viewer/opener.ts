import { Replay } from '../src/replay/format.ts';
import type { ReplayEntry } from './library.ts';
import { fetchReplay } from './library.ts';
import type { Messages } from './messages.ts';
import type { Place, Player } from './player.ts';

const PATIENCE_MS = 200; // a wait shorter than this is not worth a word

/** Brings replays to the player, from the server or from a file. Of two requests the later one wins. */
export class Opener {
  readonly #player: Player;
  readonly #messages: Messages;
  readonly #waiting: (what: string | null) => void;
  #request = new AbortController();
  #openId: string | null = null;
  #bytesRead = 0;
  #wantedId: string | null = null;

  /** @param waiting is told what is being waited for, and null when it is over */
  constructor(player: Player, messages: Messages, waiting: (what: string | null) => void) {
    this.#player = player;
    this.#messages = messages;
    this.#waiting = waiting;
  }

  /** The server's replay that is open; null when none is, or a file. */
  get openId(): string | null {
    return this.#openId;
  }

  /** Size of the open replay when it was read; 0 while another is on its way. */
  get bytesRead(): number {
    return this.#wantedId === this.#openId ? this.#bytesRead : 0;
  }

  /** The server's replay that is open or on its way. */
  get wantedId(): string | null {
    return this.#wantedId;
  }

  /** @returns whether it is now open */
  openReplay(id: string, place: Place = {}): Promise<boolean> {
    return this.#open(
      id,
      id,
      (signal) => fetchReplay(id, signal),
      (replay) => {
        this.#player.open(replay, place);
        if (place.step === undefined || place.step <= this.#player.lastStep) return;
        this.#messages.showNotice('The episode is shorter.', `It has ${this.#player.lastStep} steps.`);
      },
    );
  }

  /** Reads the replay that is open once more: it has grown. */
  reopen({ id }: ReplayEntry): Promise<boolean> {
    return this.#open(
      id,
      id,
      (signal) => fetchReplay(id, signal),
      (replay) => this.#player.replace(replay),
    );
  }

  openFile(file: File): Promise<boolean> {
    return this.#open(
      file.name,
      null,
      async () => new Uint8Array(await file.arrayBuffer()),
      (replay) => {
        this.#player.open(replay);
        if (replay.complete) return;
        const whole =
          replay.episodes.length === 1
            ? 'Its one whole episode is'
            : `Its ${replay.episodes.length} whole episodes are`;
        this.#messages.showNotice(`${file.name} ends early.`, `It was cut, or is still being written. ${whole} shown.`);
      },
    );
  }

  async #open(
    what: string,
    id: string | null,
    read: (signal: AbortSignal) => Promise<Uint8Array>,
    show: (replay: Replay) => void,
  ): Promise<boolean> {
    this.#request.abort();
    const { signal } = (this.#request = new AbortController());
    this.#wantedId = id;
    const patience = setTimeout(() => this.#waiting(what), PATIENCE_MS);
    try {
      const bytes = await read(signal);
      if (signal.aborted) return false;
      const replay = Replay.open(bytes);
      this.#messages.clear();
      this.#openId = id;
      this.#bytesRead = bytes.length;
      show(replay);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      this.#wantedId = this.#openId;
      this.#messages.showError(error, what);
      return false;
    } finally {
      clearTimeout(patience);
      if (!signal.aborted) this.#waiting(null);
    }
  }
}
