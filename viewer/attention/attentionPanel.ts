import type { AttentionShape } from '../../agents/model/attentionWeights.ts';
import { describeSelection } from './attention.ts';
import type { Selection } from './attention.ts';
import type { Choice } from './choice.ts';
import type { Changes, Panel } from '../time/clock.ts';
import { byId, setText } from '../page/dom.ts';
import { HeadGrid } from './headGrid.ts';
import { LagList } from './lagList.ts';
import type { PastSteps } from './lagList.ts';
import { MemoryMap } from './memoryMap.ts';
import type { Memory } from './memory.ts';
import type { Player } from '../time/player.ts';
import type { Remembered } from '../time/timeline.ts';

/** What the panel shares with the rest of the page. */
export interface AttentionOptions {
  player: Player;
  memory: Memory;
  /** Which heads are shown, here and along the timeline. */
  choice: Choice<Selection>;
  past: PastSteps;
  /** Gets what to show along the timeline; null where nothing is remembered. */
  remember: (remembered: Remembered | null) => void;
}

/**
 * What the Transformer attended to among past steps: every head of every layer small, the chosen ones (by default the
 * mean of all) as a list of steps and as a map of the episode.
 */
export class AttentionPanel implements Panel {
  readonly #player: Player;
  readonly #memory: Memory;
  readonly #choice: Choice<Selection>;
  readonly #remember: AttentionOptions['remember'];
  readonly #root = byId('attention', HTMLElement);
  readonly #chosen = byId('heads-chosen', HTMLElement);
  readonly #heads: HeadGrid;
  readonly #lags: LagList;
  readonly #map: MemoryMap;
  #shape: AttentionShape | null = null;

  constructor(options: AttentionOptions) {
    this.#player = options.player;
    this.#memory = options.memory;
    this.#choice = options.choice;
    this.#remember = options.remember;
    this.#heads = new HeadGrid(options.choice);
    this.#lags = new LagList(options.past);
    this.#map = new MemoryMap(options);
    options.choice.onChange(() => {
      this.#showAlongTime();
      this.#showChosen();
    });
  }

  update(changes: Changes): void {
    if (changes.has('replay')) {
      this.#build();
      this.#map.forget();
      this.#showAlongTime();
    }
    if (changes.has('step') && this.#shape) {
      this.#drawHeads();
      this.#showChosen();
    }
  }

  /** Everything that shows weights again, in other colours. */
  redraw(): void {
    if (!this.#shape) return;
    this.#drawHeads();
    this.#map.redraw();
  }

  #build(): void {
    const { shape } = this.#memory;
    const same = shape?.layers === this.#shape?.layers && shape?.heads === this.#shape?.heads;
    this.#shape = shape;
    this.#root.hidden = shape === null;
    if (same) return;
    this.#choice.unlock();
    if (shape) this.#heads.build(shape);
  }

  #drawHeads(): void {
    this.#heads.draw((head) => this.#memory.weights(this.#player.step, head));
  }

  #showAlongTime(): void {
    this.#remember(this.#shape && ((step) => this.#memory.weights(step, this.#choice.shown)));
  }

  #showChosen(): void {
    const { step } = this.#player;
    setText(this.#chosen, describeSelection(this.#choice.shown));
    this.#lags.show(this.#memory.weights(step, this.#choice.shown), step);
    this.#map.show();
  }
}
