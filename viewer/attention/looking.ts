import { Choice } from './choice.ts';
import type { Heat, HeatSource } from './heat.ts';
import { describeGlance, tokenWeights } from './looked.ts';
import type { Glance } from './looked.ts';
import { formatShare } from '../page/numbers.ts';
import type { Player } from '../time/player.ts';
import type { TokenAttentionHeader } from '../../src/replay/format.ts';

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
    const weights = this.weights();
    const title = `attention, ${describeGlance(this.choice.shown)}`;
    return this.encoder && weights && { groups: this.encoder.tokens, weights, title, describe: formatShare };
  }

  onChange(listener: () => void): void {
    this.choice.onChange(listener);
  }
}
