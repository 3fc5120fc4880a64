import {
  type Cell,
  CellColour,
  CellKind,
  DoorState,
  EMPTY_CELL,
  floorOf,
  GOAL_CELL,
  kindOf,
  LAVA_CELL,
  stateOf,
  WALL_CELL,
} from '../../envs/grid/cells.ts';
import type { GridObservation } from '../../envs/grid/gridEnv.ts';
import { GridWorld } from '../../envs/grid/gridWorld.ts';

const AGENT = '>v<^';

/**
 * A grid world as it is drawn: `#` wall, `.` empty, `_` floor, `>v<^` the agent, `k` a yellow key, `r` a red one, `b` a
 * ball, `B` a box with a ball in it, `X` an empty box, `D` a closed door, `L` a locked yellow one, `O` an open one,
 * `G` the goal, `~` lava.
 */
export class Sketch extends GridWorld {
  readonly #rows: readonly string[];

  constructor(rows: readonly string[], { maxSteps = 100, seeThroughWalls = false } = {}) {
    super({
      width: (rows[0] as string).length,
      height: rows.length,
      maxSteps,
      missions: ['do as you like'],
      seeThroughWalls,
    });
    this.#rows = rows;
  }

  protected override generate(): void {
    this.#rows.forEach((row, y) =>
      row.split('').forEach((mark, x) => {
        if (AGENT.includes(mark)) this.standAt(x, y, AGENT.indexOf(mark));
        else this.set(x, y, this.#cellOf(mark));
      }),
    );
  }

  /** The world as it is now, in the same marks; what is carried after it. */
  sketch(): string[] {
    const rows = Array.from({ length: this.height }, (_, y) =>
      Array.from({ length: this.width }, (_, x) =>
        x === this.agentX && y === this.agentY ? (AGENT[this.direction] as string) : markOf(this.get(x, y)),
      ).join(''),
    );
    return this.carried === 0 ? rows : [...rows, markOf(this.carried)];
  }

  #cellOf(mark: string): Cell {
    const { yellow, red, green } = CellColour;
    const cells: Record<string, () => Cell> = {
      '#': () => WALL_CELL,
      '.': () => EMPTY_CELL,
      _: () => floorOf(CellColour.blue),
      k: () => this.key(yellow),
      r: () => this.key(red),
      b: () => this.ball(green),
      B: () => this.box(green, this.ball(green)),
      X: () => this.box(green),
      D: () => this.door(yellow),
      L: () => this.door(yellow, DoorState.locked),
      O: () => this.door(yellow, DoorState.open),
      G: () => GOAL_CELL,
      '~': () => LAVA_CELL,
    };
    return (cells[mark] as () => Cell)();
  }
}

/** `?` for what is not seen; `k` for any key and `x` for any box. */
function markOf(cell: Cell): string {
  if (kindOf(cell) === CellKind.door) return 'ODL'[stateOf(cell)] as string;
  return '?.#_?kbxG~'[kindOf(cell)] as string;
}

/** What an agent is shown, row by row from far to near. */
export function sketchOfView({ image }: GridObservation): string[] {
  return Array.from({ length: 7 }, (_, j) =>
    Array.from({ length: 7 }, (_, i) => {
      const [kind, colour, state] = image.slice(3 * (7 * i + j), 3 * (7 * i + j) + 3) as [number, number, number];
      return markOf(kind | (colour << 4) | (state << 7));
    }).join(''),
  );
}
