import { type Cell, CellKind, lookOf, nameOf, NOTHING } from './cells.ts';
import { checkInteger, type Position } from './gridState.ts';
import { GridAction, GridWorld } from './gridWorld.ts';
import { COLOURS_BY_NAME, phrases } from './missions.ts';

const KINDS = ['key', 'ball', 'box'];

/**
 * A room with things, no two alike and none beside another: put one near another one.
 *
 * The walls do not hide anything. Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: agent and things anywhere.
 * - **End**: terminates when the wrong thing is taken, and with every `drop` while something is carried, with success
 *   where the right one then lies at most one cell from where the other one was; truncates after 5 * size steps.
 *
 * @see https://minigrid.farama.org/environments/minigrid/PutNearEnv/
 */
export class PutNear extends GridWorld {
  readonly #count: number;
  #moved: Cell = NOTHING;
  #goal: Position = { x: 0, y: 0 };

  /**
   * @param size  cells of a side, walls included
   * @param count  things in the room
   */
  constructor(size: number, count: number) {
    checkInteger('PutNear: size', size, 5);
    checkInteger('PutNear: count', count, 2, 18);
    const missions = phrases(['put the'], COLOURS_BY_NAME, KINDS, ['near the'], COLOURS_BY_NAME, KINDS);
    super({ width: size, height: size, maxSteps: 5 * size, missions, seeThroughWalls: true });
    this.#count = count;
  }

  override step(action: number): void {
    const before = this.carried;
    super.step(action);
    if (action === GridAction.pickup && this.carried !== NOTHING && this.carried !== this.#moved) this.fail();
    if (action !== GridAction.drop || before === NOTHING) return;
    const { frontX, frontY } = this;
    const isNear = Math.abs(frontX - this.#goal.x) <= 1 && Math.abs(frontY - this.#goal.y) <= 1;
    if (this.carried === NOTHING && isNear) this.succeed();
    else this.fail();
  }

  protected override generate(): void {
    const { random } = this;
    this.surround();
    const things: Cell[] = [];
    const places: Position[] = [];
    const rejects = (x: number, y: number): boolean =>
      places.some((place) => Math.abs(x - place.x) <= 1 && Math.abs(y - place.y) <= 1);
    while (things.length < this.#count) {
      const kind = random.choice([CellKind.key, CellKind.ball, CellKind.box]);
      const thing = this.object(kind, this.randomColour());
      if (things.some((other) => lookOf(other) === lookOf(thing))) continue;
      places.push(this.place(thing, undefined, { rejects }));
      things.push(thing);
    }
    this.placeAgent();
    const moved = random.integers(things.length);
    let goal = random.integers(things.length);
    while (goal === moved) goal = random.integers(things.length);
    this.#moved = things[moved] as Cell;
    this.#goal = places[goal] as Position;
    this.mission = `put the ${nameOf(this.#moved)} near the ${nameOf(things[goal] as Cell)}`;
  }
}
