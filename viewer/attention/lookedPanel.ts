import { countTokens } from '../../envs/tokens.ts';
import type { Changes, Panel } from '../time/clock.ts';
import { byId, element, nameButton, setText } from '../page/dom.ts';
import { byGroup, describeGlance, strengthOf } from './looked.ts';
import type { Glance } from './looked.ts';
import { buildPart } from './lookedParts.ts';
import type { Part } from './lookedParts.ts';
import type { Looking } from './looking.ts';
import type { Player } from '../time/player.ts';
import { previewUnderPointer } from './previewUnderPointer.ts';

/** Where the encoder looked in the observation of the step: how much at each part of it, and at what in there. */
export class LookedPanel implements Panel {
  readonly #player: Player;
  readonly #looking: Looking;
  readonly #root = byId('looked', HTMLElement);
  readonly #heads = byId('looked-heads', HTMLElement);
  readonly #parts = byId('looked-parts', HTMLElement);
  #buttons: { button: HTMLButtonElement; glance: Glance }[] = [];
  #shown: Part[] = [];

  constructor(player: Player, looking: Looking) {
    this.#player = player;
    this.#looking = looking;
    looking.choice.onChange(() => {
      this.#showChosen();
      this.redraw();
    });
  }

  update(changes: Changes): void {
    if (changes.has('replay')) this.#build();
    if (changes.has('step')) this.redraw();
  }

  /** Everything that shows weights again: the step, the colours or the choice of heads changed. */
  redraw(): void {
    const { moment } = this.#player;
    const { encoder } = this.#looking;
    if (!encoder || !moment) return;
    const weights = this.#looking.weights();
    this.#parts.toggleAttribute('data-nothing', weights === null);
    const all = weights ?? new Float32Array(countTokens(encoder.tokens));
    const look = { moment, strength: (weight: number) => strengthOf(weight, all.length) };
    byGroup(encoder.tokens, all).forEach(({ weights, sum }, i) => this.#shown[i]?.show(weights, sum, look));
  }

  #build(): void {
    const { encoder, choice } = this.#looking;
    this.#root.hidden = encoder === null;
    this.#parts.replaceChildren();
    this.#buttons = [];
    if (encoder) {
      this.#shown = encoder.tokens.map((group) => buildPart(group, this.#parts, encoder.tokens.length > 1));
      const glances: Glance[] = ['mean', 'max', ...Array.from({ length: encoder.heads }, (_, head) => head)];
      this.#buttons = glances.map((glance) => ({ button: this.#button(glance), glance }));
      this.#heads.hidden = encoder.heads < 2;
    }
    this.#heads.replaceChildren(...this.#buttons.map(({ button }) => button));
    choice.unlock();
    this.#showChosen();
  }

  #button(glance: Glance): HTMLButtonElement {
    const name = describeGlance(glance);
    const label = typeof glance === 'number' ? `H${glance + 1}` : glance;
    const button = element('button', { type: 'button', title: name }, label);
    nameButton(button, name);
    button.addEventListener('click', () => this.#looking.choice.press(glance));
    previewUnderPointer(button, this.#looking.choice, () => glance);
    return button;
  }

  #showChosen(): void {
    const { choice } = this.#looking;
    for (const { button, glance } of this.#buttons) {
      button.setAttribute('aria-pressed', String(choice.isLocked(glance)));
      button.toggleAttribute('data-shown', choice.isShown(glance));
    }
    setText(byId('looked-chosen', HTMLElement), describeGlance(choice.shown));
  }
}
