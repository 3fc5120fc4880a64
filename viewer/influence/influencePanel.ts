import { byId, element, setText } from '../page/dom.ts';
import { Meter } from '../page/meter.ts';
import { type Effect, largest } from './effects.ts';
import { type Influence, type Method, METHODS, type Weighed } from './influence.ts';

const LISTED = 8;

/** What each way of weighing says, and what it does not. */
const NOTES: Record<Method, string> = {
  occlusion:
    'What becomes of the action when one part alone is hidden: a number by its mean, a cell by what most cells hold, a word left out. Parts that stand in for each other show little.',
  saliency:
    'How fast the log-probability of the action changes with each number, for small changes only. Categories and words have no gradient.',
};

/** What of the observation changes the action: the parts that do so most, and which way. */
export class InfluencePanel {
  readonly #influence: Influence;
  readonly #button = byId('influence-button', HTMLButtonElement);
  readonly #methods: { method: Method; button: HTMLButtonElement }[];
  readonly #note = byId('influence-note', HTMLElement);
  readonly #remark = byId('influence-remark', HTMLElement);
  readonly #list = byId('influence-parts', HTMLElement);

  constructor(influence: Influence) {
    this.#influence = influence;
    this.#button.addEventListener('click', () => influence.toggle());
    this.#methods = METHODS.map((method) => {
      const button = element('button', { type: 'button' }, method);
      button.addEventListener('click', () => influence.choose(method));
      return { method, button };
    });
    byId('influence-methods', HTMLElement).append(...this.#methods.map(({ button }) => button));
    influence.onChange(() => this.#show());
    this.#show();
  }

  #show(): void {
    const { weighed, method } = this.#influence;
    const isOn = weighed.kind !== 'off';
    this.#button.setAttribute('aria-pressed', String(isOn));
    byId('influence-shown', HTMLElement).hidden = !isOn;
    for (const { method: own, button } of this.#methods) {
      button.setAttribute('aria-pressed', String(own === method));
      button.toggleAttribute('data-shown', own === method);
    }
    setText(this.#note, NOTES[method]);
    this.#list.setAttribute('aria-busy', String(weighed.kind === 'busy'));
    setText(this.#remark, remarkOf(weighed));
    if (weighed.kind === 'busy') return; // what was there stays, dimmed
    const [effects, full] = weighed.kind === 'shown' ? [listed(weighed), weighed.full] : [[], 1];
    this.#list.replaceChildren(
      ...effects.map(({ part, size, text }) => {
        const meter = new Meter(part.name);
        meter.show(size, { low: -full, high: full }, text);
        return meter.root;
      }),
    );
  }
}

function listed({ effects, full }: Weighed & { kind: 'shown' }): Effect[] {
  return largest(effects, full, LISTED);
}

function remarkOf(weighed: Weighed): string {
  switch (weighed.kind) {
    case 'off':
      return '';
    case 'busy':
      return 'The agent is asked when time stands still\u2026';
    case 'failed':
      return weighed.why;
    case 'shown': {
      if (weighed.remark) return weighed.remark;
      return listed(weighed).length === 0 ? 'No part changes it by itself.' : '';
    }
    default:
      return weighed satisfies never;
  }
}
