import type { Discrete } from '../../envs/spaces.ts';
import type { Thought } from '../../src/playing.ts';
import { element, setText } from '../page/dom.ts';
import { formatShare } from '../page/numbers.ts';
import { actionKeys, keyOf } from './actionKeys.ts';
import type { Moves } from './moves.ts';

/** @param action counted from 0 */
export function actionName({ names, start }: Discrete, action: number): string {
  return names?.[action] ?? `action ${action + start}`;
}

/** A button for each action, with its key and how likely the agent takes it. */
export function buildChoices(space: Discrete, parent: HTMLElement, act: (action: ArrayLike<number>) => void): Moves {
  const keys = actionKeys(space.n, space.names);
  const buttons = Array.from(
    { length: space.n },
    (_, action) => new ChoiceButton(actionName(space, action), keyOf(keys, action), () => act([action])),
  );
  parent.append(...buttons.map(({ root }) => root));
  return {
    show: ({ mask }, thought) =>
      buttons.forEach((button, action) => button.show(!mask || mask[action] === 1, action, thought)),
    byKey: (key) => {
      const action = keys.get(key);
      return action === undefined || buttons[action]?.root.disabled ? null : [action];
    },
  };
}

class ChoiceButton {
  readonly root: HTMLButtonElement;
  readonly #probability = element('span', { class: 'number' });

  constructor(name: string, key: string | null, press: () => void) {
    const label = element('span', { class: 'name' }, name);
    const shown = key === null ? [] : [element('kbd', { 'aria-hidden': 'true' }, key)];
    this.root = element('button', { type: 'button', class: 'move' }, ...shown, label, this.#probability);
    this.root.addEventListener('click', press);
  }

  show(isPossible: boolean, action: number, thought: Thought | null): void {
    const probability = thought?.distribution?.[action];
    this.root.disabled = !isPossible;
    this.root.classList.toggle('agents', thought?.action[0] === action);
    this.root.style.setProperty('--share', String(probability ?? 0));
    setText(this.#probability, !isPossible ? 'masked' : probability === undefined ? '' : formatShare(probability));
    this.root.title = thought?.action[0] === action ? 'what the agent would do' : '';
  }
}
