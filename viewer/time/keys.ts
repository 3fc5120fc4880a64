import type { Controls } from './controls.ts';
import { byId, element } from '../page/dom.ts';

/** A key of the page, and its line in the list behind `?`. */
export interface Binding {
  /** As in KeyboardEvent.key, with `Shift+` before it where Shift is held. */
  keys: string[];
  shown: string[];
  does: string;
  run: (controls: Controls) => void;
}

/** Keys that belong together in the list. */
export interface KeyGroup {
  title: string;
  bindings: readonly Binding[];
}

const BINDINGS: Binding[] = [
  { keys: [' '], shown: ['Space'], does: 'play or pause; from the start again at the end', run: (c) => c.togglePlay() },
  { keys: ['ArrowLeft'], shown: ['\u2190'], does: 'one step back', run: (c) => c.moveBy(-1) },
  { keys: ['ArrowRight'], shown: ['\u2192'], does: 'one step on', run: (c) => c.moveBy(1) },
  { keys: ['Shift+ArrowLeft'], shown: ['Shift', '\u2190'], does: 'ten steps back', run: (c) => c.moveBy(-10) },
  { keys: ['Shift+ArrowRight'], shown: ['Shift', '\u2192'], does: 'ten steps on', run: (c) => c.moveBy(10) },
  { keys: ['Home'], shown: ['Home'], does: 'first step', run: (c) => c.seek(0) },
  { keys: ['End'], shown: ['End'], does: 'last step', run: (c) => c.seekEnd() },
  { keys: [','], shown: [','], does: 'episode before', run: (c) => c.moveByEpisodes(-1) },
  { keys: ['.'], shown: ['.'], does: 'next episode', run: (c) => c.moveByEpisodes(1) },
  { keys: ['j'], shown: ['J'], does: 'play backwards; again: faster', run: (c) => c.shuttle(-1) },
  { keys: ['k'], shown: ['K'], does: 'pause', run: (c) => c.pause() },
  { keys: ['l'], shown: ['L'], does: 'play; again: faster', run: (c) => c.shuttle(1) },
  { keys: ['['], shown: ['['], does: 'slower', run: (c) => c.changeSpeed(-1) },
  { keys: [']'], shown: [']'], does: 'faster', run: (c) => c.changeSpeed(1) },
  { keys: ['+', 'Shift++', '='], shown: ['+'], does: 'zoom in', run: (c) => c.zoomIn() },
  { keys: ['-'], shown: ['\u2212'], does: 'zoom out', run: (c) => c.zoomOut() },
  { keys: ['0'], shown: ['0'], does: 'the whole episode', run: (c) => c.zoom.showAll() },
  { keys: ['i'], shown: ['I'], does: 'loop from this step on', run: (c) => c.loopFromHere() },
  { keys: ['o'], shown: ['O'], does: 'loop up to this step', run: (c) => c.loopToHere() },
  { keys: ['x'], shown: ['X'], does: 'end the loop', run: (c) => c.setLoop(null) },
];

/** Opens the list of all keys. */
export const HELP: Binding = {
  keys: ['?', 'Shift+?'],
  shown: ['?'],
  does: 'this list',
  run: () => byId('help', HTMLDialogElement).showModal(),
};

/**
 * Puts the keys to work, and their list behind `?`.
 *
 * @param more  keys of other parts of the page
 */
export function listenToKeys(controls: Controls, more: readonly KeyGroup[]): void {
  const groups = [{ title: 'Time', bindings: BINDINGS }, ...more];
  const bindings = groups.flatMap((group) => group.bindings);
  const help = byId('help', HTMLDialogElement);
  byId('keys', HTMLElement).append(...groups.map(listed));
  byId('help-button', HTMLButtonElement).addEventListener('click', () => help.showModal());
  byId('help-close', HTMLButtonElement).addEventListener('click', () => help.close());
  let tabbed = false; // focus was moved by keyboard: after a click on a button, Space is for playing
  window.addEventListener('pointerdown', () => (tabbed = false));
  window.addEventListener('keydown', (event) => {
    if (event.key === 'Tab') tabbed = true;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector('dialog[open], :popover-open') || ownsKey(event.target, event.key, tabbed)) return;
    const pressed = event.shiftKey ? `Shift+${event.key}` : event.key;
    const binding = bindings.find(({ keys }) => keys.includes(pressed));
    if (!binding) return;
    event.preventDefault();
    binding.run(controls);
  });
}

function listed({ title, bindings }: KeyGroup): HTMLElement {
  const lines = bindings.map(({ shown, does }) =>
    element('div', {}, element('dt', {}, ...shown.map((key) => element('kbd', {}, key))), element('dd', {}, does)),
  );
  return element('section', {}, element('h3', {}, title), element('dl', {}, ...lines));
}

/** Whether the focused element needs the key itself: choosing, writing, or pressing a button with Space. */
function ownsKey(target: EventTarget | null, key: string, tabbed: boolean): boolean {
  if (target instanceof HTMLSelectElement || target instanceof HTMLInputElement) return true;
  const pressable = target instanceof Element && target.closest('button, summary') !== null;
  return pressable && key === ' ' && tabbed;
}
