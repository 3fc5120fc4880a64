import { buildAction } from './actionPanel.ts';
import type { Changes, Panel } from '../time/clock.ts';
import { byId, element, setText } from '../page/dom.ts';
import type { Range } from '../page/meter.ts';
import { formatNumber } from '../page/numbers.ts';
import { buildObservation } from './observationPanel.ts';
import type { Player } from '../time/player.ts';

const NOTHING = '\u2014';
const SAMPLES = 100; // moments looked at to find how far unbounded numbers go in an episode
const FACTS = ['reward', 'value', 'return so far', 'return to go'] as const;

/** The step in numbers: what it brought, what the agent saw, what it could do and did. */
export class Inspector implements Panel {
  readonly #player: Player;
  readonly #heading = byId('step-heading', HTMLElement);
  readonly #facts = byId('facts', HTMLElement);
  readonly #action = byId('action', HTMLElement);
  readonly #observation = byId('observation', HTMLElement);
  readonly #values = new Map<string, HTMLElement>();
  #showAction: ReturnType<typeof buildAction> = () => {};
  #showObservation: ReturnType<typeof buildObservation> = () => {};
  #ranges: Range[] = [];

  constructor(player: Player) {
    this.#player = player;
    for (const name of FACTS) {
      const value = element('dd', { 'data-fact': name });
      this.#values.set(name, value);
      this.#facts.append(element('div', {}, element('dt', {}, name), value));
    }
  }

  update(changes: Changes): void {
    if (changes.has('replay')) this.#build();
    if (changes.has('episode')) this.#ranges = observedRanges(this.#player);
    if (changes.has('step')) this.#show();
  }

  #build(): void {
    const header = this.#player.recording?.header;
    this.#action.replaceChildren();
    this.#observation.replaceChildren();
    if (!header) return;
    this.#showAction = buildAction(header.actionSpace, this.#action);
    this.#showObservation = buildObservation(header.observationSpace, this.#observation);
  }

  #show(): void {
    const { moment, step, returns } = this.#player;
    setText(this.#heading, `Step ${step}`);
    const soFar = returns[step] ?? 0;
    const facts = [
      moment?.decision?.reward ?? null,
      moment?.decision?.value ?? null,
      moment ? soFar : null,
      moment ? (returns.at(-1) ?? 0) - soFar : null,
    ].map((fact, i) => (i > 1 && Number.isNaN(fact) ? null : fact)); // a reward that is lost leaves no sum
    FACTS.forEach((name, i) => {
      const fact = facts[i] ?? null;
      setText(this.#values.get(name) as HTMLElement, fact === null ? NOTHING : formatNumber(fact));
    });
    this.#showAction(moment?.decision ?? null);
    this.#observation.hidden = moment === null;
    if (moment) this.#showObservation(moment.observation, this.#ranges);
  }
}

/** How far each component goes to either side of zero, over the whole episode. */
function observedRanges(player: Player): Range[] {
  const reach: number[] = [];
  const stride = Math.max(1, Math.ceil(player.lastStep / SAMPLES));
  for (let step = 0; step <= player.lastStep; step += stride) {
    const observation = player.momentAt(step)?.observation ?? [];
    for (let i = 0; i < observation.length; i++) reach[i] = Math.max(reach[i] ?? 0, Math.abs(observation[i] ?? 0));
  }
  return reach.map((most) => ({ low: -(most || 1), high: most || 1 }));
}
