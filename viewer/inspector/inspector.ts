import { buildAction } from './actionPanel.ts';
import type { Changes, Panel } from '../time/clock.ts';
import { byId, element, setText } from '../page/dom.ts';
import { InfoList } from './infoList.ts';
import type { Range } from '../page/meter.ts';
import { formatNumber, formatSigned } from '../page/numbers.ts';
import { buildObservation } from './observationPanel.ts';
import type { Player } from '../time/player.ts';
import type { Scan } from '../time/scan.ts';
import { discountOf } from '../time/signals.ts';

const NOTHING = '\u2014';
const FACTS = ['reward', 'value', 'advantage', 'return so far', 'return to go', 'entropy'] as const;
type Fact = (typeof FACTS)[number];

/** The step in numbers: what it brought, what the agent saw, what it could do and did. */
export class Inspector implements Panel {
  readonly #player: Player;
  readonly #scan: Scan;
  readonly #heading = byId('step-heading', HTMLElement);
  readonly #facts = byId('facts', HTMLElement);
  readonly #formula = byId('advantage-formula', HTMLElement);
  readonly #action = byId('action', HTMLElement);
  readonly #observation = byId('observation', HTMLElement);
  readonly #info = new InfoList(byId('info-section', HTMLElement), byId('info', HTMLElement));
  readonly #values = new Map<Fact, HTMLElement>();
  #showAction: ReturnType<typeof buildAction> = () => {};
  #showObservation: ReturnType<typeof buildObservation> = () => {};
  #ranges: Range[] = [];

  constructor(player: Player, scan: Scan) {
    this.#player = player;
    this.#scan = scan;
    for (const name of FACTS) {
      const value = element('dd', { 'data-fact': name });
      this.#values.set(name, value);
      this.#facts.append(element('div', {}, element('dt', {}, name), value));
    }
  }

  update(changes: Changes): void {
    if (changes.has('replay')) this.#build();
    if (changes.has('episode') || changes.has('signals')) this.#ranges = rangesOf(this.#scan.signals?.reach ?? []);
    if (changes.has('step') || changes.has('signals')) this.#show();
  }

  #build(): void {
    const header = this.#player.recording?.header;
    this.#action.replaceChildren();
    this.#observation.replaceChildren();
    if (!header) return;
    this.#showAction = buildAction(header.actionSpace, this.#action);
    this.#showObservation = buildObservation(header.observationSpace, this.#observation);
    const { gamma, stated } = discountOf(header);
    setText(
      this.#formula,
      `Advantage: reward + ${gamma} \u00d7 next value \u2212 value.` +
        (stated ? '' : ` The replay names no discount; ${gamma} is assumed.`),
    );
  }

  #show(): void {
    const { moment, step } = this.#player;
    setText(this.#heading, `Step ${step}`);
    for (const [name, value] of this.#values) setText(value, this.#factOf(name));
    this.#formula.hidden = this.#factOf('advantage') === NOTHING;
    this.#showAction(moment?.decision ?? null);
    this.#observation.hidden = moment === null;
    if (moment) this.#showObservation(moment.observation, this.#ranges);
    this.#info.show(moment?.decision?.info ?? {});
  }

  #factOf(name: Fact): string {
    const { step, summary, moment } = this.#player;
    const { signals } = this.#scan; // which may not have come to this step yet
    const soFar = signals && step <= signals.known ? signals.returns[step] : undefined;
    switch (name) {
      case 'reward':
        return inWords(moment?.decision?.reward);
      case 'value':
        return inWords(moment?.decision?.value ?? undefined);
      case 'advantage':
        return inWords(signals?.advantages[step], formatSigned);
      case 'entropy':
        return inWords(signals?.entropies[step]);
      case 'return so far':
        return inWords(soFar);
      case 'return to go':
        return inWords(summary && soFar !== undefined ? summary.return - soFar : undefined);
      default:
        return name satisfies never;
    }
  }
}

function inWords(number: number | undefined, format = formatNumber): string {
  return number === undefined || Number.isNaN(number) ? NOTHING : format(number);
}

/** As far to either side of zero as each component goes in the episode. */
function rangesOf(reach: readonly number[]): Range[] {
  return reach.map((most) => ({ low: -(most || 1), high: most || 1 }));
}
