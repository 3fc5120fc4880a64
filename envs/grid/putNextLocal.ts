import { BabyLevel } from './babyLevel.ts';
import type { Cell } from './cells.ts';
import { type Instruction, PutNext } from './instructions.ts';
import { COLOURS_BY_NAME, phrases } from './missions.ts';

const KINDS = ['box', 'ball', 'key'];

/**
 * A room with things, no two alike: put one right beside another one.
 *
 * Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: agent and eight things anywhere, the two of the mission apart.
 * - **End**: terminates when they lie side by side, with success; truncates after 128 steps.
 *
 * @see https://minigrid.farama.org/environments/babyai/PutNextLocal/
 */
export class PutNextLocal extends BabyLevel {
  readonly #count: number;

  /**
   * @param roomSize  cells of the room's side, walls included
   * @param count  things in the room
   */
  constructor(roomSize = 8, count = 8) {
    const missions = phrases(['put the'], COLOURS_BY_NAME, KINDS, ['next to the'], COLOURS_BY_NAME, KINDS);
    super({ roomSize, rows: 1, columns: 1, missions });
    this.#count = count;
  }

  protected override prepare(): Instruction {
    const { random } = this;
    this.placeAgentIn();
    const things = this.addDistractors(this.#count);
    this.checkReachable();
    const [moved] = things.splice(random.integers(things.length), 1) as [Cell];
    return new PutNext(moved, random.choice(things));
  }
}
