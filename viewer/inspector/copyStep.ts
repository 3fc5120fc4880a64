import { byId, setText } from '../page/dom.ts';
import type { Messages } from '../page/messages.ts';
import type { Changes, Panel } from '../time/clock.ts';
import type { Binding } from '../time/keys.ts';
import type { Player } from '../time/player.ts';
import type { Scan } from '../time/scan.ts';
import { stepToJson } from './stepJson.ts';

const LABEL = 'Copy as JSON';

/** Puts the step on the clipboard, as JSON. */
export class CopyStep implements Panel {
  readonly #player: Player;
  readonly #scan: Scan;
  readonly #messages: Messages;
  readonly #button = byId('copy-step', HTMLButtonElement);
  readonly keys: Binding[] = [
    { keys: ['c'], shown: ['C'], does: 'copy the step as JSON', run: () => void this.#copy() },
  ];

  constructor(player: Player, scan: Scan, messages: Messages) {
    this.#player = player;
    this.#scan = scan;
    this.#messages = messages;
    this.#button.addEventListener('click', () => void this.#copy());
  }

  update(changes: Changes): void {
    if (changes.has('step')) setText(this.#button, LABEL); // what was copied is another step
  }

  async #copy(): Promise<void> {
    const { recording, summary, moment, episode, step } = this.#player;
    if (!recording || !summary || !moment) return;
    const { signals } = this.#scan;
    const record = stepToJson({ header: recording.header, summary, episode, step, moment, signals });
    try {
      await navigator.clipboard.writeText(JSON.stringify(record, null, 2));
      setText(this.#button, 'Copied');
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#messages.showNotice('The step was not copied.', `The browser does not allow it here: ${why}`);
    }
  }
}
