import type { Box } from '../../envs/spaces.ts';
import type { CellTokens } from '../../envs/tokens.ts';
import { placeOf } from '../../envs/tokens.ts';
import { FONT, pageColours, TELLING_COLOURS, translucent } from '../page/colours.ts';
import { element, pen } from '../page/dom.ts';
import type { CellLook } from './cells.ts';
import { channelName, lookOf } from './cells.ts';
import { PointedGrid } from './pointedGrid.ts';

const RARE = 0.15; // of the cells: what fewer of them hold stands out
const LEAST_NAMED = 26; // px of a cell's side, for a name in it
const LETTER = 5.6; // px, about as wide as one of the names is

/** A grid of cells with what stands in each of them; where the pointer is, all that is known of it. */
export class CellsView {
  readonly #box: Box;
  readonly #group: CellTokens;
  readonly #grid: PointedGrid;
  readonly #rows: number;
  readonly #columns: number;
  /** Row by row, as they are seen. */
  #looks: CellLook[] = [];

  constructor(box: Box, group: CellTokens, name: string, parent: HTMLElement) {
    this.#box = box;
    this.#group = group;
    const [row, column] = placeOf(group, group.tokens - 1);
    [this.#rows, this.#columns] = [row + 1, column + 1];
    this.#grid = new PointedGrid({
      rows: this.#rows,
      columns: this.#columns,
      label: `${name || 'observation'}, ${this.#rows} rows of ${this.#columns} cells`,
      describe: (row, column) => this.#looks[row * this.#columns + column]?.words ?? '',
    });
    if (name) this.#grid.root.prepend(element('span', { class: 'note' }, name));
    if (!box.categories && group.channels > 1) this.#grid.root.append(legend(box, group.channels));
    parent.append(this.#grid.root);
    // the canvas has its size once it is on the page
    new ResizeObserver(() => this.#draw()).observe(this.#grid.canvas);
  }

  /** @param offset where the grid begins in the flat form */
  show(flat: ArrayLike<number>, offset: number): void {
    const { tokens, channels } = this.#group;
    this.#looks = [];
    for (let i = 0; i < tokens; i++) {
      const [row, column] = placeOf(this.#group, i);
      const own = Array.from({ length: channels }, (_, channel) => flat[offset + i * channels + channel] ?? 0);
      this.#looks[row * this.#columns + column] = lookOf(this.#box, own);
    }
    this.#draw();
    this.#grid.refresh();
  }

  #draw(): void {
    const { context, width, height } = pen(this.#grid.canvas);
    const colours = pageColours();
    const [wide, tall] = [width / this.#columns, height / this.#rows];
    const gap = wide > 6 ? 1 : 0;
    const common = this.#commonThings();
    const letters = Math.floor((wide - 4) / LETTER);
    const fits = this.#looks.every(({ name }) => name.length <= letters);
    const isNamed = wide >= LEAST_NAMED && (fits || this.#box.categories !== undefined); // or else the legend does
    context.font = FONT;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    this.#looks.forEach(({ thing, name, strength }, at) => {
      const [x, y] = [(at % this.#columns) * wide, Math.floor(at / this.#columns) * tall];
      const isCommon = thing !== null && common.has(thing);
      context.fillStyle = translucent(colours.line, 0.6);
      context.fillRect(x, y, wide - gap, tall - gap);
      if (!isCommon) {
        context.fillStyle = translucent(thing === null ? colours.accent : colourOf(thing), 0.6 * strength);
        context.fillRect(x, y, wide - gap, tall - gap);
      }
      if (!isNamed || name === '' || isCommon) return;
      context.fillStyle = colours.text;
      context.fillText(name.slice(0, letters), x + wide / 2, y + tall / 2);
    });
  }

  /** Categories that many cells are of: colour is for the others. */
  #commonThings(): Set<number> {
    if (!this.#box.categories) return new Set();
    const counts = new Map<number, number>();
    for (const { thing } of this.#looks) if (thing !== null) counts.set(thing, (counts.get(thing) ?? 0) + 1);
    return new Set([...counts].flatMap(([thing, count]) => (count > RARE * this.#looks.length ? [thing] : [])));
  }
}

function colourOf(thing: number): string {
  return TELLING_COLOURS[thing % TELLING_COLOURS.length] as string;
}

/** Which colour each channel has. */
function legend(box: Box, channels: number): HTMLElement {
  const list = element('ul', { class: 'legend note' });
  for (let channel = 0; channel < channels; channel++) {
    const tint = element('span', { class: 'tint', 'aria-hidden': 'true' });
    tint.style.background = colourOf(channel);
    list.append(element('li', {}, tint, channelName(box, channel)));
  }
  return list;
}
