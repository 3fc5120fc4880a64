import { CellColour, DoorState, stateOf } from './cells.ts';
import { checkInteger } from './gridState.ts';
import { GridWorld } from './gridWorld.ts';

/**
 * A room with a red door on the left and a blue one on the right: open the red one, then the blue one. From one door the
 * other cannot be seen, so it must be remembered whether the red one is open.
 *
 * Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: agent and doors anywhere.
 * - **End**: terminates when the blue door is opened, with success if the red one was open by then; truncates after
 *   20 * size² steps.
 *
 * @see https://minigrid.farama.org/environments/minigrid/RedBlueDoorEnv/
 */
export class RedBlueDoors extends GridWorld {
  readonly #left: number;
  readonly #right: number;
  #redY = 0;
  #blueY = 0;

  /** @param size  cells of the room's side, walls included; the world is twice as wide */
  constructor(size: number) {
    checkInteger('RedBlueDoors: size', size, 4);
    const missions = ['open the red door then the blue door'];
    super({ width: 2 * size, height: size, maxSteps: 20 * size ** 2, missions });
    this.#left = Math.floor(size / 2);
    this.#right = this.#left + size - 1;
  }

  override step(action: number): void {
    super.step(action);
    if (!this.#isOpen(this.#right, this.#blueY)) return;
    if (this.#isOpen(this.#left, this.#redY)) this.succeed();
    else this.fail();
  }

  protected override generate(): void {
    const { height: size, random } = this;
    const room = { x: this.#left, y: 0, width: size, height: size };
    this.surround();
    this.surround(room);
    this.placeAgent(room);
    this.#redY = random.integers(1, size - 1);
    this.set(this.#left, this.#redY, this.door(CellColour.red));
    this.#blueY = random.integers(1, size - 1);
    this.set(this.#right, this.#blueY, this.door(CellColour.blue));
  }

  #isOpen(x: number, y: number): boolean {
    return stateOf(this.get(x, y)) === DoorState.open;
  }
}
