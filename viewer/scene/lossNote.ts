import type { Loss } from '../../src/replay/format.ts';
import { byId, element } from '../page/dom.ts';
import type { Changes, Panel } from '../time/clock.ts';
import type { Controls } from '../time/controls.ts';
import type { Player } from '../time/player.ts';

/** In place of a picture: what the file has lost of the step, and the way out of the gap. */
export class LossNote implements Panel {
  readonly #player: Player;
  readonly #controls: Controls;
  readonly #root = byId('loss', HTMLElement);
  #shown: Loss | null = null;

  constructor(player: Player, controls: Controls) {
    this.#player = player;
    this.#controls = controls;
  }

  update(changes: Changes): void {
    if (!changes.has('step')) return;
    const { losses } = this.#player;
    const loss = losses.find(({ part }) => part === 'steps') ?? losses.find(({ part }) => part === 'scenes') ?? null;
    if (loss === this.#shown) return;
    this.#shown = loss;
    this.#root.hidden = loss === null;
    this.#root.replaceChildren(...(loss ? this.#describe(loss) : []));
  }

  #describe({ part, first, last, reason }: Loss): Node[] {
    const what =
      part === 'scenes' ? `The picture of steps ${first} to ${last} is lost` : `Steps ${first} to ${last} are lost`;
    const exits = element('div', {});
    if (first > 0) exits.append(this.#button(`Go to step ${first - 1}`, first - 1));
    if (last < this.#player.lastStep) exits.append(this.#button(`Go to step ${last + 1}`, last + 1));
    return [element('p', {}, element('strong', {}, what), `: ${reason}.`), exits];
  }

  #button(text: string, step: number): HTMLElement {
    const button = element('button', { type: 'button' }, text);
    button.addEventListener('click', () => this.#controls.seek(step));
    return button;
  }
}
