import type { Changes, Panel } from '../time/clock.ts';
import type { Controls } from '../time/controls.ts';
import { byId, setText } from '../page/dom.ts';
import type { Binding } from '../time/keys.ts';
import { formatCount, groupThousands } from '../page/numbers.ts';
import type { Player } from '../time/player.ts';
import { QueryError } from './query.ts';
import type { Search } from './search.ts';

const CALM_MS = 250; // after the last letter

/** Asks for steps, says how many there are, and goes from one to the next. */
export class SearchPanel implements Panel {
  readonly #player: Player;
  readonly #controls: Controls;
  readonly #search: Search;
  readonly #field = byId('search-text', HTMLInputElement);
  readonly #result = byId('search-result', HTMLElement);
  readonly #problem = byId('search-problem', HTMLElement);
  readonly #moves = byId('search-moves', HTMLElement);
  readonly #listeners: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly keys: Binding[] = [
    { keys: ['/'], shown: ['/'], does: 'search for steps', run: () => this.#field.select() },
    { keys: ['n'], shown: ['N'], does: 'next step that was found', run: () => this.#go(1) },
    { keys: ['Shift+N'], shown: ['Shift', 'N'], does: 'the one before', run: () => this.#go(-1) },
  ];

  constructor(player: Player, controls: Controls, search: Search) {
    this.#player = player;
    this.#controls = controls;
    this.#search = search;
    this.#field.addEventListener('input', () => this.#startSoon());
    this.#field.addEventListener('keydown', (event) => this.#press(event));
    byId('search-form', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());
    byId('search-next', HTMLButtonElement).addEventListener('click', () => this.#go(1));
    byId('search-previous', HTMLButtonElement).addEventListener('click', () => this.#go(-1));
  }

  update(changes: Changes): void {
    if (changes.has('replay')) this.#start();
    if (changes.has('matches') || changes.has('step')) this.#show();
  }

  /** What is looked for; '' for nothing, and for what is not understood. */
  get text(): string {
    return this.#search.text;
  }

  /** Looks for something, as if it had been typed. */
  find(text: string): void {
    if (text === this.#field.value) return;
    this.#field.value = text;
    this.#start();
  }

  /** Calls the listener whenever something else is looked for. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #press(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.preventDefault(); // browsers would empty the field, and with it what was found
      this.#field.blur();
    }
    if (event.key !== 'Enter') return;
    if (this.#field.value !== this.#search.text) this.#start();
    else this.#go(event.shiftKey ? -1 : 1);
  }

  #startSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#start(), CALM_MS);
  }

  #start(): void {
    clearTimeout(this.#timer);
    let problem = '';
    try {
      this.#search.start(this.#field.value, this.#player.recording);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      problem = error.message;
    }
    setText(this.#problem, problem);
    this.#field.setAttribute('aria-invalid', String(problem !== ''));
    for (const listener of this.#listeners) listener();
  }

  #show(): void {
    const { matches, done, text } = this.#search;
    this.#moves.hidden = text === '';
    if (text === '') return;
    const here = matches.findIndex(
      ({ episode, step }) => episode === this.#player.episode && step === this.#player.step,
    );
    const count =
      here < 0
        ? formatCount(matches.length, 'step')
        : `${groupThousands(here + 1)} of ${groupThousands(matches.length)}`;
    setText(this.#result, done ? count : `${count} so far \u2026`);
    for (const id of ['search-next', 'search-previous']) byId(id, HTMLButtonElement).disabled = matches.length === 0;
  }

  #go(direction: 1 | -1): void {
    const { episode, step } = this.#player;
    const match = this.#search.next({ episode, step }, direction);
    if (match) this.#controls.jump(match.episode, match.step);
  }
}
