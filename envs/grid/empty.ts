import { GOAL_CELL } from './cells.ts';
import { checkInteger } from './gridState.ts';
import { GridWorld } from './gridWorld.ts';

/**
 * An empty room with a goal in the far corner: the simplest grid world, with a reward that is rarely met by chance in
 * larger ones.
 *
 * The walls do not hide anything. Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: in the top left corner, looking right; or anywhere, looking anywhere.
 * - **End**: terminates at the goal, with success; truncates after 4 * size² steps.
 *
 * @see https://minigrid.farama.org/environments/minigrid/EmptyEnv/
 */
export class Empty extends GridWorld {
  readonly #startsAnywhere: boolean;

  /** @param size  cells of a side, walls included */
  constructor(size: number, { startsAnywhere = false }: { startsAnywhere?: boolean } = {}) {
    checkInteger('Empty: size', size, 4);
    const missions = ['get to the green goal square'];
    super({ width: size, height: size, maxSteps: 4 * size ** 2, missions, seeThroughWalls: true });
    this.#startsAnywhere = startsAnywhere;
  }

  protected override generate(): void {
    this.surround();
    this.set(this.width - 2, this.height - 2, GOAL_CELL);
    if (this.#startsAnywhere) this.placeAgent();
    else this.standAt(1, 1);
  }
}
