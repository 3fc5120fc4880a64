import { ACCENT, BACKGROUND, BODY, DETAIL, SURFACE } from '../palette.ts';
import type { Generator } from '../random.ts';
import type { Scene, Shape } from '../scene.ts';
import { Box, Discrete } from '../spaces.ts';
import { caption } from './caption.ts';
import {
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

const ROWS = 6;
const COLUMNS = 7;
const FOUR = 4;

/** A board in memory has an empty border, so that no line of stones leads over an edge. */
const STRIDE = COLUMNS + 2;
const CELLS = STRIDE * (ROWS + 2);
/** From a cell to its neighbour: across, down, and along both diagonals. */
const DIRECTIONS = [1, STRIDE, STRIDE - 1, STRIDE + 1] as const;
const EMPTY = 0;

/** Around the board in the picture. */
const MARGIN = 0.6;

/** How much likelier than an edge the scripted player takes each column, where nothing else decides. */
const CENTRE = [1, 2, 3, 4, 3, 2, 1] as const;

/**
 * Connect Four: drop stones into columns; who first has four in a line, in any direction, wins.
 *
 * | action | meaning                                   |
 * |--------|-------------------------------------------|
 * | 0 … 6  | drop a stone into that column, from left  |
 *
 * A full column is masked.
 *
 * | observation [6, 7, 2]      | from | to | meaning                       |
 * |----------------------------|------|----|-------------------------------|
 * | [row, column, 0], from top | 0    | 1  | 1: the agent has a stone here |
 * | [row, column, 1]           | 0    | 1  | 1: the opponent has one here  |
 *
 * - **Reward**: 1 for the move that wins, -1 for the one after which the opponent wins, 0 for all else. To drop a stone
 *   into a full column, against the mask, loses. `info.outcome` says how it ended; `info.success` is whether it was won.
 * - **Start**: an empty board, or one with the opponent's first stone: `starts` says which, and draws it by default.
 * - **End**: terminates with four in a line, or with a full board.
 * - **Opponents**: `random` drops a stone into any column that is open. `scripted`, the careful player, wins if it can,
 *   blocks a line of three if it must, does not put a stone below a cell where the agent would win, and otherwise draws a
 *   column, the middle one four times as likely as an edge. `self`: past policies of the agent that is being trained.
 * - **Solved**: against the scripted player, a mean return of 0.6.
 *
 * @see Allis 1988, "A Knowledge-based Approach of Connect-Four": who begins can win
 * @see https://pettingzoo.farama.org/environments/classic/connect_four/
 */
export class ConnectFour extends BoardGame<Columns> {
  readonly observationSpace = new Box({
    low: 0,
    high: 1,
    shape: [ROWS, COLUMNS, 2],
    tokens: 'cell',
    channels: ['own', 'opponent'],
  });
  readonly actionSpace = new Discrete(COLUMNS, {
    names: Array.from({ length: COLUMNS }, (_, column) => `column ${column + 1}`),
  });

  constructor(options: GameOptions) {
    super((count) => new Columns(count), options);
  }

  /** The column that is pointed at. */
  actionAt(x: number, y: number): number | undefined {
    const column = Math.floor(x - MARGIN);
    return column >= 0 && column < COLUMNS && y >= 0 && y < MARGIN + ROWS ? column : undefined;
  }

  draw(): Scene {
    const margin = MARGIN;
    const { boards } = this.batch;
    const centre = (cell: number): { x: number; y: number } => ({
      x: margin + (cell % COLUMNS) + 0.5,
      y: margin + Math.floor(cell / COLUMNS) + 0.5,
    });
    const holes = Array.from({ length: ROWS * COLUMNS }, (_, cell): Shape[] => {
      const stone = boards.stone(0, cell);
      const hole = { kind: 'circle', ...centre(cell), radius: 0.4 } as const;
      const empty: Shape = { ...hole, id: `hole ${cell}`, fill: BACKGROUND };
      if (stone === undefined) return [empty];
      return [empty, { ...hole, id: `stone ${cell}`, fill: stone === OTHER ? BODY : ACCENT }];
    });
    const latest = boards.latestOf(0).map((cell, side): Shape[] => {
      const mark = { kind: 'circle', id: `latest ${side}`, radius: 0.08, fill: BACKGROUND } as const;
      return cell === undefined ? [] : [{ ...mark, ...centre(cell) }];
    });
    const line = boards.line(0).map((cell): Shape => {
      const ring = { kind: 'circle', id: `line ${cell}`, radius: 0.22, stroke: BACKGROUND, strokeWidth: 0.07 } as const;
      return { ...ring, ...centre(cell) };
    });
    const width = COLUMNS + 2 * margin;
    const foot = margin + ROWS + 0.15;
    return {
      width,
      height: foot + 1.25,
      background: BACKGROUND,
      shapes: [
        {
          kind: 'rect',
          x: margin - 0.15,
          y: margin - 0.15,
          width: COLUMNS + 0.3,
          height: ROWS + 0.3,
          radius: 0.3,
          fill: SURFACE,
        },
        { kind: 'rect', x: margin, y: margin, width: COLUMNS, height: ROWS, shows: '' },
        ...holes.flat(),
        ...latest.flat(),
        ...line,
        ...caption(this.batch.ending(0), { x: width / 2, y: foot + 0.65, size: 0.4, fill: DETAIL }),
      ],
    };
  }
}

/** The rules, on boards side by side. */
class Columns implements Boards {
  readonly moves = COLUMNS;
  readonly observationSize = 2 * ROWS * COLUMNS;
  /** [B, 8, 9] 1 + the side whose stone it is, 0 for none; row 1 is the top one. */
  private readonly cells: Int8Array;
  /** [B, 7] stones in each column. */
  private readonly heights: Uint8Array;
  /** [B] stones on the board. */
  private readonly stones: Uint8Array;
  /** [B, 2] cell of each side's latest stone, 0 before the first. */
  private readonly latest: Uint8Array;
  /** How likely the scripted player takes each column, of those that give nothing away. */
  private readonly chances = new Uint8Array(COLUMNS);

  constructor(count: number) {
    this.cells = new Int8Array(count * CELLS);
    this.heights = new Uint8Array(count * COLUMNS);
    this.stones = new Uint8Array(count);
    this.latest = new Uint8Array(count * 2);
  }

  clear(row: number): void {
    this.cells.fill(EMPTY, row * CELLS, (row + 1) * CELLS);
    this.heights.fill(0, row * COLUMNS, (row + 1) * COLUMNS);
    this.stones[row] = 0;
    this.latest[2 * row] = this.latest[2 * row + 1] = 0;
  }

  isLegal(row: number, move: number): boolean {
    return (this.heights[row * COLUMNS + move] as number) < ROWS;
  }

  play(row: number, side: Side, move: number): MoveResult {
    const at = this.landing(row, move);
    this.cells[row * CELLS + at] = side + 1;
    const column = row * COLUMNS + move;
    this.heights[column] = (this.heights[column] as number) + 1;
    this.stones[row] = (this.stones[row] as number) + 1;
    this.latest[2 * row + side] = at;
    if (this.completes(row * CELLS + at, side + 1)) return WINS;
    return this.stones[row] === ROWS * COLUMNS ? DRAWS : GOES_ON;
  }

  observe(row: number, side: Side, flat: Float32Array, offset: number): void {
    const { cells } = this;
    const own = side + 1;
    for (let r = 0, to = offset; r < ROWS; r++) {
      const from = row * CELLS + (r + 1) * STRIDE + 1;
      for (let c = 0; c < COLUMNS; c++, to += 2) {
        const stone = cells[from + c] as number;
        flat[to] = stone === own ? 1 : 0;
        flat[to + 1] = stone === EMPTY || stone === own ? 0 : 1;
      }
    }
  }

  /** The careful player: wins, blocks, gives nothing away, prefers the centre. */
  advise(row: number, side: Side, random: Generator): number {
    const { chances } = this;
    const base = row * CELLS;
    const [own, others] = [side + 1, 2 - side];
    let block = -1;
    let safe = 0;
    let open = 0;
    for (let move = 0; move < COLUMNS; move++) {
      chances[move] = 0;
      if (!this.isLegal(row, move)) continue;
      const landing = this.landing(row, move);
      if (this.completes(base + landing, own)) return move;
      if (this.completes(base + landing, others)) block = move;
      const chance = CENTRE[move] as number;
      open += chance;
      const above = landing - STRIDE;
      if (above > STRIDE && this.completes(base + above, others)) continue;
      chances[move] = chance;
      safe += chance;
    }
    if (block >= 0) return block;
    let left = random.integers(safe || open);
    for (let move = 0; ; move++) {
      left -= safe > 0 ? (chances[move] as number) : this.isLegal(row, move) ? (CENTRE[move] as number) : 0;
      if (left < 0) return move;
    }
  }

  /** Whose stone lies in a cell, if any; cells count row by row from the top. */
  stone(board: number, cell: number): Side | undefined {
    const stone = this.cells[board * CELLS + place(cell)] as number;
    return stone === EMPTY ? undefined : ((stone - 1) as Side);
  }

  /** Cells of both sides' latest stones. */
  latestOf(board: number): (number | undefined)[] {
    return Array.from(this.latest.subarray(2 * board, 2 * board + 2), (at) => (at > 0 ? cellAt(at) : undefined));
  }

  /** Cells in lines of four or more. */
  line(board: number): number[] {
    const base = board * CELLS;
    const found = new Set<number>();
    for (let at = STRIDE; at < CELLS - STRIDE; at++) {
      const stone = this.cells[base + at] as number;
      if (stone === EMPTY) continue;
      for (const step of DIRECTIONS) {
        const length = 1 + this.run(base + at, step, stone);
        if (length >= FOUR) for (let k = 0; k < length; k++) found.add(cellAt(at + k * step));
      }
    }
    return [...found];
  }

  /** Where in a board a stone dropped into the column would come to lie. */
  private landing(row: number, move: number): number {
    return (ROWS - (this.heights[row * COLUMNS + move] as number)) * STRIDE + move + 1;
  }

  /** Whether such a stone at a place in memory would be the fourth of a line. */
  private completes(at: number, stone: number): boolean {
    for (let k = 0; k < DIRECTIONS.length; k++) {
      const step = DIRECTIONS[k] as number;
      if (this.run(at, step, stone) + this.run(at, -step, stone) >= FOUR - 1) return true;
    }
    return false;
  }

  /** How many such stones follow on a place, one step after the other. */
  private run(at: number, step: number, stone: number): number {
    const { cells } = this;
    let length = 0;
    while (cells[(at += step)] === stone) length++;
    return length;
  }
}

/** Where in a board with its border a cell lies, and back. */
const place = (cell: number): number => STRIDE * (Math.floor(cell / COLUMNS) + 1) + (cell % COLUMNS) + 1;
const cellAt = (at: number): number => COLUMNS * (Math.floor(at / STRIDE) - 1) + (at % STRIDE) - 1;
