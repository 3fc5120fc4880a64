import type { Binding } from '../time/keys.ts';
import type { Playing } from './playing.ts';
import type { TurnPanel } from './turnPanel.ts';

/** Keys of the page for playing, for the list behind `?`. */
export function playBindings(playing: Playing): Binding[] {
  return [
    { keys: ['t'], shown: ['T'], does: 'take over from the agent at this step', run: () => void playing.takeOver() },
    { keys: ['w'], shown: ['W'], does: 'what if the agent had done otherwise', run: () => void playing.whatIf() },
    { keys: ['h'], shown: ['H'], does: 'hand back to the agent', run: () => void playing.handBack() },
    { keys: ['r'], shown: ['R'], does: 'another game', run: () => void playing.playAgain() },
  ];
}

/**
 * While it is a person's move, the keys of their moves mean these, and nothing else: arrows steer the game, not time.
 * The moves say which keys these are.
 */
export function listenToMoves(playing: Playing, turn: TurnPanel): void {
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || isElsewhere(event)) return;
      const action = turn.byKey(event.key);
      if (!action) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void playing.act(action);
    },
    { capture: true },
  );
}

/** Whether the key is for what has the focus: a dialog, a slider, a list, or a button that Enter presses. */
function isElsewhere({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open], :popover-open')) return true;
  if (target instanceof HTMLButtonElement) return key === 'Enter';
  return target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && key !== 'Enter');
}
