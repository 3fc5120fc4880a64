import { Choice } from './choice.ts';
import type { Heat, HeatSource } from './heat.ts';
import { describeGlance, strengthOf, tokenWeights } from './looked.ts';
import type { Glance } from './looked.ts';
import { formatShare } from '../page/numbers.ts';
import type { Player } from '../time/player.ts';
import type { Moment, TokenAttentionHeader } from '../../src/replay/format.ts';

const ALIKE = 1.25; // times the weight that a token has where all have the same: nothing to be seen

/** Where the encoder looked, and which of its heads are shown. */
export class Looking implements HeatSource {
  readonly #player: Player;
  readonly spansEpisode = true;
  readonly choice = new Choice<Glance>('mean');

  constructor(player: Player) {
    this.#player = player;
  }

  /** What there was to look at; null where the policy had no choice. */
  get encoder(): TokenAttentionHeader | null {
    return this.#player.recording?.header.policy?.encoder ?? null;
  }

  /** [tokens], of the heads that are shown, in the step that is open; null where it has none. */
  weights(): Float32Array | null {
    return this.#weightsOf(this.#player.moment);
  }

  heat(step: number): Heat | null {
    const { encoder } = this;
    const isOpen = step === this.#player.step; // and decoded already
    const weights = this.#weightsOf(isOpen ? this.#player.moment : this.#player.momentAt(step, { scene: false }));
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

  #weightsOf(moment: Moment | null): Float32Array | null {
    const { encoder } = this;
    return encoder && tokenWeights(moment, encoder, this.choice.shown);
  }

  onChange(listener: () => void): void {
    this.choice.onChange(listener);
  }
}
