import { byId, element, setText } from '../page/dom.ts';
import { groupThousands } from '../page/numbers.ts';
import type { RunEntry } from '../../src/server/listing.ts';
import type { Player } from '../time/player.ts';
import { formatCompared } from './comparedField.ts';
import type { ComparedEntry } from './comparedField.ts';
import type { Comparison } from './comparison.ts';
import { matching, offerAgents, offerReplays } from './offers.ts';
import type { Offer } from './offers.ts';
import { fileSource } from './sources.ts';

const MOST_ROWS = 100;

/**
 * The panel behind the Compare button: finds a replay of the library, an agent that plays from the same seed, or a file,
 * to stand beside what is open.
 */
export class Picker {
  readonly #player: Player;
  readonly #comparison: Comparison;
  readonly #root = byId('compare-picker', HTMLElement);
  readonly #button = byId('compare-button', HTMLButtonElement);
  readonly #library = byId('compare-library', HTMLElement);
  readonly #filter = byId('compare-filter', HTMLInputElement);
  readonly #list = byId('compare-list', HTMLElement);
  readonly #note = byId('compare-note', HTMLElement);
  readonly #kinds = {
    replay: byId('compare-replays', HTMLButtonElement),
    agent: byId('compare-agents', HTMLButtonElement),
  };
  #runs: readonly RunEntry[] = [];
  #kind: ComparedEntry['kind'] = 'replay';

  constructor(player: Player, comparison: Comparison) {
    this.#player = player;
    this.#comparison = comparison;
    for (const kind of ['replay', 'agent'] as const)
      this.#kinds[kind].addEventListener('click', () => {
        this.#kind = kind;
        this.#show();
      });
    this.#filter.addEventListener('input', () => this.#show());
    this.#root.addEventListener('toggle', () => {
      if (!this.#open) return;
      this.#show();
      this.#filter.focus();
    });
    this.#listenForFile();
    comparison.onChange(() => {
      this.#button.disabled = player.recording === null;
      if (this.#open) this.#show();
    });
  }

  /** @param runs null when there is no server of runs */
  setRuns(runs: readonly RunEntry[] | null): void {
    this.#runs = runs ?? [];
    if (this.#open) this.#show();
  }

  get #open(): boolean {
    return this.#root.matches(':popover-open');
  }

  #show(): void {
    const environment = this.#player.recording?.header.environment;
    const all = (this.#kind === 'replay' ? offerReplays : offerAgents)(this.#runs, environment);
    const offers = matching(this.#filter.value, all);
    for (const [kind, button] of Object.entries(this.#kinds))
      button.setAttribute('aria-pressed', String(kind === this.#kind));
    this.#library.hidden = this.#runs.length === 0;
    this.#showRows(offers.slice(0, MOST_ROWS));
    byId('compare-open-file', HTMLButtonElement).disabled = this.#comparison.isFull;
    setText(this.#note, this.#describe(offers.length));
  }

  /** New rows for old, the keyboard's focus staying on the row that is of the same. */
  #showRows(offers: readonly Offer[]): void {
    const focused = document.activeElement;
    const key = focused instanceof HTMLElement && this.#list.contains(focused) ? focused.dataset['key'] : undefined;
    this.#list.replaceChildren(...offers.map((offer) => this.#row(offer)));
    if (key !== undefined) this.#list.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
  }

  #row({ entry, name, note, detail }: Offer): HTMLElement {
    const key = keyOf(entry);
    const compared = this.#comparison.entries.some((other) => keyOf(other) === key);
    const button = element(
      'button',
      {
        ...{ type: 'button', class: 'row', title: key, 'data-key': key, 'aria-current': String(compared) },
        disabled: this.#comparison.isFull,
      },
      element('span', { class: 'name' }, name),
      element('span', { class: 'note' }, note),
      element('span', { class: 'note' }, detail),
      element('span', { class: 'note' }, compared ? 'compared' : ''),
    );
    button.addEventListener('click', () => {
      if (entry.kind === 'replay') this.#comparison.addReplay(entry.id);
      else this.#comparison.addAgent(entry.run, entry.checkpoint);
    });
    return element('li', {}, button);
  }

  #describe(found: number): string {
    if (this.#comparison.isFull) return 'Four side by side are the most. Remove one to add another.';
    if (this.#runs.length === 0) return 'There is no library of runs here: compare with a file.';
    if (found === 0) return this.#kind === 'replay' ? 'No replay matches.' : 'No agent matches.';
    if (found > MOST_ROWS) return `The first ${MOST_ROWS} of ${groupThousands(found)}: filter to find the others.`;
    return this.#kind === 'agent' ? 'It plays in this page, from the seed of the episode that is open.' : '';
  }

  #listenForFile(): void {
    const input = byId('compare-file', HTMLInputElement);
    input.addEventListener('change', () => {
      for (const file of input.files ?? []) this.#comparison.add(fileSource(file));
      input.value = ''; // so that choosing the same file again is a change
    });
    byId('compare-open-file', HTMLButtonElement).addEventListener('click', () => input.click());
  }
}

/** The same for all episodes of a replay. */
function keyOf(entry: ComparedEntry): string {
  return formatCompared([entry.kind === 'replay' ? { ...entry, choice: 'seed' } : entry]);
}
