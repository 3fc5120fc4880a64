import { type Cell, colourOf, CellKind, nameOf, NOTHING } from './cells.ts';
import { GridAction } from './gridWorld.ts';
import { COLOURS_BY_NAME, phrases } from './missions.ts';
import { RoomGrid } from './roomGrid.ts';

/**
 * Rooms on both sides of a corridor: the ball lies in a locked one on the right, its key in one on the left.
 *
 * Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: in the corridor; doors, their colours, key and ball anywhere.
 * - **End**: terminates when the ball is taken, with success; truncates after 30 * roomSize² steps.
 *
 * @see https://minigrid.farama.org/environments/minigrid/KeyCorridorEnv/
 */
export class KeyCorridor extends RoomGrid {
  #target: Cell = NOTHING;

  /** @param options.roomSize  cells of a room's side, walls included */
  constructor({ roomSize, rows }: { roomSize: number; rows: number }) {
    const missions = phrases(['pick up the'], COLOURS_BY_NAME, ['ball']);
    super({ roomSize, rows, columns: 3, maxSteps: 30 * roomSize ** 2, missions });
  }

  override step(action: number): void {
    super.step(action);
    if (action === GridAction.pickup && this.carried === this.#target) this.succeed();
  }

  protected override generate(): void {
    super.generate();
    const { rows, random } = this;
    for (let row = 1; row < rows; row++) this.removeWall(this.room(1, row), 3);
    const lockedRoom = this.room(2, random.integers(rows));
    const { door } = this.addDoor(lockedRoom, { side: 2, locked: true });
    this.#target = this.addObject(lockedRoom, CellKind.ball);
    this.addObject(this.room(0, random.integers(rows)), CellKind.key, colourOf(door));
    this.placeAgentIn(this.room(1, Math.floor(rows / 2)));
    this.connectAll();
    this.mission = `pick up the ${nameOf(this.#target)}`;
  }
}
