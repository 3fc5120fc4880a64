import { EMPTY_CELL, GOAL_CELL } from './cells.ts';
import { GridWorld } from './gridWorld.ts';

const SIZE = 19;

/**
 * Four rooms in a square, with an opening in each wall between two of them: find the goal.
 *
 * Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: agent, goal and openings anywhere.
 * - **End**: terminates at the goal, with success; truncates after 100 steps.
 *
 * @see Sutton, Precup and Singh 1999, "Between MDPs and semi-MDPs", for the rooms
 * @see https://minigrid.farama.org/environments/minigrid/FourRoomsEnv/
 */
export class FourRooms extends GridWorld {
  constructor() {
    super({ width: SIZE, height: SIZE, maxSteps: 100, missions: ['reach the goal'] });
  }

  protected override generate(): void {
    const { random } = this;
    this.surround();
    const half = (SIZE - 1) / 2;
    for (const top of [0, half]) {
      for (const left of [0, half]) {
        if (left === 0) {
          this.wallDown(half, top, half);
          this.set(half, random.integers(top + 1, top + half), EMPTY_CELL);
        }
        if (top === 0) {
          this.wallAcross(left, half, half);
          this.set(random.integers(left + 1, left + half), half, EMPTY_CELL);
        }
      }
    }
    this.placeAgent();
    this.place(GOAL_CELL);
  }
}
