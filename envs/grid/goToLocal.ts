import { GoTo, type Instruction } from './instructions.ts';
import type { Info } from '../env.ts';
import { BabyLevel } from './babyLevel.ts';
import { missionsToGo, reword, waysOf, type Wordings } from './wordings.ts';

/**
 * A room with things: go to the one that the mission names.
 *
 * Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * With `wordings=train` the mission is said in one of several ways, `approach the red ball`, and with `wordings=test` in
 * ways that are none of those: whoever learned in the one and is told in the other has to know what is meant.
 *
 * - **Start**: agent and eight things anywhere. `info.task` says what is to be done in BabyAI's words, and `info.wording`
 *   in which way it was said where there are several.
 * - **End**: terminates before such a thing, looking at it, with success; truncates after 64 steps.
 *
 * @see https://minigrid.farama.org/environments/babyai/GoToLocal/
 */
export class GoToLocal extends BabyLevel {
  readonly #count: number;
  readonly #wordings: Wordings;
  #task: Info = {};

  /**
   * @param roomSize  cells of the room's side, walls included
   * @param count  things in the room
   * @param wordings  in which ways missions are said
   */
  constructor(roomSize = 8, count = 8, wordings: Wordings = 'original') {
    super({ roomSize, rows: 1, columns: 1, missions: missionsToGo(wordings, ['box', 'ball', 'key']) });
    this.#count = count;
    this.#wordings = wordings;
  }

  override get task(): Info {
    return this.#task;
  }

  /** What it says is drawn last, so that a seed's room does not depend on it. */
  protected override say(instruction: Instruction): string {
    const task = instruction.say(this);
    const ways = waysOf(this.#wordings);
    const way = this.random.choice(ways);
    this.#task = ways.length === 1 ? { task } : { task, wording: way.toLowerCase() };
    return reword(task, way);
  }

  protected override prepare(): Instruction {
    this.placeAgentIn();
    const things = this.addDistractors(this.#count, { unique: false });
    this.checkReachable();
    return new GoTo(this.random.choice(things));
  }
}
