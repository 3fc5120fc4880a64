import { type Cell, CellKind, lookOf, nameOf, NOTHING } from './cells.ts';
import { checkInteger } from './gridState.ts';
import { GridWorld } from './gridWorld.ts';
import { COLOURS_BY_NAME, phrases } from './missions.ts';

const SAYINGS = ['get a', 'go get a', 'fetch a', 'go fetch a', 'you must fetch a'];

/**
 * A room with keys and balls: take the one that the mission names, in one of five ways of saying it.
 *
 * The walls do not hide anything. Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: agent and things anywhere.
 * - **End**: terminates when anything is taken, with success where it is of the right kind and colour; truncates after
 *   5 * size² steps.
 *
 * @see https://minigrid.farama.org/environments/minigrid/FetchEnv/
 */
export class Fetch extends GridWorld {
  readonly #count: number;
  #target: Cell = NOTHING;

  /**
   * @param size  cells of a side, walls included
   * @param count  things in the room
   */
  constructor(size: number, count: number) {
    checkInteger('Fetch: size', size, 4);
    checkInteger('Fetch: count', count, 1, (size - 2) ** 2 - 1);
    const missions = phrases(SAYINGS, COLOURS_BY_NAME, ['key', 'ball']);
    super({ width: size, height: size, maxSteps: 5 * size ** 2, missions, seeThroughWalls: true });
    this.#count = count;
  }

  override step(action: number): void {
    super.step(action);
    if (this.carried === NOTHING) return;
    if (lookOf(this.carried) === this.#target) this.succeed();
    else this.fail();
  }

  protected override generate(): void {
    const { random } = this;
    this.surround();
    const things: Cell[] = [];
    while (things.length < this.#count) {
      const kind = random.choice([CellKind.key, CellKind.ball]);
      const thing = this.object(kind, this.randomColour());
      this.place(thing);
      things.push(thing);
    }
    this.placeAgent();
    const target = random.choice(things);
    this.#target = lookOf(target);
    this.mission = `${random.choice(SAYINGS)} ${nameOf(target)}`;
  }
}
