import { formatAddress, parseAddress, parseFields } from './address.ts';
import type { Address, AddressField } from './address.ts';
import { parsePlayAddress } from '../play/playAddress.ts';
import type { Changes, Panel } from '../time/clock.ts';
import type { Opener } from './opener.ts';
import type { Player } from '../time/player.ts';
import type { Session } from './session.ts';

const CALM_MS = 200; // browsers stop listening to a page that rewrites its address all the time

/** Keeps the address bar and the page at the same place; Back returns to the episode before. */
export class AddressBar implements Panel {
  readonly #player: Player;
  readonly #opener: Pick<Opener, 'openId' | 'wantedId'>;
  readonly #session: Pick<Session, 'goTo' | 'isLive'>;
  readonly #fields: readonly AddressField[];
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** The address whose place is on its way to the screen: its fields count when it is there. */
  #awaited: string | null = null;

  /** @param fields in the order that they stand in the address */
  constructor(
    player: Player,
    opener: Pick<Opener, 'openId' | 'wantedId'>,
    session: Pick<Session, 'goTo' | 'isLive'>,
    fields: readonly AddressField[],
  ) {
    this.#player = player;
    this.#opener = opener;
    this.#session = session;
    this.#fields = fields;
    for (const field of fields) field.onChange(() => this.#writeSoon());
    window.addEventListener('hashchange', () => this.#follow(location.hash, (address) => void session.goTo(address)));
  }

  /** Takes up the fields of the address that the page was opened with. */
  start(hash: string): void {
    this.#follow(hash, () => undefined);
  }

  /** The address of what is shown now; null for a file, which has none. */
  get hash(): string | null {
    const id = this.#opener.openId;
    return id !== null && this.#player.recording ? this.hashFor(id) : null;
  }

  /** The address of what is shown now, were it of a replay with this id. */
  hashFor(replay: string): string {
    const { episode, step } = this.#player;
    return formatAddress({ replay, episode: episode + 1, step }, this.#fields);
  }

  update(changes: Changes): void {
    if (changes.has('step')) this.#arrive();
    if (changes.has('episode')) this.#write();
    else if (changes.has('step') && !this.#player.playing) this.#writeSoon();
  }

  #follow(hash: string, go: (address: Address) => void): void {
    const address = parseAddress(hash);
    if (!address) return;
    this.#awaited = hash;
    this.#apply(hash, { ofEpisode: false });
    const { episode, step } = this.#player;
    go(address);
    const stays = address.replay === this.#opener.openId;
    if (stays && episode === this.#player.episode && step === this.#player.step) this.#arrive();
  }

  #arrive(): void {
    const [awaited, { openId, wantedId }] = [this.#awaited, this.#opener];
    const there = awaited !== null && parseAddress(awaited)?.replay === openId;
    if (there || wantedId === openId) this.#awaited = null;
    if (there) this.#apply(awaited, { ofEpisode: true });
  }

  /** @param ofEpisode whether the fields that are of the episode count too */
  #apply(hash: string, { ofEpisode }: { ofEpisode: boolean }): void {
    const [texts, address] = [parseFields(hash), parseAddress(hash)];
    if (!address) return;
    for (const field of this.#fields)
      if (ofEpisode || !field.ofEpisode) field.apply(texts.get(field.name) ?? null, address);
  }

  #writeSoon(): void {
    this.#timer ??= setTimeout(() => this.#write(), CALM_MS);
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#player.recording || this.#opener.wantedId !== this.#opener.openId) return;
    if (this.#opener.openId === null && parsePlayAddress(location.hash)) return; // a game has an address of its own
    const hash = this.hash ?? '';
    if (hash === location.hash) return;
    const [shown, written] = [parseAddress(hash), parseAddress(location.hash)];
    const elsewhere = written !== null && (written.replay !== shown?.replay || written.episode !== shown.episode);
    const url = hash || location.pathname + location.search;
    // what comes by itself, from a live run, is not worth a step of Back
    if (elsewhere && !this.#session.isLive) history.pushState(null, '', url);
    else history.replaceState(null, '', url);
  }
}
