import type { EpisodeSummary, Moment, ReplayHeader } from '../../src/replay/format.ts';
import type { Recording } from '../time/player.ts';
import type { Branch } from './branch.ts';

/** A recording with a branch in place of the episode that it goes off from, or a game after those before. */
export class BranchRecording implements Recording {
  #episodes: EpisodeSummary[] = [];

  constructor(
    readonly header: ReplayHeader,
    readonly branch: Branch,
  ) {}

  get episodes(): readonly EpisodeSummary[] {
    const { base, episode, summary } = this.branch;
    if (this.#episodes[episode] !== summary) {
      this.#episodes = [...(base?.episodes ?? [])];
      this.#episodes[episode] = summary;
    }
    return this.#episodes;
  }

  /** It may grow, but nothing of it is missing. */
  get complete(): boolean {
    return true;
  }

  /** @throws RangeError when there is no such moment */
  moment(episode: number, t: number): Moment {
    const { branch } = this;
    const moment = episode === branch.episode ? branch.moment(t) : branch.base?.moment(episode, t);
    if (!moment) throw new RangeError(`episode ${episode + 1} has no step ${t}`);
    return moment;
  }

  rewards(episode: number): Float32Array {
    const { branch } = this;
    return episode === branch.episode ? branch.rewards : (branch.base?.rewards(episode) ?? new Float32Array(0));
  }

  values(episode: number): Float32Array | null {
    const { branch } = this;
    if (episode !== branch.episode) return branch.base?.values(episode) ?? null;
    return branch.values.every(Number.isNaN) ? null : branch.values;
  }
}
