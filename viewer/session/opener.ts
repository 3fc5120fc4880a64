import { Replay } from '../../src/replay/format.ts';
import { fetchReplay } from './library.ts';
import { fetchFirst } from './fetchFirst.ts';
import type { Messages } from '../page/messages.ts';
import type { Place, Player, Recording } from '../time/player.ts';

/** A smaller replay is read at once. */
const LARGE_BYTES = 2 ** 20;
const PATIENCE_MS = 200; // a wait shorter than this is not worth a word

/** A recording, and how many bytes of it were read. */
export interface Opened {
  recording: Recording;
  bytesRead: number;
}

interface Request {
  /** As a person calls it. */
  name: string;
  /** On the server; null for a file. */
  id: string | null;
  read: (signal: AbortSignal) => Promise<Uint8Array>;
  /** Reads what is shown first of a large one, where that is quicker. */
  readFirst?: (signal: AbortSignal) => Promise<Replay | null>;
  show: (replay: Replay) => void;
  /** Whether the replay is still being written: that it has no end yet is then no news. */
  growing: boolean;
}

/** Brings replays to the player, from the server or from a file. Of two requests the later one wins. */
export class Opener {
  readonly #player: Player;
  readonly #messages: Messages;
  readonly #waiting: (name: string | null) => void;
  #request = new AbortController();
  #openId: string | null = null;
  #openName = '';
  #wantedId: string | null = null;
  #bytesRead = 0;

  /** @param waiting is told what is being waited for, and null when it is over */
  constructor(player: Player, messages: Messages, waiting: (name: string | null) => void) {
    this.#player = player;
    this.#messages = messages;
    this.#waiting = waiting;
  }

  /** The server's replay that is open; null when none is, or a file. */
  get openId(): string | null {
    return this.#openId;
  }

  /** What is open, as a person calls it: its id, or a file's name. */
  get openName(): string {
    return this.#openName;
  }

  /** The server's replay that is open or on its way. */
  get wantedId(): string | null {
    return this.#wantedId;
  }

  /** Size of the open replay when it was read; 0 while another is on its way. */
  get bytesRead(): number {
    return this.#wantedId === this.#openId ? this.#bytesRead : 0;
  }

  /**
   * Shows the place of a large replay as soon as that is here, and reads the rest meanwhile.
   *
   * @param bytes its size on the server, as far as that is known; one that grows has no end to begin with
   * @returns     whether it is now open
   */
  openReplay(id: string, place: Place, { bytes, growing }: { bytes: number; growing: boolean }): Promise<boolean> {
    const read = (signal: AbortSignal): Promise<Uint8Array> => fetchReplay(id, signal);
    const readFirst = (signal: AbortSignal): Promise<Replay | null> => fetchFirst(id, place, signal);
    const show = (replay: Replay): void => this.#player.open(replay, place);
    const large = bytes > LARGE_BYTES && !growing;
    return this.#open({ name: id, id, read, show, growing, ...(large && { readFirst }) });
  }

  /** Reads the server's replay that is open once more, and stays in place. */
  reopen(id: string): Promise<boolean> {
    const read = (signal: AbortSignal): Promise<Uint8Array> => fetchReplay(id, signal);
    return this.#open({ name: id, id, read, show: (replay) => this.#player.replace(replay), growing: true });
  }

  openFile(file: File): Promise<boolean> {
    const read = async (): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());
    return this.#open({ name: file.name, id: null, read, show: (replay) => this.#player.open(replay), growing: false });
  }

  /** Shows what was read before, in place of what is open or on its way. */
  show({ id, name }: Pick<Request, 'id' | 'name'>, { recording, bytesRead }: Opened, place: Place): void {
    this.#request.abort();
    this.#waiting(null);
    this.#wantedId = this.#openId = id;
    this.#openName = name;
    this.#bytesRead = bytesRead;
    this.#player.open(recording, place);
    this.#messages.clear();
  }

  /** Something else than a replay is on the screen: none of the server's is open any longer, or on its way. */
  leave(): void {
    this.#request.abort();
    this.#openId = this.#wantedId = null;
    this.#openName = '';
    this.#waiting(null);
  }

  async #open(request: Request): Promise<boolean> {
    const { name, id } = request;
    this.#request.abort();
    const { signal } = (this.#request = new AbortController());
    this.#wantedId = id;
    const patience = setTimeout(() => this.#waiting(name), PATIENCE_MS);
    try {
      const first = (await request.readFirst?.(signal)) ?? null;
      if (first) void this.#readOn(request, first, signal);
      else await this.#readAll(request, signal);
      return !signal.aborted;
    } catch (error) {
      if (signal.aborted) return false;
      this.#wantedId = this.#openId;
      this.#messages.showError(error, name);
      return false;
    } finally {
      clearTimeout(patience);
      if (!signal.aborted) this.#waiting(null);
    }
  }

  async #readAll({ name, id, read, show, growing }: Request, signal: AbortSignal): Promise<void> {
    const bytes = await read(signal);
    if (signal.aborted) return;
    const replay = Replay.open(bytes);
    this.#openId = id;
    this.#openName = name;
    this.#bytesRead = bytes.length;
    show(replay);
    this.#messages.clear();
    if (!replay.complete && !growing) this.#messages.showNotice(`${name} ends early.`, describeCut(replay));
    else if (replay.damage !== null) this.#messages.showNotice(`${name} is damaged.`, describeDamage(replay));
  }

  /** Shows what is here, and everything once that is here too. */
  async #readOn(request: Request, first: Replay, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#openId = request.id;
    this.#openName = request.name;
    request.show(first);
    this.#messages.clear();
    try {
      const show = (replay: Replay): void => {
        if (this.#player.recording === first) this.#player.replace(replay); // and not a branch of it
      };
      await this.#readAll({ ...request, show }, signal);
    } catch (error) {
      if (!signal.aborted) this.#messages.showError(error, request.name);
    }
  }
}

function describeCut({ episodes, damage }: Replay): string {
  const reason = damage === null ? 'it has no end' : damage;
  const whole = episodes.length === 1 ? 'One episode, or a part of it, is' : `${episodes.length} episodes are`;
  const left = episodes.length === 0 ? 'Nothing of it can be shown' : `${whole} left, and shown`;
  return `It was cut, or is still being written: ${reason}. ${left}.`;
}

function describeDamage(replay: Replay): string {
  const losses = replay.episodes.reduce((sum, _, episode) => sum + replay.losses(episode).length, 0);
  const more = losses > 1 ? `, and ${losses - 1} more` : '';
  return `Lost: ${replay.damage}${more}. Everything else is shown.`;
}
