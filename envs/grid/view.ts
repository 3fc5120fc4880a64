import { blocksSight, type Cell, EMPTY, NOTHING } from './cells.ts';

/** Columns and rows of what an agent sees: itself in the middle of the last row, looking up the columns. */
export const VIEW = 7;
export const AHEAD = VIEW - 1;
export const ASIDE = (VIEW - 1) / 2;
/** Numbers of a view: kind, colour and state of each cell, column by column. */
export const VIEW_SIZE = VIEW * VIEW * 3;

const ALL = (1 << VIEW) - 1;

/**
 * What is seen of a row, and of the next one further away: `SIGHT[seen << 7 | opaque]` is `row | next << 7`, where bit i
 * is column i, `seen` are the cells that rows before let see and `opaque` those that block the sight.
 *
 * Light goes from a seen cell that does not block it to its neighbours left and right, and to the three cells before
 * them: first from left to right, then from right to left.
 */
const SIGHT = Uint16Array.from({ length: 1 << (2 * VIEW) }, (_, index) => {
  const opaque = index & ALL;
  let row = index >> VIEW;
  let next = 0;
  for (let i = 0; i < VIEW - 1; i++) {
    if (!(row & ~opaque & (1 << i))) continue;
    row |= 1 << (i + 1);
    next |= 0b11 << i;
  }
  for (let i = VIEW - 1; i > 0; i--) {
    if (!(row & ~opaque & (1 << i))) continue;
    row |= 1 << (i - 1);
    next |= 0b11 << (i - 1);
  }
  return row | (next << VIEW);
});

/** From where, and what through. */
export interface Viewpoint {
  /** Cells with at least `AHEAD` more around the world on every side. */
  readonly cells: Int32Array;
  /** Index of the agent's cell. */
  readonly agent: number;
  /** From a cell to the one before the agent, and to the one on its right. */
  readonly ahead: number;
  readonly right: number;
  readonly seeThroughWalls: boolean;
  readonly carried: Cell;
}

/** Writes what the agent sees, `VIEW_SIZE` numbers, to `out` at `offset`: itself as what it carries. */
export function writeView(viewpoint: Viewpoint, out: Float32Array, offset: number): void {
  const { cells, agent, ahead, right, seeThroughWalls, carried } = viewpoint;
  let seen = 1 << ASIDE;
  let start = agent - ASIDE * right;
  for (let j = VIEW - 1; j >= 0; j--) {
    let visible = ALL;
    if (!seeThroughWalls) {
      let opaque = 0;
      for (let i = 0; i < VIEW; i++) opaque |= blocksSight(cells[start + i * right] as number) << i;
      const sight = SIGHT[(seen << VIEW) | opaque] as number;
      visible = sight & ALL;
      seen = sight >> VIEW;
    }
    for (let i = 0; i < VIEW; i++) {
      const cell = (visible >> i) & 1 ? (cells[start + i * right] as number) : 0;
      writeCell(cell, out, offset + 3 * (i * VIEW + j));
    }
    start += ahead;
  }
  writeCell(carried === NOTHING ? EMPTY : carried, out, offset + 3 * (ASIDE * VIEW + AHEAD));
}

function writeCell(cell: Cell, out: Float32Array, at: number): void {
  out[at] = cell & 15;
  out[at + 1] = (cell >> 4) & 7;
  out[at + 2] = (cell >> 7) & 3;
}
