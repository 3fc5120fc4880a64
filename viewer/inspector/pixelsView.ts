import type { Box } from '../../envs/spaces.ts';
import type { Colour } from '../../envs/scene.ts';
import { pageColours, parseColour } from '../page/colours.ts';
import { element } from '../page/dom.ts';
import { formatNumber } from '../page/numbers.ts';
import { componentNames } from '../../envs/componentLabels.ts';
import { PointedGrid } from './pointedGrid.ts';

/** Many numbers as one picture, a pixel each: images as they are, everything else as strength of the accent colour. */
export class PixelsView {
  readonly #box: Box;
  readonly #grid: PointedGrid;
  readonly #rows: number;
  readonly #columns: number;
  readonly #channels: number;
  readonly #names: readonly string[];
  #numbers: number[] = [];

  constructor(box: Box, name: string, parent: HTMLElement) {
    this.#box = box;
    [this.#rows, this.#columns, this.#channels] = pictureShape(box);
    this.#names = componentNames(box.names, box.size, '');
    this.#grid = new PointedGrid({
      rows: this.#rows,
      columns: this.#columns,
      label: `${name || 'observation'}, ${box.shape.join(' by ')} numbers`,
      describe: (row, column) => this.#describe(row, column),
    });
    this.#grid.canvas.width = this.#columns;
    this.#grid.canvas.height = this.#rows;
    if (name) this.#grid.root.prepend(element('span', { class: 'note' }, name));
    parent.append(this.#grid.root);
  }

  /** @param offset where the picture begins in the flat form */
  show(flat: ArrayLike<number>, offset: number): void {
    const context = this.#grid.canvas.getContext('2d');
    if (!context) return;
    this.#numbers = Array.from({ length: this.#box.size }, (_, i) => flat[offset + i] ?? 0);
    const image = context.createImageData(this.#columns, this.#rows);
    const [low, high] = this.#isImage ? [0, 255] : [Math.min(...this.#numbers), Math.max(...this.#numbers)];
    const accent = parseColour(pageColours().accent as Colour).color;
    for (let row = 0; row < this.#rows; row++) {
      for (let column = 0; column < this.#columns; column++) {
        const texel = (row * this.#columns + column) * 4;
        const numbers = this.#at(row, column);
        const share = high > low ? ((numbers[0] ?? low) - low) / (high - low) : 0;
        for (let c = 0; c < 3; c++)
          image.data[texel + c] = !this.#isImage
            ? (accent >> (16 - 8 * c)) & 255
            : (numbers[this.#channels === 1 ? 0 : c] ?? 0);
        image.data[texel + 3] = this.#isImage ? 255 : 255 * share;
      }
    }
    context.putImageData(image, 0, 0);
    this.#grid.refresh();
  }

  get #isImage(): boolean {
    return this.#box.dtype === 'uint8' && [1, 3, 4].includes(this.#channels) && this.#box.shape.length === 3;
  }

  #describe(row: number, column: number): string {
    const numbers = this.#at(row, column);
    if (this.#box.shape.length > 1) return numbers.map(formatNumber).join(', ') || 'nothing';
    const [number] = numbers; // a long vector, folded
    return number === undefined ? 'nothing' : `${this.#names[this.#indexOf(row, column)]} is ${formatNumber(number)}`;
  }

  #at(row: number, column: number): number[] {
    const first = this.#indexOf(row, column) * this.#channels;
    return this.#numbers.slice(first, first + this.#channels);
  }

  #indexOf(row: number, column: number): number {
    return this.#box.axes === 'xy' ? column * this.#rows + row : row * this.#columns + column;
  }
}

/** [rows, columns, channels]; a long vector is folded into about a square. */
function pictureShape({ shape, size, axes }: Box): [rows: number, columns: number, channels: number] {
  const [rows, columns, channels] = axes === 'xy' ? [shape[1], shape[0], shape[2]] : shape;
  if (rows && columns && shape.length === 2) return [rows, columns, 1];
  if (rows && columns && channels && shape.length === 3) return [rows, columns, channels];
  const side = Math.ceil(Math.sqrt(size));
  return [Math.ceil(size / side), side, 1];
}
