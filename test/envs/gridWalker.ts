import type { StepResult } from '../../envs/env.ts';
import { type Cell, CellKind, canEnter, DoorState, EMPTY_CELL, kindOf, stateOf } from '../../envs/grid/cells.ts';
import type { GridEnv } from '../../envs/grid/gridEnv.ts';
import { GridAction, type GridWorld } from '../../envs/grid/gridWorld.ts';

const AROUND = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/** Somebody who sees the whole world and walks it by the shortest way, opening doors: to try what levels reward. */
export class Walker {
  /** Of the last step. */
  result: StepResult | undefined;
  steps = 0;

  constructor(
    readonly env: GridEnv,
    seed: number,
  ) {
    env.reset({ seed });
  }

  get world(): GridWorld {
    return this.env.world;
  }

  get ended(): boolean {
    return this.result !== undefined && (this.result.terminated || this.result.truncated);
  }

  do(action: number): void {
    if (this.ended) throw new Error(`the episode ended in step ${this.steps}`);
    this.result = this.env.step(action);
    this.steps++;
  }

  /** Where the first cell of this kind, or that `is` this one, stands. */
  find(is: number | ((cell: Cell) => boolean)): [x: number, y: number] {
    const wanted = typeof is === 'number' ? (cell: Cell) => kindOf(cell) === is : is;
    for (let y = 0; y < this.world.height; y++)
      for (let x = 0; x < this.world.width; x++) if (wanted(this.world.get(x, y))) return [x, y];
    throw new Error('there is none');
  }

  /** Goes beside x, y and looks at it. */
  face(x: number, y: number): void {
    const path = this.path((atX, atY) => Math.abs(atX - x) + Math.abs(atY - y) === 1);
    for (const direction of path) this.go(direction);
    this.turn(AROUND.findIndex(([dx, dy]) => this.world.agentX + dx === x && this.world.agentY + dy === y));
  }

  /** Goes onto x, y. */
  walkTo(x: number, y: number): void {
    for (const direction of this.path((atX, atY) => atX === x && atY === y)) this.go(direction);
  }

  take(is: number | ((cell: Cell) => boolean)): void {
    this.face(...this.find(is));
    this.do(GridAction.pickup);
  }

  toggle(is: number | ((cell: Cell) => boolean)): void {
    this.face(...this.find(is));
    this.do(GridAction.toggle);
  }

  /** Puts down what it carries on the nearest empty cell, by `where` if given. */
  drop(where: (x: number, y: number) => boolean = () => true): void {
    const free = (x: number, y: number): boolean => this.world.get(x, y) === EMPTY_CELL && where(x, y);
    const side = (x: number, y: number): number => AROUND.findIndex(([dx, dy]) => free(x + dx, y + dy));
    for (const direction of this.path((x, y) => side(x, y) >= 0)) this.go(direction);
    this.turn(side(this.world.agentX, this.world.agentY));
    this.do(GridAction.drop);
  }

  turn(direction: number): void {
    while (this.world.direction !== direction)
      this.do((this.world.direction + 1) % 4 === direction ? GridAction.right : GridAction.left);
  }

  private go(direction: number): void {
    this.turn(direction);
    if (!canEnter(this.world.front)) this.do(GridAction.toggle);
    this.do(GridAction.forward);
  }

  /** Directions of the shortest way to a cell that will do; it leads through doors that are not locked, not lava. */
  private path(arrived: (x: number, y: number) => boolean): number[] {
    const { agentX, agentY, width } = this.world;
    const seen = new Set([agentY * width + agentX]);
    let front: { x: number; y: number; way: number[] }[] = [{ x: agentX, y: agentY, way: [] }];
    while (front.length > 0) {
      const next: typeof front = [];
      for (const { x, y, way } of front) {
        if (arrived(x, y)) return way;
        AROUND.forEach(([dx, dy], direction) => {
          const to = { x: x + dx, y: y + dy, way: [...way, direction] };
          const isGoal = kindOf(this.world.get(to.x, to.y)) === CellKind.goal && !arrived(to.x, to.y);
          if (seen.has(to.y * width + to.x) || isGoal || !isPassable(this.world.get(to.x, to.y))) return;
          seen.add(to.y * width + to.x);
          next.push(to);
        });
      }
      front = next;
    }
    throw new Error('there is no way');
  }
}

function isPassable(cell: Cell): boolean {
  if (kindOf(cell) === CellKind.lava) return false;
  return canEnter(cell) || (kindOf(cell) === CellKind.door && stateOf(cell) !== DoorState.locked);
}

export const isLocked = (cell: Cell): boolean => kindOf(cell) === CellKind.door && stateOf(cell) === DoorState.locked;
