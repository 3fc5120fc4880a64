import { AttentionRollout } from '../../agents/model/attentionRollout.ts';
import { type AttentionShape, weightsByLag } from '../../agents/model/attentionWeights.ts';
import { attentionShape } from './attention.ts';
import type { Selection } from './attention.ts';
import type { Player, Recording } from '../time/player.ts';

interface OpenEpisode {
  recording: Recording;
  episode: number;
  shape: AttentionShape | null;
  /** Made when it is first asked for. */
  rollout: AttentionRollout | null;
}

/** What the policy attended to among past steps, at any step of the episode that is open. */
export class Memory {
  readonly #player: Player;
  #open: OpenEpisode | null = null;
  /** Of an episode that was as long as this: what was its last moment may have a decision when it is longer. */
  #read: { step: number; lastStep: number; attention: ArrayLike<number> | null } | null = null;

  constructor(player: Player) {
    this.#player = player;
  }

  /** Null where the policy does not attend to past steps. */
  get shape(): AttentionShape | null {
    return this.#episode()?.shape ?? null;
  }

  /**
   * The weight of each past step in the decision at `step`, by how many steps before it was: [context + 1], or
   * [layers * context + 1] of a rollout. Null where there is no decision, or none of a policy that attends.
   */
  weights(step: number, { layer, head, merge }: Selection): Float32Array | null {
    const open = this.#episode();
    if (!open?.shape) return null;
    if (merge === 'rollout') {
      open.rollout ??= new AttentionRollout(open.shape, (earlier) => this.#attention(earlier));
      return open.rollout.weights(step);
    }
    const attention = this.#attention(step);
    return attention && weightsByLag(attention, open.shape, { layer, head, merge });
  }

  /** Every head asks for the same step: it is read once. */
  #attention(step: number): ArrayLike<number> | null {
    const { lastStep } = this.#player;
    if (step < 0 || step > lastStep) return null;
    if (this.#read?.step !== step || this.#read.lastStep !== lastStep) {
      const attention = this.#player.momentAt(step, { scene: false })?.decision?.attention ?? null;
      this.#read = { step, lastStep, attention };
    }
    return this.#read.attention;
  }

  #episode(): OpenEpisode | null {
    const { recording, episode } = this.#player;
    if (!recording || !this.#player.summary) return null;
    if (this.#open?.recording !== recording || this.#open.episode !== episode) {
      this.#open = { recording, episode, shape: attentionShape(recording.header), rollout: null };
      this.#read = null;
    }
    return this.#open;
  }
}
