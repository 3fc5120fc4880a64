import type { Changes, Panel } from './clock.ts';
import type { Controls } from './controls.ts';
import { byId, element, setText, svg } from '../page/dom.ts';
import { countEvents, EVENT_KINDS, nearest } from './events.ts';
import type { EventKind } from './events.ts';
import type { Binding } from './keys.ts';
import { MARKER_SIZE, MARKERS } from './markers.ts';
import { formatCount } from '../page/numbers.ts';
import type { Player } from './player.ts';
import type { Scan } from './scan.ts';

/** Goes from event to event: a button for each kind that the episode has, and keys for all of them. */
export class Jumps implements Panel {
  readonly #player: Player;
  readonly #controls: Controls;
  readonly #scan: Scan;
  readonly #root = byId('jumps', HTMLElement);
  readonly #buttons = new Map<EventKind, { button: HTMLButtonElement; count: HTMLElement }>();
  readonly keys: Binding[] = [
    { keys: ['e'], shown: ['E'], does: 'next event, or the next episode', run: () => this.#jump(1) },
    { keys: ['Shift+E'], shown: ['Shift', 'E'], does: 'event before', run: () => this.#jump(-1) },
  ];

  constructor(player: Player, controls: Controls, scan: Scan) {
    this.#player = player;
    this.#controls = controls;
    this.#scan = scan;
    for (const kind of EVENT_KINDS) this.#addButton(kind);
  }

  update(changes: Changes): void {
    if (!changes.has('episode') && !changes.has('signals')) return;
    const counts = countEvents(this.#scan.events);
    this.#root.hidden = counts.size === 0;
    for (const [kind, { button, count }] of this.#buttons) {
      const events = counts.get(kind) ?? 0;
      button.hidden = events === 0;
      setText(count, kind === 'end' ? '' : String(events));
      const { name } = MARKERS[kind];
      button.title = `${formatCount(events, name)}: to the next one, with Shift to the one before (any event: E)`;
    }
  }

  #addButton(kind: EventKind): void {
    const { name, outline, colour } = MARKERS[kind];
    const icon = svg('svg', { viewBox: `0 0 ${MARKER_SIZE} ${MARKER_SIZE}`, 'aria-hidden': 'true' });
    icon.append(svg('path', { d: outline, class: `marker-${colour}` }));
    const label = element('span', { class: 'name' }, name);
    const count = element('span', { class: 'note' });
    const button = element('button', { type: 'button', class: 'jump', 'data-kind': kind }, icon, label, count);
    button.addEventListener('click', ({ shiftKey }) => this.#jump(shiftKey ? -1 : 1, kind));
    this.#buttons.set(kind, { button, count });
    this.#root.append(button);
  }

  /** To the next event in a direction, of one kind or of all; of one kind, after the last one the first again. */
  #jump(direction: 1 | -1, kind?: EventKind): void {
    const { step, episode, recording } = this.#player;
    const events = this.#scan.events.filter((event) => kind === undefined || event.kind === kind);
    const steps = events.map((event) => event.step);
    const next = nearest(steps, step, direction);
    const round = kind && (direction > 0 ? steps[0] : steps.at(-1));
    if (next !== undefined) this.#controls.jump(episode, next);
    else if (round !== undefined) this.#controls.jump(episode, round);
    else if (direction > 0 && recording?.episodes[episode + 1]) this.#controls.jump(episode + 1, 0);
    else if (direction < 0 && episode > 0)
      this.#controls.jump(episode - 1, recording?.episodes[episode - 1]?.steps ?? 0);
  }
}
