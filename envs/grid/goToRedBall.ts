import { BabyLevel } from './babyLevel.ts';
import { CellColour, CellKind } from './cells.ts';
import { GoTo, type Instruction } from './instructions.ts';
import { phrases } from './missions.ts';

/**
 * A room with a red ball and other things: go to the ball.
 *
 * Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: agent, ball and seven other things anywhere.
 * - **End**: terminates before a red ball, looking at it, with success; truncates after 64 steps.
 *
 * @see https://minigrid.farama.org/environments/babyai/GoToRedBall/
 */
export class GoToRedBall extends BabyLevel {
  readonly #distractors: number;

  /**
   * @param roomSize  cells of the room's side, walls included
   * @param distractors  things beside the ball
   */
  constructor(roomSize = 8, distractors = 7) {
    super({ roomSize, rows: 1, columns: 1, missions: phrases(['go to'], ['the', 'a'], ['red ball']) });
    this.#distractors = distractors;
  }

  protected override prepare(): Instruction {
    const room = this.room(0, 0);
    this.placeAgentIn(room);
    const ball = this.addObject(room, CellKind.ball, CellColour.red);
    this.addDistractors(this.#distractors, { unique: false });
    this.checkReachable();
    return new GoTo(ball);
  }
}
