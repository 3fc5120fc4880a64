import type { Player } from '../time/player.ts';
import type { Compared, MainEpisode, Source } from './compared.ts';
import type { Opened } from '../session/opener.ts';

interface Load {
  stop: AbortController;
  /** That it is played from; null for what was stored. */
  seed: number | null;
}

/** Loads compared recordings, or has them played, again whenever the main episode has another seed. */
export class Loader {
  readonly #player: Player;
  readonly #changed: () => void;
  readonly #loads = new Map<Compared, Load>();

  /** @param changed is told when a member's `opening` is another */
  constructor(player: Player, changed: () => void) {
    this.#player = player;
    this.#changed = changed;
  }

  /** Loads what is not loaded, nor on its way. What is to be played waits for an episode to stand beside. */
  update(member: Compared): void {
    const { source } = member;
    const { recording, summary } = this.#player;
    const main = recording && summary && { header: recording.header, seed: summary.seed };
    const load = this.#loads.get(member);
    if (source.kind === 'stored') {
      if (!load && member.opening.state === 'waiting') this.#start(member, null, ({ signal }) => source.load(signal));
    } else if (main && load?.seed !== main.seed) {
      this.#play(member, source, main);
    }
  }

  stop(member: Compared): void {
    this.#loads.get(member)?.stop.abort();
    this.#loads.delete(member);
  }

  #play(member: Compared, source: Source & { kind: 'played' }, main: MainEpisode): void {
    this.stop(member);
    member.opening = { state: 'waiting', steps: 0 };
    this.#start(member, main.seed, ({ signal }) => {
      const progress = (steps: number): void => {
        if (signal.aborted) return;
        member.opening = { state: 'waiting', steps };
        this.#changed();
      };
      return source.play(main, { signal, progress });
    });
  }

  #start(member: Compared, seed: number | null, open: (stop: AbortController) => Promise<Opened>): void {
    const stop = new AbortController();
    this.#loads.set(member, { stop, seed });
    const become = (opening: Compared['opening']): void => {
      if (stop.signal.aborted) return;
      member.opening = opening;
      this.#changed();
    };
    open(stop).then(
      (opened) => become({ state: 'open', ...opened }),
      (error: unknown) => become({ state: 'failed', error }),
    );
  }
}
