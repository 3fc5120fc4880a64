import { element, setText } from '../page/dom.ts';

export interface PointedGridOptions {
  rows: number;
  columns: number;
  /** What the grid is, for those who hear the page. */
  label: string;
  /** How wide it is, as a multiple of its height; as many as there are columns to rows where it says nothing. */
  aspect?: number;
  /** What a place is called; by its row and column where it says nothing. */
  name?(row: number, column: number): string;
  /** What stands at a place, in words. */
  describe(row: number, column: number): string;
}

const MOVES: Readonly<Record<string, [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** A canvas of rows and columns that says what stands where the pointer is, or the arrow keys went while it has the focus. */
export class PointedGrid {
  readonly canvas: HTMLCanvasElement;
  readonly root: HTMLElement;
  readonly #options: PointedGridOptions;
  readonly #frame = element('span', { class: 'place-frame', 'aria-hidden': 'true', hidden: true });
  readonly #words = element('p', { class: 'note', 'aria-live': 'polite' });
  #place: [row: number, column: number] | null = null;

  constructor(options: PointedGridOptions) {
    this.#options = options;
    const name = `${options.label}. Arrow keys go from place to place.`;
    this.canvas = element('canvas', { class: 'places-canvas', role: 'img', tabindex: 0, 'aria-label': name });
    const board = element('div', { class: 'board' }, this.canvas, this.#frame);
    board.style.setProperty('--shape', String(options.aspect ?? options.columns / options.rows));
    this.root = element('li', {}, board, this.#words);
    this.canvas.addEventListener('pointermove', (event) => this.#pointAt(event));
    for (const end of ['pointerleave', 'blur'] as const) this.canvas.addEventListener(end, () => this.#point(null));
    this.canvas.addEventListener('keydown', (event) => this.#press(event));
  }

  /** What stands there may be something else now. */
  refresh(): void {
    setText(this.#words, this.#place ? this.#describe(...this.#place) : '');
  }

  #describe(row: number, column: number): string {
    const name = this.#options.name?.(row, column) ?? `row ${row + 1}, column ${column + 1}`;
    return `${name}: ${this.#options.describe(row, column)}`;
  }

  #pointAt({ offsetX, offsetY }: PointerEvent): void {
    const { clientWidth, clientHeight } = this.canvas;
    const [row, column] = [
      (offsetY / clientHeight) * this.#options.rows,
      (offsetX / clientWidth) * this.#options.columns,
    ];
    this.#point([Math.floor(row), Math.floor(column)]);
  }

  #press(event: KeyboardEvent): void {
    const move = MOVES[event.key];
    if (!move || event.shiftKey) return;
    event.preventDefault(); // they do not move time meanwhile
    const [row, column] = this.#place ?? [-move[0], -move[1]];
    this.#point([row + move[0], column + move[1]]);
  }

  #point(place: [row: number, column: number] | null): void {
    const { rows, columns } = this.#options;
    this.#place = place && [within(place[0], rows), within(place[1], columns)];
    this.#frame.hidden = this.#place === null;
    if (this.#place) {
      const [row, column] = this.#place;
      this.#frame.style.inset = `${(100 * row) / rows}% auto auto ${(100 * column) / columns}%`;
      this.#frame.style.width = `${100 / columns}%`;
      this.#frame.style.height = `${100 / rows}%`;
    }
    this.refresh();
  }
}

function within(index: number, count: number): number {
  return Math.min(Math.max(index, 0), count - 1);
}
