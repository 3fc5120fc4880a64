import { type Cell, CellColour, EMPTY_CELL, GOAL_CELL, CellKind, kindOf } from './cells.ts';
import { type Area, checkInteger } from './gridState.ts';
import { GridAction, GridWorld } from './gridWorld.ts';

const OBSTACLE_PENALTY = -1;
const RETRIES = 100;

/**
 * An empty room with balls that roll about: get to the goal in the far corner without running into one.
 *
 * The walls do not hide anything. Only `left`, `right` and `forward` can be chosen. Each step the balls move first, each
 * to a free cell around it.
 *
 * - **Reward**: 1 - 0.9 * steps / maxSteps at the goal, -1 for walking against anything else that was ahead before the
 *   balls moved.
 * - **Start**: in the top left corner, looking right; the balls anywhere.
 * - **End**: terminates at the goal, with success, and with the -1; truncates after 4 * size² steps.
 *
 * @see https://minigrid.farama.org/environments/minigrid/DynamicObstaclesEnv/
 */
export class DynamicObstacles extends GridWorld {
  readonly #count: number;
  /** Where the balls are, as indices of cells. */
  readonly #places: number[] = [];
  /** The cells around a ball, used again for each. */
  readonly #around: Area = { x: 0, y: 0, width: 3, height: 3 };

  /**
   * @param size  cells of a side, walls included
   * @param count  balls
   */
  constructor(size: number, count: number) {
    checkInteger('DynamicObstacles: size', size, 4);
    checkInteger('DynamicObstacles: count', count, 0, Math.floor(size / 2 + 1));
    const missions = ['get to the green goal square'];
    super({ width: size, height: size, maxSteps: 4 * size ** 2, missions, seeThroughWalls: true, actions: 3 });
    this.#count = count;
  }

  override step(action: number): void {
    const ahead = kindOf(this.front);
    const isBlocked = ahead !== CellKind.empty && ahead !== CellKind.goal;
    for (let i = 0; i < this.#count; i++) this.#roll(i);
    super.step(action);
    if (action !== GridAction.forward || !isBlocked) return;
    this.fail();
    this.reward = OBSTACLE_PENALTY;
  }

  protected override generate(): void {
    const { width, height } = this;
    this.surround();
    this.set(width - 2, height - 2, GOAL_CELL);
    this.standAt(1, 1);
    for (let i = 0; i < this.#count; i++) {
      const { x, y } = this.place(this.ball(CellColour.blue), undefined, { retries: RETRIES });
      this.#places[i] = this.indexOf(x, y);
    }
  }

  #roll(i: number): void {
    const from = this.#places[i] as number;
    this.#around.x = this.xOf(from) - 1;
    this.#around.y = this.yOf(from) - 1;
    const to = this.findFree(this.#around, RETRIES);
    if (to < 0) return;
    this.cells[to] = this.cells[from] as Cell;
    this.cells[from] = EMPTY_CELL;
    this.#places[i] = to;
  }
}
