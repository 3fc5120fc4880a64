import { Choice } from './choice.ts';
import type { Heat, HeatSource } from './heat.ts';
import { describeGlance, strengthOf, tokenWeights } from './looked.ts';
import type { Glance } from './looked.ts';
import { formatShare } from '../page/numbers.ts';
import type { Player } from '../time/player.ts';
import type { TokenAttentionHeader } from '../../src/replay/format.ts';

const ALIKE = 1.25; // times the weight that a token has where all have the same: nothing to be seen

/** Where the encoder looked in the step that is open, and which of its heads are shown. */
export class Looking implements HeatSource {
  readonly #player: Player;
  readonly choice = new Choice<Glance>('mean');

  constructor(player: Player) {
    this.#player = player;
  }

  /** What there was to look at; null where the policy had no choice. */
  get encoder(): TokenAttentionHeader | null {
    return this.#player.recording?.header.policy?.encoder ?? null;
  }

  /** [tokens], of the heads that are shown; null where the step has none. */
  weights(): Float32Array | null {
    const { encoder } = this;
    return encoder && tokenWeights(this.#player.moment, encoder, this.choice.shown);
  }

  heat(): Heat | null {
    const { encoder } = this;
    const weights = this.weights();
    if (!encoder || !weights) return null;
    const heads = describeGlance(this.choice.shown);
    const heaviest = weights.reduce((most, weight) => Math.max(most, weight), 0);
    return {
      groups: encoder.tokens,
      weights,
      title: heaviest * weights.length < ALIKE ? `attention: alike everywhere, ${heads}` : `attention, ${heads}`,
      strength: (weight) => strengthOf(weight, weights.length),
      describe: (weight) => `${formatShare(weight)}, ${(weight * weights.length).toFixed(1)}\u00d7 its share`,
    };
  }

  onChange(listener: () => void): void {
    this.choice.onChange(listener);
  }
}
