import type { Changes, Panel } from '../time/clock.ts';
import { byId, element, setText } from './dom.ts';
import type { Following } from '../session/following.ts';
import { saysEnvironment, shortName } from '../session/library.ts';
import { groupThousands } from './numbers.ts';
import type { Player } from '../time/player.ts';

/** The line at the top: what is shown, and whether it is live. */
export class HeaderBar implements Panel {
  readonly #player: Player;
  readonly #trail = byId('trail', HTMLElement);
  readonly #live = byId('live', HTMLButtonElement);

  constructor(player: Player, toggleLive: () => void) {
    this.#player = player;
    this.#live.addEventListener('click', toggleLive);
    listenToLibraryButton();
  }

  update(changes: Changes): void {
    if (changes.has('episode')) this.#showTrail();
  }

  /** @param connected false while the server does not answer */
  showLive({ state, run }: Following, connected: boolean): void {
    this.#live.hidden = state === 'off';
    this.#live.setAttribute('aria-pressed', String(state === 'live'));
    this.#live.dataset['connected'] = String(connected);
    const text = !connected ? 'Reconnecting\u2026' : state === 'live' ? 'Following' : 'Go live';
    setText(this.#live, text);
    this.#live.title = run ? `${run.name} is training` : '';
  }

  #showTrail(): void {
    const { recording, episode } = this.#player;
    if (!recording) return;
    const { environment, run, step } = recording.header;
    const named = run === undefined ? null : { name: run, environment };
    const parts = [
      ...(named && saysEnvironment(named) ? [] : [element('span', {}, environment)]),
      ...(named ? [element('strong', { title: named.name }, shortName(named))] : []),
      ...(step === undefined ? [] : [element('span', {}, `step ${groupThousands(step)}`)]),
      element('span', {}, element('strong', {}, `episode ${episode + 1}`), ` of ${recording.episodes.length}`),
    ];
    this.#trail.replaceChildren(...parts);
    document.title = `${environment}, episode ${episode + 1} \u00b7 gymformer`;
  }
}

/** On a narrow page the library lies over the rest, and this button opens and closes it. */
function listenToLibraryButton(): void {
  const [button, library] = [byId('library-button', HTMLButtonElement), byId('library', HTMLElement)];
  const show = (open: boolean): void => {
    button.setAttribute('aria-expanded', String(open));
    library.classList.toggle('open', open);
  };
  button.addEventListener('click', () => show(button.getAttribute('aria-expanded') !== 'true'));
  library.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('button')) show(false);
  });
  window.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') show(false);
  });
  window.addEventListener('pointerdown', ({ target }) => {
    if (target instanceof Node && !library.contains(target) && !button.contains(target)) show(false);
  });
}
