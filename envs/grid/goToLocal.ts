import { BabyLevel } from './babyLevel.ts';
import { GoTo, type Instruction } from './instructions.ts';
import { COLOURS_BY_NAME, phrases } from './missions.ts';

/**
 * A room with things: go to the one that the mission names.
 *
 * Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: agent and eight things anywhere.
 * - **End**: terminates before such a thing, looking at it, with success; truncates after 64 steps.
 *
 * @see https://minigrid.farama.org/environments/babyai/GoToLocal/
 */
export class GoToLocal extends BabyLevel {
  readonly #count: number;

  /**
   * @param roomSize  cells of the room's side, walls included
   * @param count  things in the room
   */
  constructor(roomSize = 8, count = 8) {
    const missions = phrases(['go to'], ['the', 'a'], COLOURS_BY_NAME, ['box', 'ball', 'key']);
    super({ roomSize, rows: 1, columns: 1, missions });
    this.#count = count;
  }

  protected override prepare(): Instruction {
    this.placeAgentIn();
    const things = this.addDistractors(this.#count, { unique: false });
    this.checkReachable();
    return new GoTo(this.random.choice(things));
  }
}
