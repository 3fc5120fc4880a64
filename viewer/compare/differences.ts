import { flatSize } from '../../envs/spaces.ts';
import type { ReplayHeader } from '../../src/replay/format.ts';
import type { Player, Recording } from '../time/player.ts';
import type { Compared } from './compared.ts';
import { sequenceOf } from './divergence.ts';
import { searchDivergence } from './divergenceSearch.ts';

interface Search {
  /** The main recording, its episode, and how long that is; the compared one's. */
  pair: readonly [Recording, number, number, Recording, number, number];
  stop: () => void;
}

/** Looks where each compared recording first differs from the main one, once for each pair of episodes, and again when one has grown. */
export class Differences {
  readonly #player: Player;
  readonly #found: () => void;
  readonly #searches = new Map<Compared, Search>();

  /** @param found is told when more is known than that a member is being compared */
  constructor(player: Player, found: () => void) {
    this.#player = player;
    this.#found = found;
  }

  update(member: Compared): void {
    const { recording: one, episode: oneEpisode } = this.#player;
    const { recording: other, episode: otherEpisode } = member;
    if (!one || !other || otherEpisode === null) return;
    const pair = [one, oneEpisode, this.#player.lastStep, other, otherEpisode, member.lastStep] as const;
    const before = this.#searches.get(member);
    if (before?.pair.every((part, i) => part === pair[i])) return;
    before?.stop();
    const search: Search = { pair, stop: () => undefined };
    this.#searches.set(member, search);
    member.comparing = { state: 'searching', step: 0 };
    const why = incomparable(one.header, other.header);
    if (why !== null) member.comparing = { state: 'senseless', why };
    else
      search.stop = searchDivergence(sequenceOf(one, oneEpisode), sequenceOf(other, otherEpisode), (finding) => {
        member.comparing = finding;
        if (finding.state !== 'searching') this.#found();
      });
  }

  stop(member: Compared): void {
    this.#searches.get(member)?.stop();
    this.#searches.delete(member);
  }
}

/** Why looking for a first difference makes no sense; null where it does. */
function incomparable(one: ReplayHeader, other: ReplayHeader): string | null {
  if (one.environment !== other.environment)
    return `another environment (${one.environment}, here ${other.environment}), so steps do not correspond`;
  for (const [what, key] of [
    ['observations', 'observationSpace'],
    ['actions', 'actionSpace'],
  ] as const) {
    const sizes = [flatSize(one[key]), flatSize(other[key])];
    if (sizes[0] !== sizes[1]) return `${what} of ${sizes[0]} and of ${sizes[1]} numbers`;
  }
  return null;
}
