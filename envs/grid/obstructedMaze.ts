import { type Cell, CellColour, CellKind, NOTHING } from './cells.ts';
import { GridAction } from './gridWorld.ts';
import { COLOURS_BY_NAME } from './missions.ts';
import { RoomGrid } from './roomGrid.ts';

const ROOM_SIZE = 6;
const ROOMS = 2;

/**
 * Two rooms with a locked door between them, and a blue ball to take in the second: MiniGrid's `ObstructedMaze-1Dl`.
 * Its key may be hidden in a box, and a ball may stand in the way.
 *
 * Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: agent and key anywhere in the left room, the ball anywhere in the right one.
 * - **End**: terminates when the blue ball is taken, with success; truncates after 288 steps.
 *
 * @see https://minigrid.farama.org/environments/minigrid/ObstructedMaze_1Dlhb/
 */
export class ObstructedMaze extends RoomGrid {
  readonly #keyInBox: boolean;
  readonly #blocked: boolean;
  #target: Cell = NOTHING;

  constructor({ keyInBox = false, blocked = false }: { keyInBox?: boolean; blocked?: boolean } = {}) {
    const missions = ['pick up the blue ball'];
    super({ roomSize: ROOM_SIZE, rows: 1, columns: ROOMS, maxSteps: 4 * ROOMS * ROOM_SIZE ** 2, missions });
    this.#keyInBox = keyInBox;
    this.#blocked = blocked;
  }

  override step(action: number): void {
    super.step(action);
    if (action === GridAction.pickup && this.carried === this.#target) this.succeed();
  }

  protected override generate(): void {
    super.generate();
    const [left, right] = [this.room(0, 0), this.room(1, 0)];
    const colour = this.#drawDoorColour();
    const { position } = this.addDoor(left, { side: 0, colour, locked: true });
    if (this.#blocked) this.set(position.x - 1, position.y, this.ball(CellColour.green));
    const key = this.key(colour);
    this.placeInRoom(left, this.#keyInBox ? this.box(CellColour.grey, key) : key);
    this.#target = this.addObject(right, CellKind.ball, CellColour.blue);
    this.placeAgentIn(left);
  }

  /** The first of all colours in a random order: larger mazes of this kind have more doors. */
  #drawDoorColour(): number {
    const colours = [...COLOURS_BY_NAME];
    const order: string[] = [];
    while (colours.length > 0) order.push(...colours.splice(this.random.integers(colours.length), 1));
    return this.colourNamed(order[0] as string);
  }
}
