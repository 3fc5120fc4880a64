import { byId, element, setText } from '../page/dom.ts';
import { formatAge, groupThousands } from '../page/numbers.ts';
import { shortName } from '../session/library.ts';
import type { ReplayEntry, RunEntry } from '../session/library.ts';
import type { Player } from '../time/player.ts';
import type { Comparison } from './comparison.ts';
import { fileSource } from './sources.ts';

const MOST_ROWS = 100;

interface Choice {
  run: RunEntry;
  replay: ReplayEntry;
}

/** The panel behind the Compare button: finds a replay of the library, or a file, to stand beside the open one. */
export class Picker {
  readonly #player: Player;
  readonly #comparison: Comparison;
  readonly #root = byId('compare-picker', HTMLElement);
  readonly #button = byId('compare-button', HTMLButtonElement);
  readonly #filter = byId('compare-filter', HTMLInputElement);
  readonly #list = byId('compare-list', HTMLElement);
  readonly #note = byId('compare-note', HTMLElement);
  #runs: readonly RunEntry[] = [];

  constructor(player: Player, comparison: Comparison) {
    this.#player = player;
    this.#comparison = comparison;
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

  setRuns(runs: readonly RunEntry[] | null): void {
    this.#runs = runs ?? [];
    if (this.#open) this.#show();
  }

  get #open(): boolean {
    return this.#root.matches(':popover-open');
  }

  #show(): void {
    const choices = matching(this.#filter.value, this.#choices());
    this.#filter.parentElement?.toggleAttribute('hidden', this.#runs.length === 0);
    this.#list.replaceChildren(...choices.slice(0, MOST_ROWS).map((choice) => this.#row(choice)));
    for (const button of this.#root.querySelectorAll('button')) button.disabled = this.#comparison.isFull;
    setText(this.#note, this.#describe(choices.length));
  }

  /** The same environment first; of a run the newest first. */
  #choices(): Choice[] {
    const environment = this.#player.recording?.header.environment;
    const related = (run: RunEntry): number => Number(run.environment !== environment);
    return [...this.#runs]
      .sort((a, b) => related(a) - related(b))
      .flatMap((run) =>
        [...run.replays].sort((a, b) => b.modifiedAt.localeCompare(a.modifiedAt)).map((replay) => ({ run, replay })),
      );
  }

  #describe(found: number): string {
    if (this.#comparison.isFull) return 'Four side by side are the most. Remove one to add another.';
    if (this.#runs.length === 0) return 'There is no library of runs here: compare with a file.';
    if (found === 0) return 'No replay matches.';
    return found > MOST_ROWS ? `The first ${MOST_ROWS} of ${groupThousands(found)}: filter to find the others.` : '';
  }

  #row({ run, replay }: Choice): HTMLElement {
    const when = replay.step === undefined ? formatAge(replay.modifiedAt) : `step ${groupThousands(replay.step)}`;
    const compared = this.#comparison.replays.some(({ id }) => id === replay.id);
    const button = element(
      'button',
      { type: 'button', class: 'row', title: replay.id, 'data-id': replay.id, 'aria-current': String(compared) },
      element('span', { class: 'name' }, shortName(run)),
      element('span', { class: 'note' }, when),
      element('span', { class: 'note' }, `${run.environment} \u00b7 ${replay.name}`),
      element('span', { class: 'note' }, compared ? 'compared' : ''),
    );
    button.addEventListener('click', () => this.#comparison.addReplay(replay.id));
    return element('li', {}, button);
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

/** Those that have all words of a filter in their run, environment, file or training step. */
function matching(filter: string, choices: readonly Choice[]): Choice[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return choices.filter(({ run, replay }) => {
    const text = [run.name, run.environment, run.algo, run.policy, replay.name, replay.step ?? '']
      .join(' ')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
