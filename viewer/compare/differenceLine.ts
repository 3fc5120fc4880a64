import { element, setText } from '../page/dom.ts';
import { describeError } from '../page/messages.ts';
import { formatCount } from '../page/numbers.ts';
import type { Player } from '../time/player.ts';
import type { Compared } from './compared.ts';
import { describeDifference } from './divergenceText.ts';

/** In a pane's head: where its episode first differs from the main one, a button that goes there. */
export class DifferenceLine {
  readonly root = element('div', { class: 'pane-difference', role: 'status' });
  readonly #text = element('p', { class: 'note' });
  readonly #where = element('strong');
  readonly #what = element('span', { class: 'note' });
  readonly #jump = element('button', { type: 'button', class: 'quiet' }, this.#where, this.#what);
  #step = 0;

  constructor(seek: (step: number) => void) {
    this.#jump.addEventListener('click', () => seek(this.#step));
    this.root.append(this.#jump, this.#text);
  }

  show({ comparing, recording, summary, source }: Compared, player: Player): void {
    this.root.hidden = !summary || !recording;
    if (!recording || !summary) return;
    this.#jump.hidden = comparing.state !== 'found';
    this.#text.hidden = !this.#jump.hidden;
    switch (comparing.state) {
      case 'searching':
        return this.#say('looking for a difference\u2026');
      case 'same':
        return this.#say(`no difference in ${formatCount(comparing.steps, 'step')}`);
      case 'senseless':
        return this.#say(`not compared: ${comparing.why}`);
      case 'failed':
        return this.#say(describeError(comparing.error, source.name).detail);
      case 'found': {
        const { step, difference } = comparing.divergence;
        const { what, values } = describeDifference(difference, recording.header);
        const seeds = [player.summary?.seed ?? 0, summary.seed] as const;
        this.#step = step;
        // at the start everything differs, and this is why
        const other = step === 0 && seeds[0] !== seeds[1] ? 'another seed' : null;
        const says = other ?? `${what}: ${values[0]}, here ${values[1]}`;
        setText(this.#where, `\u2260 step ${step}`);
        setText(this.#what, says);
        const label = `First difference at step ${step}, ${says}`;
        this.#jump.setAttribute('aria-label', label);
        this.#jump.title = `${label}. Go there (d)`;
        return;
      }
      default:
        comparing satisfies never;
    }
  }

  #say(text: string): void {
    setText(this.#text, text);
    this.#text.title = text; // it may be cut
  }
}
