import { ACCENT, BACKGROUND, BODY, DETAIL, EDGE, SURFACE } from '../palette.ts';
import type { Generator } from '../random.ts';
import type { Scene, Shape } from '../scene.ts';
import { Box, Discrete } from '../spaces.ts';
import { caption } from './caption.ts';
import {
  AGENT,
  type Boards,
  BoardGame,
  DRAWS,
  type GameOptions,
  GOES_ON,
  type MoveResult,
  OTHER,
  type Side,
  WINS,
} from './twoPlayer.ts';

const SIZE = 3;
const CELLS = SIZE * SIZE;
/** Around the board in the picture. */
const MARGIN = 0.4;
/** A bit for each cell, row by row from the top left. */
const FULL = 2 ** CELLS - 1;
const LINES = [0o7, 0o70, 0o700, 0o111, 0o222, 0o444, 0o421, 0o124] as const;

/**
 * Tic-tac-toe: three in a row, a column or a diagonal win.
 *
 * | action | meaning                                               |
 * |--------|-------------------------------------------------------|
 * | 0 … 8  | take that cell, row by row from the top left          |
 *
 * Cells that are taken are masked.
 *
 * | observation [3, 3, 2]      | from | to | meaning                     |
 * |----------------------------|------|----|-----------------------------|
 * | [row, column, 0], from top | 0    | 1  | 1: the agent has this cell  |
 * | [row, column, 1]           | 0    | 1  | 1: the opponent has it      |
 *
 * - **Reward**: 1 for the move that wins, -1 for the one after which the opponent wins, 0 for all else. To take a cell
 *   that is taken, against the mask, loses. `info.outcome` says how it ended; `info.success` is whether it was won.
 * - **Start**: an empty board, or one with the opponent's first move: `starts` says which, and draws it by default.
 * - **End**: terminates with three in a line, or with a full board.
 * - **Opponents**: `random` takes any free cell. `scripted` is perfect: it never loses, wins as soon as it can, and of
 *   moves that are equally good takes any. `self`: past policies of the agent that is being trained.
 * - **Solved**: against the random player, a mean return of 0.9 (0.96 is the best there is); against the perfect one, 0.
 *
 * @see https://pettingzoo.farama.org/environments/classic/tictactoe/
 */
export class TicTacToe extends BoardGame<Cells> {
  readonly observationSpace = new Box({
    low: 0,
    high: 1,
    shape: [SIZE, SIZE, 2],
    tokens: 'cell',
    channels: ['own', 'opponent'],
  });
  readonly actionSpace = new Discrete(CELLS, {
    names: ['top', 'middle', 'bottom'].flatMap((row) =>
      ['left', 'centre', 'right'].map((column) => `${row} ${column}`),
    ),
  });

  constructor(options: GameOptions) {
    super((count) => new Cells(count), options);
  }

  /** The cell that is pointed at. */
  actionAt(x: number, y: number): number | undefined {
    const [column, row] = [Math.floor(x - MARGIN), Math.floor(y - MARGIN)];
    return Math.min(column, row) >= 0 && Math.max(column, row) < SIZE ? row * SIZE + column : undefined;
  }

  draw(): Scene {
    const margin = MARGIN;
    const { boards } = this.batch;
    const [agent, other] = [boards.cellsOf(0, AGENT), boards.cellsOf(0, OTHER)];
    const shapes = Array.from({ length: CELLS }, (_, cell): Shape[] => {
      const [x, y] = [margin + (cell % SIZE), margin + Math.floor(cell / SIZE)];
      const square: Shape = {
        kind: 'rect',
        id: `cell ${cell}`,
        x: x + 0.05,
        y: y + 0.05,
        width: 0.9,
        height: 0.9,
        radius: 0.12,
        fill: inLine(agent, cell) || inLine(other, cell) ? EDGE : SURFACE,
      };
      if (has(agent, cell)) return [square, ...cross(cell, x + 0.5, y + 0.5)];
      return has(other, cell) ? [square, ring(cell, x + 0.5, y + 0.5)] : [square];
    });
    const width = SIZE + 2 * margin;
    return {
      width,
      height: width + 0.35,
      background: BACKGROUND,
      shapes: [
        { kind: 'rect', x: margin, y: margin, width: SIZE, height: SIZE, shows: '' },
        ...shapes.flat(),
        ...caption(this.batch.ending(0), { x: width / 2, y: width - 0.02, size: 0.19, fill: DETAIL }),
      ],
    };
  }
}

