import { parseAddress } from './address.ts';
import type { Address } from './address.ts';
import { Following } from './following.ts';
import type { Screen } from './following.ts';
import { fetchRuns, newestReplay, watchRuns } from './library.ts';
import type { RunEntry } from '../../src/server/listing.ts';
import type { Opened, Opener } from './opener.ts';
import type { Place, Player } from '../time/player.ts';

/** What the page shows of a session. */
export interface SessionView {
  /** The runs that there are; null without a server of runs. */
  showRuns(runs: readonly RunEntry[] | null): void;
  /** The server's replay that is open, or on its way. */
  showWanted(id: string | null): void;
  showLive(following: Following, connected: boolean): void;
  /** Nothing is open. `training`: a run is, and will bring a replay. */
  showWelcome(training: boolean): void;
}

const NEWEST = Number.POSITIVE_INFINITY; // an episode beyond the last is the last

/**
 * Decides what is on the screen: what the address asks for, what a person chose or dropped, the newest of a run that
 * trains, or the newest there is.
 */
export class Session {
  readonly #player: Player;
  readonly #opener: Opener;
  readonly #view: SessionView;
  readonly #following: Following;
  #runs: readonly RunEntry[] = [];
  #connected = true;
  #asked = false; // for something, by the address or by hand: then nothing opens by itself

  constructor(player: Player, opener: Opener, view: SessionView) {
    this.#player = player;
    this.#opener = opener;
    this.#view = view;
    this.#following = new Following(this.#screen(), () => this.#showLive());
  }

  get isLive(): boolean {
    return this.#following.state === 'live';
  }

  /** Opens what the address says, and listens to the server, if there is one. */
  async start(hash: string): Promise<void> {
    const address = parseAddress(hash);
    if (address) this.takeOver();
    const runs = await fetchRuns();
    this.#view.showRuns(runs);
    this.#runs = runs ?? [];
    if (address) await this.goTo(address);
    else if (!runs) this.#view.showWelcome(false);
    if (!runs) return;
    await this.#setRuns(runs);
    watchRuns(
      (changed) => void this.#setRuns(changed),
      (connected) => {
        this.#connected = connected;
        this.#showLive();
      },
    );
  }

  /** A person decides from here on. */
  takeOver(): void {
    this.#asked = true;
    this.#following.leave();
  }

  async goTo({ replay, episode, step }: Address): Promise<void> {
    this.takeOver();
    const place = { episode: episode - 1, step };
    if (replay === this.#opener.openId) {
      this.#player.pause();
      this.#player.seek(place);
    } else {
      await this.#open(replay, place);
    }
  }

  choose(replay: string): void {
    this.takeOver();
    void this.#open(replay, {});
  }

  async openFile(file: File): Promise<void> {
    this.takeOver();
    await this.#opener.openFile(file);
    this.#view.showWanted(this.#opener.wantedId);
  }

  /** Shows a recording that was read before. */
  show(source: { id: string | null; name: string }, opened: Opened, place: Place): void {
    this.takeOver();
    this.#opener.show(source, opened, place);
    this.#view.showWanted(source.id);
  }

  /** Something else than a replay comes on the screen. */
  leaveReplay(): void {
    this.takeOver();
    this.#opener.leave();
    this.#view.showWanted(null);
  }

  toggleLive(): void {
    if (this.isLive) this.#following.leave();
    else this.#following.goLive();
  }

  /** The episode on the screen has been played to its end. */
  episodeEnded(): void {
    this.#following.catchUp();
  }

  async #setRuns(runs: readonly RunEntry[]): Promise<void> {
    this.#runs = runs;
    this.#view.showRuns(runs);
    await this.#following.setRuns(runs);
    if (this.#asked || this.#opener.wantedId !== null) return;
    const newest = runs.map(newestReplay).find((replay) => replay !== null);
    if (newest) await this.#play(newest.id);
    else this.#view.showWelcome(runs.some(({ live }) => live));
  }

  async #play(replay: string): Promise<void> {
    const opened = await this.#open(replay, { episode: NEWEST });
    if (opened && this.#player.glides) this.#player.play(); // whoever wants less motion starts it by hand
  }

  async #open(replay: string, place: Place): Promise<boolean> {
    const run = this.#runs.find(({ replays }) => replays.some(({ id }) => id === replay));
    const bytes = run?.replays.find(({ id }) => id === replay)?.bytes ?? 0;
    const opening = this.#opener.openReplay(replay, place, { bytes, growing: run?.live ?? false });
    this.#view.showWanted(this.#opener.wantedId);
    const opened = await opening;
    this.#view.showWanted(this.#opener.wantedId);
    if (!opened && !this.#player.recording) this.#view.showWelcome(false);
    return opened;
  }

  #showLive(): void {
    this.#view.showLive(this.#following, this.#connected);
  }

  #screen(): Screen {
    const [player, opener] = [this.#player, this.#opener];
    return {
      get wantedId() {
        return opener.wantedId;
      },
      get bytesRead() {
        return opener.bytesRead;
      },
      get atLastEpisode() {
        return player.episode + 1 >= (player.recording?.episodes.length ?? 0);
      },
      get busy() {
        return player.playing || opener.wantedId !== opener.openId;
      },
      play: ({ id }) => void this.#play(id),
      refresh: ({ id }) => opener.reopen(id),
    };
  }
}
