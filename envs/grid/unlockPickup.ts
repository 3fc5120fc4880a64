import { type Cell, colourOf, CellKind, nameOf, NOTHING } from './cells.ts';
import { GridAction } from './gridWorld.ts';
import { COLOURS_BY_NAME, phrases } from './missions.ts';
import { RoomGrid } from './roomGrid.ts';

const ROOM_SIZE = 6;

/**
 * Two rooms with a locked door between them: take the key, open the door, drop the key, take the box behind it.
 *
 * Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: agent and key anywhere in the left room, the box anywhere in the right one.
 * - **End**: terminates when the box is taken, with success; truncates after 288 steps.
 *
 * @see https://minigrid.farama.org/environments/minigrid/UnlockPickupEnv/
 */
export class UnlockPickup extends RoomGrid {
  #target: Cell = NOTHING;

  constructor() {
    const missions = phrases(['pick up the'], COLOURS_BY_NAME, ['box']);
    super({ roomSize: ROOM_SIZE, rows: 1, columns: 2, maxSteps: 8 * ROOM_SIZE ** 2, missions });
  }

  override step(action: number): void {
    super.step(action);
    if (action === GridAction.pickup && this.carried === this.#target) this.succeed();
  }

  protected override generate(): void {
    super.generate();
    const left = this.room(0, 0);
    this.#target = this.addObject(this.room(1, 0), CellKind.box);
    const { door } = this.addDoor(left, { side: 0, locked: true });
    this.addObject(left, CellKind.key, colourOf(door));
    this.placeAgentIn(left);
    this.mission = `pick up the ${nameOf(this.#target)}`;
  }
}