function cross(cell: number, x: number, y: number): Shape[] {
  return [-1, 1].map((lean) => ({
    kind: 'line',
    id: `cross ${cell} ${lean}`,
    points: [x - 0.22, y - lean * 0.22, x + 0.22, y + lean * 0.22],
    stroke: ACCENT,
    strokeWidth: 0.1,
  }));
}

function ring(cell: number, x: number, y: number): Shape {
  return { kind: 'circle', id: `ring ${cell}`, x, y, radius: 0.24, stroke: BODY, strokeWidth: 0.1 };
}

/** The rules, on boards side by side. */
class Cells implements Boards {
  readonly moves = CELLS;
  readonly observationSize = 2 * CELLS;
  /** [B, 2] the cells of each side, as bits. */
  private readonly taken: Uint16Array;
  /** By the cells of who is to move and the other's: the moves that a perfect player could make, as bits. Made when needed. */
  private best: Uint16Array | undefined;

  constructor(count: number) {
    this.taken = new Uint16Array(2 * count);
  }

  clear(row: number): void {
    this.taken[2 * row] = this.taken[2 * row + 1] = 0;
  }

  isLegal(row: number, move: number): boolean {
    return !has((this.taken[2 * row] as number) | (this.taken[2 * row + 1] as number), move);
  }

  play(row: number, side: Side, move: number): MoveResult {
    const own = (this.taken[2 * row + side] as number) | (1 << move);
    this.taken[2 * row + side] = own;
    if (wins(own)) return WINS;
    return (own | (this.taken[2 * row + 1 - side] as number)) === FULL ? DRAWS : GOES_ON;
  }

  observe(row: number, side: Side, flat: Float32Array, offset: number): void {
    const [own, others] = [this.cellsOf(row, side), this.cellsOf(row, (1 - side) as Side)];
    for (let cell = 0, at = offset; cell < CELLS; cell++, at += 2) {
      flat[at] = (own >> cell) & 1;
      flat[at + 1] = (others >> cell) & 1;
    }
  }

  /** The perfect player: any of the moves that minimax finds best. */
  advise(row: number, side: Side, random: Generator): number {
    this.best ??= perfectMoves();
    const [own, others] = [this.cellsOf(row, side), this.cellsOf(row, (1 - side) as Side)];
    let moves = this.best[(own << CELLS) | others] as number;
    for (let skip = random.integers(countBits(moves)); skip > 0; skip--) moves &= moves - 1;
    return 31 - Math.clz32(moves & -moves);
  }

  cellsOf(row: number, side: Side): number {
    return this.taken[2 * row + side] as number;
  }
}

const has = (cells: number, cell: number): boolean => ((cells >> cell) & 1) === 1;

function wins(cells: number): boolean {
  for (let k = 0; k < LINES.length; k++) {
    const line = LINES[k] as number;
    if ((cells & line) === line) return true;
  }
  return false;
}

/** Whether the cell is one of three in a line. */
function inLine(cells: number, cell: number): boolean {
  return LINES.some((line) => has(line, cell) && (cells & line) === line);
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** For every position that play can lead to: the moves of the highest minimax value, as bits; sooner wins are higher. */
function perfectMoves(): Uint16Array {
  const best = new Uint16Array(2 ** (2 * CELLS));
  const values = new Int8Array(best.length);
  /** For who is to move: more than 0 for a win, the more so the more cells it leaves free; 0 for a draw. */
  const valueOf = (own: number, others: number): number => {
    const free = CELLS - countBits(own | others);
    if (wins(others)) return -1 - free;
    if (free === 0) return 0;
    const position = (own << CELLS) | others;
    if (best[position] !== 0) return values[position] as number;
    let value = -CELLS - 1;
    let moves = 0;
    for (let cell = 0; cell < CELLS; cell++) {
      if (has(own | others, cell)) continue;
      const found = -valueOf(others, own | (1 << cell));
      if (found > value) moves = 0;
      if (found >= value) moves |= 1 << cell;
      value = Math.max(value, found);
    }
    best[position] = moves;
    values[position] = value;
    return value;
  };
  valueOf(0, 0);
  return best;
}
