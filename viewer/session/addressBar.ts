import { formatAddress, parseAddress } from './address.ts';
import type { Changes, Panel } from '../time/clock.ts';
import type { Comparison } from '../compare/comparison.ts';
import type { Opener } from './opener.ts';
import type { Player } from '../time/player.ts';
import type { Session } from './session.ts';

const CALM_MS = 200; // browsers stop listening to a page that rewrites its address all the time

/** Keeps the address bar and the player at the same place; Back returns to the episode before. */
export class AddressBar implements Panel {
  readonly #player: Player;
  readonly #opener: Opener;
  readonly #session: Session;
  readonly #comparison: Comparison;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(player: Player, opener: Opener, session: Session, comparison: Comparison) {
    this.#player = player;
    this.#opener = opener;
    this.#session = session;
    this.#comparison = comparison;
    comparison.onChange(() => this.#writeSoon());
    window.addEventListener('hashchange', () => {
      const address = parseAddress(location.hash);
      if (!address) return;
      comparison.show(address.compared);
      void session.goTo(address);
    });
    comparison.show(parseAddress(location.hash)?.compared ?? []);
  }

  update(changes: Changes): void {
    if (changes.has('episode')) this.#write();
    else if (!this.#player.playing) this.#writeSoon();
  }

  #writeSoon(): void {
    this.#timer ??= setTimeout(() => this.#write(), CALM_MS);
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#player.recording) return;
    const [id, written] = [this.#opener.openId, parseAddress(location.hash)];
    // a dropped file has no address
    const place = { episode: this.#player.episode + 1, step: this.#player.step };
    const address = id === null ? null : { replay: id, ...place, compared: this.#comparison.entries };
    const hash = address ? formatAddress(address) : '';
    if (hash === location.hash) return;
    const elsewhere = written !== null && (written.replay !== id || written.episode !== address?.episode);
    const url = hash || location.pathname + location.search;
    // what comes by itself, from a live run, is not worth a step of Back
    if (elsewhere && !this.#session.isLive) history.pushState(null, '', url);
    else history.replaceState(null, '', url);
  }
}
