import type { Changes, Panel } from './clock.ts';
import type { Controls } from './controls.ts';
import { byId, element, setText } from '../page/dom.ts';
import { formatNumber } from '../page/numbers.ts';
import { SPEEDS, STEPS_PER_SECOND } from './player.ts';
import type { Player } from './player.ts';

/** Play, pause, step, loop, speed, how much is in sight, and where in the episode we are. */
export class Transport implements Panel {
  readonly #player: Player;
  readonly #page = byId('viewer', HTMLElement);
  readonly #root = byId('transport', HTMLElement);
  readonly #play = byId('play', HTMLButtonElement);
  readonly #loop = byId('loop', HTMLButtonElement);
  readonly #speed = byId('speed', HTMLSelectElement);
  readonly #step = byId('step', HTMLElement);
  readonly #steps = byId('steps', HTMLElement);
  readonly #outcome = byId('outcome', HTMLElement);
  readonly #announcer = byId('announcer', HTMLElement);

  constructor(player: Player, controls: Controls) {
    this.#player = player;
    this.#speed.append(...SPEEDS.map((speed) => element('option', { value: speed }, `${speed}\u00d7`)));
    this.#speed.title = `Speed; 1\u00d7 is ${STEPS_PER_SECOND} steps a second`;
    this.#speed.addEventListener('change', () => controls.setSpeed(Number(this.#speed.value)));
    const press = (id: string, action: () => void): void =>
      byId(id, HTMLButtonElement).addEventListener('click', action);
    press('play', () => controls.togglePlay());
    press('first', () => controls.seek(0));
    press('back', () => controls.moveBy(-1));
    press('forward', () => controls.moveBy(1));
    press('last', () => controls.seekEnd());
    press('loop', () => controls.toggleLoop());
    press('zoom-in', () => controls.zoomIn());
    press('zoom-out', () => controls.zoomOut());
    press('zoom-all', () => controls.zoom.showAll());
  }

  update(changes: Changes): void {
    if (changes.has('playback')) this.#showPlayback();
    if (changes.has('length')) this.#showEpisode();
    if (changes.has('length') || changes.has('playback')) this.#showLoop();
    if (changes.has('step')) this.#showStep();
    if (changes.has('step') || changes.has('playback')) this.#announce();
  }

  #showStep(): void {
    setText(this.#step, String(this.#player.step));
    this.#page.dataset['step'] = String(this.#player.step);
    this.#page.dataset['episode'] = String(this.#player.episode + 1);
  }

  #showPlayback(): void {
    const { playing, speed, direction } = this.#player;
    this.#page.dataset['playing'] = String(playing);
    this.#page.dataset['direction'] = direction > 0 ? 'forward' : 'backward';
    this.#play.setAttribute('aria-label', playing ? 'Pause' : 'Play');
    this.#speed.value = String(speed);
  }

  #showLoop(): void {
    const { loop } = this.#player;
    this.#loop.setAttribute('aria-pressed', String(loop !== null));
    setText(this.#loop, loop ? `Loop ${loop.from}\u2013${loop.to}` : 'Loop');
  }

  #showEpisode(): void {
    const { summary } = this.#player;
    for (const control of this.#root.querySelectorAll<HTMLButtonElement | HTMLSelectElement>('.needs-episode')) {
      control.disabled = summary === null;
    }
    setText(this.#steps, String(summary?.steps ?? 0));
    setText(this.#outcome, summary ? describeOutcome(summary) : '');
  }

  /** For those who hear the page: the step, when time stands still. */
  #announce(): void {
    const { playing, summary, step, lastStep } = this.#player;
    if (!playing && summary) setText(this.#announcer, `step ${step} of ${lastStep}`);
  }
}

/** How an episode went, and why it ended. */
export function describeOutcome(summary: { return: number; terminated: boolean; truncated: boolean }): string {
  const end = summary.terminated ? 'terminated' : summary.truncated ? 'truncated' : 'unfinished';
  return `return ${formatNumber(summary.return)} \u00b7 ${end}`;
}
