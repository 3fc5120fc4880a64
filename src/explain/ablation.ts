import { type AttentionHead, silence } from '../../agents/model/silencing.ts';
import { type EpisodeResult, type EvaluateOptions, type Player, playEpisodes } from '../evaluate.ts';
import type { Explanation, HeadLoss, Loss, TogetherLoss } from './explanation.ts';
import { estimate } from './reach.ts';

/** Share of what all heads cost that counts as nearly all of it. */
const NEARLY_ALL = 0.9;
/** Most heads that are silenced together, one by one. */
const MOST_TOGETHER = 8;

/** Plays the same episodes again and again, with other heads silenced. */
export class Ablation {
  readonly #player: Player;
  readonly #options: EvaluateOptions;
  readonly #moved: () => Promise<number>;
  #whole: readonly EpisodeResult[] = [];

  /** @param moved  how far the distribution over actions is from what it is with all heads */
  constructor(player: Player, options: EvaluateOptions, moved: () => Promise<number>) {
    this.#player = player;
    this.#options = options;
    this.#moved = moved;
  }

  /** Plays them with all heads, which comes first. */
  async begin(): Promise<void> {
    this.#whole = await playEpisodes(this.#player, this.#options);
  }

  get baseline(): NonNullable<Explanation['baseline']> {
    const successes = successesOf(this.#whole);
    return {
      return: estimate(this.#whole.map((episode) => episode.return)),
      success: successes && estimate(successes),
    };
  }

  /** What is lost when these heads are silenced, by pairs of episodes of the same seed. */
  async lossOf(heads: readonly AttentionHead[]): Promise<Loss> {
    const restore = silence(this.#player.policy, heads);
    try {
      const silenced = await playEpisodes(this.#player, this.#options);
      const [before, after] = [successesOf(this.#whole), successesOf(silenced)];
      return {
        return: estimate(silenced.map((episode) => episode.return)),
        lost: estimate(silenced.map((episode, i) => (this.#whole[i] as EpisodeResult).return - episode.return)),
        successLost: before && after && estimate(after.map((success, i) => (before[i] as number) - success)),
        moved: await this.#moved(),
      };
    } finally {
      restore();
    }
  }
}

/** Evaluations that `silenceTogether` takes at most. */
export function mostEvaluations(heads: number): number {
  const added = Math.min(heads, MOST_TOGETHER) - 1; // the first is known
  return Array.from({ length: Math.max(added, 0) }, (_, i) => heads - 1 - i).reduce((sum, count) => sum + count, 0);
}

/**
 * Silences one head more each time, that which lowers the return most beside those that are silent already, until nearly
 * all is lost that silencing all of them costs: several heads may carry the same, so that any one of them can be spared.
 * It is greedy: there may be a smaller set.
 *
 * @param singles  what each of the heads costs alone
 * @param none     what all of them cost
 */
export async function* silenceTogether(
  ablation: Ablation,
  singles: readonly HeadLoss[],
  none: Loss,
): AsyncGenerator<TogetherLoss | null> {
  const enough = NEARLY_ALL * none.lost.mean;
  let candidates = singles.map(({ part, layer, head, return: left, lost, successLost, moved }): TogetherLoss => {
    return { heads: [{ part, layer, head }], return: left, lost, successLost, moved };
  });
  for (let count = 1; count <= MOST_TOGETHER && candidates.length > 0; count++) {
    const [worst, ...others] = candidates.toSorted(byLoss) as [TogetherLoss, ...TogetherLoss[]];
    yield worst;
    if (worst.lost.mean >= enough) return;
    candidates = [];
    for (const { heads } of others) {
      const together = [...worst.heads, heads.at(-1) as AttentionHead];
      if (count < MOST_TOGETHER) candidates.push({ heads: together, ...(await ablation.lossOf(together)) });
      yield null; // one evaluation is done
    }
  }
}

/** The greatest loss first; of those that cost the same, that which moves the distribution over actions further. */
export function byLoss(a: Loss, b: Loss): number {
  return b.lost.mean - a.lost.mean || b.moved - a.moved;
}

/** 1 and 0 of each episode; null where the environment does not say of all. */
function successesOf(episodes: readonly EpisodeResult[]): number[] | null {
  const successes = episodes.map(({ success }) => success);
  return successes.every((success) => success !== null) ? successes.map(Number) : null;
}
