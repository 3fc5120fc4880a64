import { Replay } from '../../src/replay/format.ts';
import type { Address, AddressField } from '../session/address.ts';
import type { Opener } from '../session/opener.ts';
import type { Place, Player } from '../time/player.ts';
import type { Playing } from './playing.ts';
import { formatWhatIfs, parseWhatIfs, type WhatIf, whatIfsOf } from './whatIf.ts';

/** A branch that an address asked for, and that is not on the screen yet. */
interface Wanted {
  replay: string;
  place: Required<Place>;
  asked: WhatIf[];
  isUnderWay: boolean;
}

/**
 * `what-if=<step>:<action>`: the branch on the screen, by what it takes to play it again (see `formatWhatIfs`). Branches are
 * kept in the page alone, so that whoever opens the address has their page play it: it comes out the same, since agent and
 * environment are. What a person played is as long as it is, and stays out.
 */
export class WhatIfField implements AddressField {
  readonly name = 'what-if';
  readonly ofEpisode = true;
  readonly #playing: Playing;
  readonly #player: Player;
  readonly #opener: Pick<Opener, 'openId'>;
  #wanted: Wanted | null = null;

  constructor(playing: Playing, player: Player, opener: Pick<Opener, 'openId'>) {
    this.#playing = playing;
    this.#player = player;
    this.#opener = opener;
    player.onChange((change) => {
      if (change === 'replay' || change === 'episode') this.#playWanted();
    });
  }

  read(): string | null {
    return formatWhatIfs(this.#wanted?.asked ?? this.#shown ?? []) || null;
  }

  apply(text: string | null, { replay, episode, step }: Address): void {
    const [asked, place] = [parseWhatIfs(text ?? ''), { episode: episode - 1, step }];
    this.#wanted = asked.length > 0 ? { replay, place, asked, isUnderWay: false } : null;
    if (this.#wanted) return this.#playWanted();
    if (!this.#playing.branches.open) return;
    this.#playing.open(null);
    this.#player.seek(place);
  }

  onChange(changed: () => void): void {
    this.#playing.onChange(changed);
  }

  /** What leads to the branch on the screen; null where that is none, or one that has no such way. */
  get #shown(): WhatIf[] | null {
    const { open } = this.#playing.branches;
    return open && open.episode === this.#player.episode ? whatIfsOf(open) : null;
  }

  /** As soon as all of the replay is there: a large one is shown before. */
  #playWanted(): void {
    const [wanted, { recording, episode }] = [this.#wanted, this.#player];
    if (!wanted) return;
    if (this.#opener.openId !== wanted.replay || episode !== wanted.place.episode) this.#wanted = null;
    else if (!wanted.isUnderWay && !(recording instanceof Replay && recording.bytes === null)) void this.#play(wanted);
  }

  async #play(wanted: Wanted): Promise<void> {
    wanted.isUnderWay = true;
    await this.#playing.openWhatIfs(wanted.asked, wanted.place);
    if (this.#wanted === wanted) this.#wanted = null;
  }
}
