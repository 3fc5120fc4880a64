import type { Controls } from './controls.ts';
import { byId, setText } from '../page/dom.ts';
import type { Binding } from './keys.ts';
import { parsePlace, PlaceError } from './place.ts';
import type { Player } from './player.ts';

/** A small dialog that asks where to go. */
export class GoTo {
  readonly #player: Player;
  readonly #controls: Controls;
  readonly #dialog = byId('go-to', HTMLDialogElement);
  readonly #field = byId('go-to-place', HTMLInputElement);
  readonly #problem = byId('go-to-problem', HTMLElement);
  readonly keys: Binding[] = [{ keys: ['g'], shown: ['G'], does: 'go to a step', run: () => this.#ask() }];

  constructor(player: Player, controls: Controls) {
    this.#player = player;
    this.#controls = controls;
    byId('where', HTMLButtonElement).addEventListener('click', () => this.#ask());
    byId('go-to-close', HTMLButtonElement).addEventListener('click', () => this.#dialog.close());
    byId('go-to-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.#go();
    });
  }

  #ask(): void {
    const { summary, lastStep, recording, episode } = this.#player;
    if (!summary || !recording) return;
    const others = recording.episodes.length > 1 ? `, or episode/step, as ${episode + 1}/${lastStep}` : '';
    setText(byId('go-to-hint', HTMLElement), `Step 0 to ${lastStep}${others}.`);
    setText(this.#problem, '');
    this.#field.value = '';
    this.#dialog.showModal();
  }

  #go(): void {
    try {
      const { recording, episode } = this.#player;
      const place = parsePlace(this.#field.value, recording?.episodes ?? [], episode);
      this.#controls.jump(place.episode, place.step);
      this.#dialog.close();
    } catch (error) {
      if (!(error instanceof PlaceError)) throw error;
      setText(this.#problem, error.message);
      this.#field.select();
    }
  }
}
