import type { Changes, Panel } from '../time/clock.ts';
import { byId, setText } from './dom.ts';

/** The page before anything is open, and while something is on its way. */
export class Welcome implements Panel {
  readonly #page = byId('viewer', HTMLElement);
  readonly #root = byId('welcome', HTMLElement);
  readonly #waiting = byId('waiting', HTMLElement);

  update(changes: Changes): void {
    if (!changes.has('replay')) return;
    this.#root.hidden = true;
    this.#page.classList.remove('empty');
  }

  /** @param training a run is, and will bring a replay */
  show(training: boolean): void {
    this.#root.hidden = false;
    if (!training) return;
    setText(byId('welcome-title', HTMLElement), 'Training');
    setText(byId('welcome-text', HTMLElement), 'The first replay appears here by itself. Meanwhile, open another:');
  }

  /** @param name of what is being opened; null when that is over */
  showWaiting(name: string | null): void {
    this.#waiting.hidden = name === null;
    setText(this.#waiting, name === null ? '' : `Opening ${name}\u2026`);
  }
}
