import { CellColour, DoorState, GOAL_CELL } from './cells.ts';
import { checkInteger } from './gridState.ts';
import { GridWorld } from './gridWorld.ts';

/**
 * Two rooms with a locked door between them: fetch the key, open the door, go to the goal in the far corner. Hard to
 * meet by chance, since the reward comes only after all three.
 *
 * Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: agent and key anywhere in the left room; wall and door anywhere.
 * - **End**: terminates at the goal, with success; truncates after 10 * size² steps.
 *
 * @see https://minigrid.farama.org/environments/minigrid/DoorKeyEnv/
 */
export class DoorKey extends GridWorld {
  /** @param size  cells of a side, walls included */
  constructor(size: number) {
    checkInteger('DoorKey: size', size, 5);
    const missions = ['use the key to open the door and then get to the goal'];
    super({ width: size, height: size, maxSteps: 10 * size ** 2, missions });
  }

  protected override generate(): void {
    const { width, height, random } = this;
    this.surround();
    this.set(width - 2, height - 2, GOAL_CELL);
    const wall = random.integers(2, width - 2);
    this.wallDown(wall, 0);
    const leftRoom = { x: 0, y: 0, width: wall, height };
    this.placeAgent(leftRoom);
    this.set(wall, random.integers(1, height - 2), this.door(CellColour.yellow, DoorState.locked));
    this.place(this.key(CellColour.yellow), leftRoom);
  }
}
