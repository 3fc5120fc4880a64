import type { Colour } from '../../envs/scene.ts';
import { describeSelection } from './attention.ts';
import type { Selection } from './attention.ts';
import type { Choice } from './choice.ts';
import { pageColours, parseColour } from '../page/colours.ts';
import { byId, element, setText } from '../page/dom.ts';
import { formatShare } from '../page/numbers.ts';
import type { PastSteps } from './lagList.ts';
import { MapPage, PAGE_STEPS } from './mapPage.ts';
import type { Memory } from './memory.ts';
import type { Player } from '../time/player.ts';

const SLICE = 64; // steps that are looked at before the page gets time for something else
const PAGES_KEPT = 32;
const ROW_HEIGHT = 10; // px, where there is room
const HEIGHT = 192; // px at most

/**
 * What was remembered over the whole episode: a row a step, the step itself at the right end and the past to its left.
 * Only a map that is on the screen is made, and it stays known for the heads that were looked at.
 */
export class MemoryMap {
  readonly #player: Player;
  readonly #memory: Memory;
  readonly #choice: Choice<Selection>;
  readonly #canvas = element('canvas', { role: 'img', 'aria-label': 'Map of the episode' });
  readonly #here = element('div', { class: 'here' });
  readonly #root = byId('memory-map', HTMLElement);
  readonly #note = byId('memory-map-note', HTMLElement);
  readonly #pages = new Map<string, MapPage>();
  #page: MapPage | null = null;
  #visible = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: { player: Player; memory: Memory; choice: Choice<Selection>; past: PastSteps }) {
    const { player, memory, choice, past } = options;
    this.#player = player;
    this.#memory = memory;
    this.#choice = choice;
    this.#root.append(this.#canvas, this.#here);
    this.#listen(past);
    new IntersectionObserver((entries) => {
      this.#visible = entries.at(-1)?.isIntersecting ?? false;
      if (this.#visible) this.show();
    }).observe(this.#root);
  }

  /** The replay is another one: what is known is not of it. */
  forget(): void {
    this.#pages.clear();
    this.#page = null;
  }

  /** The page of the step that is open, for the heads that are shown. */
  show(): void {
    if (!this.#player.summary) return;
    const page = this.#pageOf(this.#player.step);
    if (page !== this.#page) {
      this.#page = page;
      this.redraw();
    }
    this.#here.style.top = `${(100 * (page.rowOf(this.#player.step) + 0.5)) / page.rows}%`;
    this.#root.setAttribute('aria-busy', String(!page.done));
    if (!page.done && this.#visible) this.#timer ??= setTimeout(() => this.#fill());
  }

  /** All rows again: the colours or the page changed. */
  redraw(): void {
    const page = this.#page;
    if (!page) return;
    this.#root.style.height = `${Math.min(HEIGHT, ROW_HEIGHT * page.rows)}px`;
    this.#canvas.setAttribute('aria-label', `Map of the episode, ${describeSelection(this.#choice.shown)}`);
    this.#describe(null);
    this.#paint(page, 0, page.rows);
  }

  #pageOf(step: number): MapPage {
    const { episode, lastStep } = this.#player;
    const first = step - (step % PAGE_STEPS);
    const steps = Math.min(PAGE_STEPS, lastStep + 1 - first); // an episode that is being played grows
    const key = `${episode} ${first} ${steps} ${describeSelection(this.#choice.shown)}`;
    const known = this.#pages.get(key) ?? new MapPage(first, steps);
    this.#pages.delete(key); // so that the one looked at last is the last to be forgotten
    this.#pages.set(key, known);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= PAGES_KEPT) break;
      this.#pages.delete(oldest);
    }
    return known;
  }

  #fill(): void {
    this.#timer = null;
    const page = this.#page;
    if (!page || page.done || !this.#visible) return;
    const selection = this.#choice.shown;
    const [from, to] = page.fill((step) => this.#memory.weights(step, selection), SLICE);
    this.#paint(page, from, to);
    this.show();
  }

  #paint({ rows, columns, levels }: MapPage, from: number, to: number): void {
    const pen = this.#canvas.getContext('2d');
    if (columns === 0) pen?.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    if (columns === 0 || to <= from) return;
    if (this.#canvas.width !== columns || this.#canvas.height !== rows) {
      [this.#canvas.width, this.#canvas.height] = [columns, rows];
      [from, to] = [0, rows]; // a canvas of another size is empty
    }
    const { color } = parseColour(pageColours().accent as Colour);
    const data = new Uint8ClampedArray(4 * columns * (to - from));
    for (let row = from, at = 0; row < to; row++) {
      for (let lag = columns - 1; lag >= 0; lag--) {
        data[at++] = color >> 16;
        data[at++] = (color >> 8) & 255;
        data[at++] = color & 255;
        data[at++] = levels[row * columns + lag] as number;
      }
    }
    pen?.putImageData(new ImageData(data, columns, to - from), 0, from);
  }

  #listen(past: PastSteps): void {
    const under = ({ offsetX, offsetY }: PointerEvent | MouseEvent): { step: number; lag: number } | null => {
      const [page, canvas] = [this.#page, this.#canvas];
      if (!page || page.columns === 0) return null;
      const row = Math.min(page.rows - 1, Math.max(0, Math.floor((offsetY / canvas.clientHeight) * page.rows)));
      const column = Math.floor((offsetX / canvas.clientWidth) * page.columns);
      return { step: page.stepOf(row), lag: page.columns - 1 - Math.min(page.columns - 1, Math.max(0, column)) };
    };
    this.#canvas.addEventListener('pointermove', (event) => {
      const place = under(event);
      past.point(place?.step ?? null);
      this.#describe(place);
    });
    this.#canvas.addEventListener('pointerleave', () => {
      past.point(null);
      this.#describe(null);
    });
    this.#canvas.addEventListener('click', (event) => {
      const place = under(event);
      if (place) past.goTo(place.step);
    });
  }

  /** In words, the place under the pointer; else what the map is of. */
  #describe(place: { step: number; lag: number } | null): void {
    const page = this.#page;
    if (!page) return;
    if (!place) {
      setText(this.#note, `From step ${page.first} down, the past to the left; the heaviest of each step is full.`);
      return;
    }
    const { step, lag } = place;
    const weight = this.#memory.weights(step, this.#choice.shown)?.[lag];
    const what = lag > step || weight === undefined ? 'nothing' : `${formatShare(weight)} to step ${step - lag}`;
    setText(this.#note, `Step ${step} gave ${what}.`);
  }
}
