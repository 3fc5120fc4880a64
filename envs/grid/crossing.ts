import { EMPTY_CELL, GOAL_CELL, LAVA_CELL, WALL_CELL } from './cells.ts';
import { checkInteger } from './gridState.ts';
import { GridWorld } from './gridWorld.ts';

/** Along which axis a river flows, and where it lies on the other one. */
interface River {
  isVertical: boolean;
  at: number;
}

/**
 * A room with rivers of lava, or walls, across it, each with one opening: get to the goal in the far corner.
 *
 * Lava asks for care while learning, as a single wrong step ends the episode; walls are the same without the danger.
 * Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: in the top left corner, looking right.
 * - **End**: terminates at the goal, with success, and in lava, without; truncates after 4 * size² steps.
 *
 * @see https://minigrid.farama.org/environments/minigrid/CrossingEnv/
 */
export class Crossing extends GridWorld {
  readonly #crossings: number;
  readonly #obstacle: number;

  /**
   * @param size  cells of a side, walls included
   * @param crossings  rivers
   * @throws RangeError when the size is not odd
   */
  constructor(size: number, crossings: number, obstacle: 'lava' | 'wall') {
    checkInteger('Crossing: size', size, 5);
    checkInteger('Crossing: crossings', crossings, 1, size - 3);
    if (size % 2 !== 1) throw new RangeError(`Crossing: size is ${size}, wanted an odd one`);
    const isLava = obstacle === 'lava';
    const task = isLava ? 'avoid the lava' : 'find the opening';
    const missions = [`${task} and get to the green goal square`];
    super({ width: size, height: size, maxSteps: 4 * size ** 2, missions });
    this.#crossings = crossings;
    this.#obstacle = isLava ? LAVA_CELL : WALL_CELL;
  }

  protected override generate(): void {
    const { width, height, random } = this;
    this.surround();
    this.standAt(1, 1);
    this.set(width - 2, height - 2, GOAL_CELL);
    const rivers: River[] = [];
    for (const isVertical of [true, false])
      for (let at = 2; at < (isVertical ? height : width) - 2; at += 2) rivers.push({ isVertical, at });
    random.shuffle(rivers);
    const chosen = rivers.slice(0, this.#crossings);
    const places = (isVertical: boolean): number[] =>
      chosen
        .filter((river) => river.isVertical === isVertical)
        .map(({ at }) => at)
        .sort((a, b) => a - b);
    const [columns, rows] = [places(true), places(false)];
    for (const y of rows) this.wallAcross(1, y, width - 2, this.#obstacle);
    for (const x of columns) this.wallDown(x, 1, height - 2, this.#obstacle);
    this.#open(columns, rows);
  }

  /** One opening for each river, on a path from room to room that goes only right and down. */
  #open(columns: readonly number[], rows: readonly number[]): void {
    const { width, height, random } = this;
    const crossesColumn = [...columns.map(() => true), ...rows.map(() => false)];
    random.shuffle(crossesColumn);
    const xs = [0, ...columns, width - 1];
    const ys = [0, ...rows, height - 1];
    const between = (limits: readonly number[], i: number): number =>
      random.integers((limits[i] as number) + 1, limits[i + 1] as number);
    let column = 0;
    let row = 0;
    for (const right of crossesColumn) {
      const x = right ? (xs[column + 1] as number) : between(xs, column);
      const y = right ? between(ys, row) : (ys[row + 1] as number);
      if (right) column++;
      else row++;
      this.set(x, y, EMPTY_CELL);
    }
  }
}
