import type { Box, MultiBinary, MultiDiscrete } from '../../envs/spaces.ts';
import type { Thought } from '../../src/playing.ts';
import type { Situation } from '../agent/protocol.ts';
import { element, setText } from '../page/dom.ts';
import { formatSigned } from '../page/numbers.ts';
import type { Moves } from './moves.ts';

/** What a number of an action can be. */
interface Dial {
  name: string;
  low: number;
  high: number;
  /** Between two settings; null where there are any. */
  step: number | null;
}

/** How far a number without bounds can be turned either way. */
const REACH = 1;
/** Arrows that set the first two numbers as low and as high as they go, by their number and direction. */
const ARROWS: Readonly<Record<string, readonly [dial: number, isHigh: boolean]>> = {
  ArrowLeft: [0, false],
  ArrowRight: [0, true],
  ArrowDown: [1, false],
  ArrowUp: [1, true],
};

/**
 * A slider for each number of an action, and a button that takes them all. The arrows turn a slider all the way and take
 * the action at once.
 */
export function buildDials(
  space: Box | MultiDiscrete | MultiBinary,
  parent: HTMLElement,
  act: (action: ArrayLike<number>) => void,
): Moves {
  const dials = dialsOf(space);
  const rows = dials.map((dial) => new DialRow(dial));
  const take = element(
    'button',
    { type: 'button', class: 'move' },
    element('kbd', { 'aria-hidden': 'true' }, 'Enter'),
    'take the step',
  );
  const chosen = (): number[] => rows.map(({ value }) => value);
  take.addEventListener('click', () => act(chosen()));
  parent.append(...rows.map(({ root }) => root), take);
  return {
    show: (_: Situation, thought: Thought | null) => rows.forEach((row, i) => row.show(thought?.action[i] ?? null)),
    byKey: (key) => {
      if (key === 'Enter') return chosen();
      const [turned = -1, isHigh] = ARROWS[key] ?? [];
      const dial = dials[turned];
      if (!dial) return null;
      return chosen().map((value, i) => (i !== turned ? value : isHigh ? dial.high : dial.low));
    },
  };
}

function dialsOf(space: Box | MultiDiscrete | MultiBinary): Dial[] {
  const name = (i: number, count: number): string => space.names?.[i] ?? (count === 1 ? 'action' : `action ${i + 1}`);
  switch (space.kind) {
    case 'box':
      return Array.from(space.low, (low, i) => ({
        name: [name(i, space.size), space.units?.[i]].filter(Boolean).join(', '),
        low: Number.isFinite(low) ? low : -REACH,
        high: Number.isFinite(space.high[i]) ? (space.high[i] as number) : REACH,
        step: space.dtype === 'float32' ? null : 1,
      }));
    case 'multiDiscrete':
      return space.n.map((n, i) => ({ name: name(i, space.n.length), low: 0, high: n - 1, step: 1 }));
    case 'multiBinary':
      return Array.from({ length: space.n }, (_, i) => ({ name: name(i, space.n), low: 0, high: 1, step: 1 }));
    default:
      return space satisfies never;
  }
}

class DialRow {
  readonly root: HTMLLabelElement;
  readonly #input: HTMLInputElement;
  readonly #value = element('span', { class: 'number' });
  readonly #agent = element('span', { class: 'hush' });

  constructor({ name, low, high, step }: Dial) {
    const middle = step === null ? (low + high) / 2 : low;
    this.#input = element('input', { type: 'range', min: low, max: high, step: step ?? 'any', value: middle });
    this.#input.addEventListener('input', () => this.#showValue());
    this.root = element(
      'label',
      { class: 'dial' },
      element('span', { class: 'name' }, name),
      this.#input,
      this.#value,
      this.#agent,
    );
    this.#showValue();
  }

  get value(): number {
    return this.#input.valueAsNumber;
  }

  /** @param agents what the agent would choose; null for nothing */
  show(agents: number | null): void {
    setText(this.#agent, agents === null ? '' : `the agent: ${formatSigned(agents)}`);
  }

  #showValue(): void {
    setText(this.#value, formatSigned(this.value));
  }
}
