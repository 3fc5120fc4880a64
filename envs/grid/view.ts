import { blocksSight, type Cell, colourOf, EMPTY_CELL, kindOf, NOTHING, stateOf } from './cells.ts';

/** Columns and rows of what an agent sees: itself in the middle of the last row, looking up the columns. */
export const VIEW = 7;
export const AHEAD = VIEW - 1;
export const ASIDE = (VIEW - 1) / 2;
/** Numbers of a view: kind, colour and state of each cell, column by column. */
export const VIEW_SIZE = VIEW * VIEW * 3;
const COLUMN = VIEW * 3;

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

/**
 * Writes what the agent sees, `VIEW_SIZE` numbers, to `out` at `offset`: itself as what it carries.
 *
 * The seven cells of a row are written out one by one: a loop over them takes twice as long.
 */
export function writeView(viewpoint: Viewpoint, out: Float32Array, offset: number): void {
  const { cells, agent, ahead, right, seeThroughWalls, carried } = viewpoint;
  let seen = seeThroughWalls ? ALL : 1 << ASIDE;
  let start = agent - ASIDE * right;
  for (let at = offset + 3 * AHEAD; at >= offset; at -= 3) {
    const a = cells[start] as Cell;
    const b = cells[start + right] as Cell;
    const c = cells[start + 2 * right] as Cell;
    const d = cells[start + 3 * right] as Cell;
    const e = cells[start + 4 * right] as Cell;
    const f = cells[start + 5 * right] as Cell;
    const g = cells[start + 6 * right] as Cell;
    let visible = seen;
    if (!seeThroughWalls) {
      const opaque =
        blocksSight(a) |
        (blocksSight(b) << 1) |
        (blocksSight(c) << 2) |
        (blocksSight(d) << 3) |
        (blocksSight(e) << 4) |
        (blocksSight(f) << 5) |
        (blocksSight(g) << 6);
      const sight = SIGHT[(seen << VIEW) | opaque] as number;
      visible = sight & ALL;
      seen = sight >> VIEW;
    }
    // -1 has all bits, and leaves a visible cell as it is; 0 makes it unseen.
    writeCell(a & -(visible & 1), out, at);
    writeCell(b & -((visible >> 1) & 1), out, at + COLUMN);
    writeCell(c & -((visible >> 2) & 1), out, at + 2 * COLUMN);
    writeCell(d & -((visible >> 3) & 1), out, at + 3 * COLUMN);
    writeCell(e & -((visible >> 4) & 1), out, at + 4 * COLUMN);
    writeCell(f & -((visible >> 5) & 1), out, at + 5 * COLUMN);
    writeCell(g & -((visible >> 6) & 1), out, at + 6 * COLUMN);
    start += ahead;
  }
  writeCell(carried === NOTHING ? EMPTY_CELL : carried, out, offset + ASIDE * COLUMN + 3 * AHEAD);
}

function writeCell(cell: Cell, out: Float32Array, at: number): void {
  out[at] = kindOf(cell);
  out[at + 1] = colourOf(cell);
  out[at + 2] = stateOf(cell);
}
