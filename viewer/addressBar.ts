import { formatAddress, parseAddress } from './address.ts';
import type { Address } from './address.ts';
import type { Changes, Panel } from './clock.ts';
import type { Player } from './player.ts';

const CALM_MS = 200; // browsers stop listening to a page that rewrites its address all the time

/** Keeps the address bar and the player at the same place; Back returns to the episode before. */
export class AddressBar implements Panel {
  readonly #player: Player;
  readonly #openId: () => string | null;
  readonly #isFollowing: () => boolean;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /**
   * @param openId       the server's replay that is open; a dropped file has no address
   * @param isFollowing  then what comes by itself is not worth a step of Back
   * @param go           is called when a person changes the address, or goes back
   */
  constructor(player: Player, openId: () => string | null, isFollowing: () => boolean, go: (address: Address) => void) {
    this.#player = player;
    this.#openId = openId;
    this.#isFollowing = isFollowing;
    window.addEventListener('hashchange', () => {
      const address = parseAddress(location.hash);
      if (address) go(address);
    });
  }

  update(changes: Changes): void {
    if (changes.has('episode')) this.#write();
    else if (!this.#player.playing) this.#timer ??= setTimeout(() => this.#write(), CALM_MS);
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#player.recording) return;
    const [id, written] = [this.#openId(), parseAddress(location.hash)];
    const address = id === null ? null : { replay: id, episode: this.#player.episode + 1, step: this.#player.step };
    const hash = address ? formatAddress(address) : '';
    if (hash === location.hash) return;
    const elsewhere = written !== null && (written.replay !== id || written.episode !== address?.episode);
    const url = hash || location.pathname + location.search;
    if (elsewhere && !this.#isFollowing()) history.pushState(null, '', url);
    else history.replaceState(null, '', url);
  }
}
