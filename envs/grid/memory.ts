import { CellColour, EMPTY_CELL, CellKind, WALL_CELL } from './cells.ts';
import { checkInteger, type Position } from './gridState.ts';
import { GridAction, GridWorld } from './gridWorld.ts';

/**
 * A small room with a key or a ball, and a hallway that forks: go to the side on which the same thing lies. At the fork
 * the first one is out of sight, so it must be remembered.
 *
 * Nothing can be taken: `pickup` does what `toggle` does. Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: anywhere along the middle line, looking right, so that the room may have to be visited first.
 * - **End**: terminates at either side of the fork, with success at the right one; truncates after 5 * size² steps.
 *
 * Choosing a side blindly is right half of the time: more than that is memory.
 *
 * @see https://minigrid.farama.org/environments/minigrid/MemoryEnv/
 */
export class Memory extends GridWorld {
  readonly #hasRandomLength: boolean;
  #goodSide: Position = { x: 0, y: 0 };
  #badSide: Position = { x: 0, y: 0 };

  /**
   * @param size  cells of a side, walls included
   * @param options.hasRandomLength  the hallway may be shorter than there is room for
   * @throws RangeError when the size is not odd, or less than 7
   */
  constructor(size: number, { hasRandomLength = false }: { hasRandomLength?: boolean } = {}) {
    checkInteger('Memory: size', size, 7);
    if (size % 2 !== 1) throw new RangeError(`Memory: size is ${size}, wanted an odd one`);
    const missions = ['go to the matching object at the end of the hallway'];
    super({ width: size, height: size, maxSteps: 5 * size ** 2, missions });
    this.#hasRandomLength = hasRandomLength;
  }

  override step(action: number): void {
    super.step(action === GridAction.pickup ? GridAction.toggle : action);
    if (this.#isAt(this.#goodSide)) this.succeed();
    else if (this.#isAt(this.#badSide)) this.fail();
  }

  protected override generate(): void {
    const { width, height, random } = this;
    const middle = (height - 1) / 2;
    const fork = this.#hasRandomLength ? random.integers(4, width - 2) : width - 3;
    this.surround();
    for (const side of [-1, 1]) {
      this.wallAcross(1, middle + 2 * side, 4);
      this.set(4, middle + side, WALL_CELL);
      this.wallAcross(5, middle + side, fork - 5);
    }
    this.wallDown(fork, 0);
    this.set(fork, middle, EMPTY_CELL);
    this.wallDown(fork + 2, 0);
    this.standAt(random.integers(1, fork + 1), middle);
    this.#placeThings(fork + 1, middle);
  }

  /** One in the room, and one of each kind beyond the fork. */
  #placeThings(x: number, middle: number): void {
    const { random } = this;
    const kind = random.choice([CellKind.key, CellKind.ball]);
    this.set(1, middle - 1, this.object(kind, CellColour.green));
    const upper = random.choice([CellKind.ball, CellKind.key]);
    this.set(x, middle - 2, this.object(upper, CellColour.green));
    this.set(x, middle + 2, this.object(upper === CellKind.ball ? CellKind.key : CellKind.ball, CellColour.green));
    const side = upper === kind ? -1 : 1;
    this.#goodSide = { x, y: middle + side };
    this.#badSide = { x, y: middle - side };
  }

  #isAt({ x, y }: Position): boolean {
    return this.agentX === x && this.agentY === y;
  }
}
