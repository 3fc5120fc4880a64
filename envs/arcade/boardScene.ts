import { BACKGROUND, BODY, DETAIL, SURFACE } from '../palette.ts';
import type { Colour, Scene, Shape } from '../scene.ts';

const MARGIN = 0.5; // cells
const HEADER = 1.5; // cells
const GAP = 0.08; // cells, between two tiles

/** What a layer of a board looks like: the cells in which it is painted. */
export interface Layer {
  colour: Colour;
  isSet(cell: number): boolean;
}

export interface Board {
  /** Rows and columns. */
  side: number;
  /** From the lowest to the topmost. */
  layers: readonly Layer[];
  /** What glides over the tiles, in cells from the board's top left corner. */
  pieces: readonly Piece[];
  /** Stands on the left above the board. */
  score: number;
  /** Stands on the right. */
  status: string;
}

/** Something in a cell, painted a little smaller than it. */
export interface Piece {
  id: string;
  row: number;
  column: number;
  colour: Colour;
  round?: boolean;
}

/** A board of square tiles with a line of text above it: what all arcade games look like. */
export function boardScene({ side, layers, pieces, score, status }: Board): Scene {
  const cells = Array.from(
    { length: side * side },
    (_, cell) => 1 + layers.findLastIndex((layer) => layer.isSet(cell)), // 0: none of them
  );
  const palette = [SURFACE, ...layers.map(({ colour }) => colour)];
  const textSize = 0.062 * side;
  const [left, top] = [MARGIN, HEADER];
  const gaps = Array.from({ length: side - 1 }, (_, i): Shape[] => [
    gap(`row${i}`, [left, top + i + 1, left + side, top + i + 1]),
    gap(`column${i}`, [left + i + 1, top, left + i + 1, top + side]),
  ]);
  const text = { kind: 'text', y: HEADER / 2, size: textSize } as const;
  return {
    width: side + 2 * MARGIN,
    height: side + HEADER + MARGIN,
    background: BACKGROUND,
    shapes: [
      { kind: 'grid', id: 'board', x: left, y: top, columns: side, rows: side, cellSize: 1, cells, palette, shows: '' },
      ...gaps.flat(),
      ...pieces.map((piece) => shapeOf(piece, left, top)),
      { ...text, id: 'score', x: left, text: `score ${score}`, fill: BODY, align: 'left' },
      { ...text, id: 'status', x: left + side, text: status, fill: DETAIL, align: 'right' },
    ],
  };
}

function gap(id: string, points: number[]): Shape {
  return { kind: 'line', id, points, stroke: BACKGROUND, strokeWidth: GAP };
}

function shapeOf({ id, row, column, colour, round = false }: Piece, left: number, top: number): Shape {
  if (round) return { kind: 'circle', id, x: left + column + 0.5, y: top + row + 0.5, radius: 0.34, fill: colour };
  const inset = 0.07;
  const size = 1 - 2 * inset;
  const [x, y] = [left + column + inset, top + row + inset];
  return { kind: 'rect', id, x, y, width: size, height: size, radius: 0.2, fill: colour };
}
