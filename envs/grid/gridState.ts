import {
  type Cell,
  CellKind,
  doorOf,
  DoorState,
  EMPTY_CELL,
  idOf,
  MAX_ID,
  NOTHING,
  objectOf,
  WALL_CELL,
} from './cells.ts';
import { AHEAD, type Viewpoint } from './view.ts';

/** Where an agent looks. */
export const GridDirection = { right: 0, down: 1, left: 2, up: 3 } as const;
export const DIRECTION_NAMES = Object.keys(GridDirection);
const ACROSS = [1, 0, -1, 0];
const DOWN = [0, 1, 0, -1];

export interface Position {
  x: number;
  y: number;
}

/** A rectangle of cells. */
export interface Area extends Position {
  width: number;
  height: number;
}

/** @throws RangeError when the value is not an integer, or out of its range */
export function checkInteger(name: string, value: number, least: number, most = Infinity): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new RangeError(`${name} is ${value}, wanted an integer ${range}`);
}

/** What there is in a grid world at a moment: its cells, and one agent. */
export class GridState implements Viewpoint {
  /** Row by row, with `AHEAD` walls around the world on every side: see `indexOf`. */
  readonly cells: Int32Array;
  agentX = -1;
  agentY = -1;
  direction: number = GridDirection.right;
  carried: Cell = NOTHING;

  private readonly stride: number;
  private readonly contents = new Map<number, Cell>();
  private lastId = 0;

  constructor(
    readonly width: number,
    readonly height: number,
    /** Whether walls and closed doors hide nothing. */
    readonly seeThroughWalls: boolean,
  ) {
    this.stride = width + 2 * AHEAD;
    this.cells = new Int32Array(this.stride * (height + 2 * AHEAD)).fill(WALL_CELL);
  }

  get agent(): number {
    return this.indexOf(this.agentX, this.agentY);
  }

  get ahead(): number {
    return (ACROSS[this.direction] as number) + (DOWN[this.direction] as number) * this.stride;
  }

  get right(): number {
    return (ACROSS[this.direction] as number) * this.stride - (DOWN[this.direction] as number);
  }

  /** The cell before the agent. */
  get frontX(): number {
    return this.agentX + (ACROSS[this.direction] as number);
  }

  get frontY(): number {
    return this.agentY + (DOWN[this.direction] as number);
  }

  get front(): Cell {
    return this.cells[this.agent + this.ahead] as Cell;
  }

  /** What stands at x, y: a wall anywhere within a view's reach outside the world. */
  get(x: number, y: number): Cell {
    return this.cells[this.indexOf(x, y)] as Cell;
  }

  /** What is in this box, `EMPTY_CELL` where nothing is. */
  contentsOf(box: Cell): Cell {
    return this.contents.get(idOf(box)) ?? EMPTY_CELL;
  }

  /** @throws RangeError when x, y is outside the world */
  protected set(x: number, y: number, cell: Cell): void {
    if (!this.contains(x, y))
      throw new RangeError(`GridWorld: ${x}, ${y} is outside a world of ${this.width} x ${this.height} cells`);
    this.cells[this.indexOf(x, y)] = cell;
  }

  protected contains(x: number, y: number): boolean {
    return x >= 0 && x < this.width && y >= 0 && y < this.height;
  }

  /** Empties the world: no things, no agent, nothing carried. */
  protected clear(): void {
    for (let y = 0; y < this.height; y++) {
      const start = this.indexOf(0, y);
      this.cells.fill(EMPTY_CELL, start, start + this.width);
    }
    this.contents.clear();
    this.lastId = 0;
    this.carried = NOTHING;
    this.agentX = -1;
    this.agentY = -1;
  }

  protected key(colour: number): Cell {
    return objectOf(CellKind.key, colour, this.newId());
  }

  protected ball(colour: number): Cell {
    return objectOf(CellKind.ball, colour, this.newId());
  }

  /** A box, which shows what it contains when it is opened. */
  protected box(colour: number, contents: Cell = EMPTY_CELL): Cell {
    const box = objectOf(CellKind.box, colour, this.newId());
    if (contents !== EMPTY_CELL) this.contents.set(idOf(box), contents);
    return box;
  }

  /** A key, ball or box. */
  protected object(kind: number, colour: number): Cell {
    return kind === CellKind.key ? this.key(colour) : kind === CellKind.ball ? this.ball(colour) : this.box(colour);
  }

  protected door(colour: number, state: number = DoorState.closed): Cell {
    return doorOf(colour, state, this.newId());
  }

  protected standAt(x: number, y: number, direction: number = GridDirection.right): void {
    this.agentX = x;
    this.agentY = y;
    this.direction = direction;
  }

  protected indexOf(x: number, y: number): number {
    return (y + AHEAD) * this.stride + x + AHEAD;
  }

  protected xOf(index: number): number {
    return (index % this.stride) - AHEAD;
  }

  protected yOf(index: number): number {
    return Math.floor(index / this.stride) - AHEAD;
  }

  private newId(): number {
    if (this.lastId === MAX_ID) throw new RangeError(`GridWorld: a level has more than ${MAX_ID} things`);
    return ++this.lastId;
  }
}
