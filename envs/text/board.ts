import { ACCENT, BACKGROUND, DETAIL } from '../palette.ts';
import type { Colour, Scene, Shape } from '../scene.ts';

/** Half a cell to each side, and a line of text below. */
const MARGIN = 0.5;
const CAPTION = 0.9;

/** Where the middle of a cell lies in the scene. */
export function cellCentre(row: number, column: number): { x: number; y: number } {
  return { x: MARGIN + column + 0.5, y: MARGIN + row + 0.5 };
}

/** A board of cells with shapes on it, in units of a cell. */
export function drawBoard(board: {
  rows: number;
  columns: number;
  fill: (row: number, column: number) => Colour;
  shapes: readonly Shape[];
  caption: string;
}): Scene {
  const { rows, columns, fill, shapes, caption } = board;
  const width = columns + 2 * MARGIN;
  const height = rows + MARGIN + CAPTION;
  const cells = Array.from({ length: rows * columns }, (_, i): Shape => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const { x, y } = cellCentre(row, column);
    return {
      kind: 'rect',
      id: `cell${i}`,
      x: x - 0.47,
      y: y - 0.47,
      width: 0.94,
      height: 0.94,
      radius: 0.1,
      fill: fill(row, column),
    };
  });
  const below: Shape = {
    kind: 'text',
    id: 'caption',
    x: width / 2,
    y: height - CAPTION / 2,
    text: caption,
    size: Math.min(0.34, 0.045 * columns + 0.12),
    fill: DETAIL,
  };
  return { width, height, background: BACKGROUND, shapes: [...cells, ...shapes, below] };
}

/** The agent, with a pointer to where it meant to go. */
export function drawWalker({
  row,
  column,
  heading,
}: {
  row: number;
  column: number;
  /** Rows and columns of one step; none before the first. */
  heading: readonly [rows: number, columns: number] | undefined;
}): Shape[] {
  const { x, y } = cellCentre(row, column);
  const walker: Shape = { kind: 'circle', id: 'agent', x, y, radius: 0.24, fill: ACCENT };
  if (!heading) return [walker];
  const [down, right] = heading;
  const rotation = Math.atan2(down, right);
  const points = [0.3, -0.1, 0.44, 0, 0.3, 0.1];
  return [walker, { kind: 'polygon', id: 'heading', points, x, y, rotation, fill: ACCENT }];
}
