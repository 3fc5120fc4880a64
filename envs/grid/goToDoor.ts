import { COLOUR_NAMES } from './cells.ts';
import { checkInteger, type Position } from './gridState.ts';
import { GridAction, GridWorld } from './gridWorld.ts';
import { COLOURS_BY_NAME, phrases } from './missions.ts';

/**
 * A room with four doors of different colours: go to the one that the mission names, and say that you are there.
 *
 * The walls do not hide anything. Actions, observation and reward: `GridWorld`, `GridEnv`.
 *
 * - **Start**: a room of random size, agent, doors and their colours anywhere.
 * - **End**: `done` terminates, with success right before the door, as does `toggle`, without; truncates after
 *   4 * size² steps.
 *
 * @see https://minigrid.farama.org/environments/minigrid/GoToDoorEnv/
 */
export class GoToDoor extends GridWorld {
  #target: Position = { x: 0, y: 0 };

  /** @param size  cells of a side, walls included; rooms have 5 at least */
  constructor(size: number) {
    checkInteger('GoToDoor: size', size, 5);
    const missions = phrases(['go to the'], COLOURS_BY_NAME, ['door']);
    super({ width: size, height: size, maxSteps: 4 * size ** 2, missions, seeThroughWalls: true });
  }

  override step(action: number): void {
    super.step(action);
    if (action === GridAction.toggle) this.fail();
    if (action !== GridAction.done) return;
    const { x, y } = this.#target;
    if (Math.abs(this.agentX - x) + Math.abs(this.agentY - y) === 1) this.succeed();
    else this.fail();
  }

  protected override generate(): void {
    const { random } = this;
    const width = random.integers(5, this.width + 1);
    const height = random.integers(5, this.height + 1);
    this.surround({ x: 0, y: 0, width, height });
    const doors: Position[] = [
      { x: random.integers(2, width - 2), y: 0 },
      { x: random.integers(2, width - 2), y: height - 1 },
      { x: 0, y: random.integers(2, height - 2) },
      { x: width - 1, y: random.integers(2, height - 2) },
    ];
    const colours: number[] = [];
    while (colours.length < doors.length) {
      const colour = this.randomColour();
      if (!colours.includes(colour)) colours.push(colour);
    }
    doors.forEach(({ x, y }, i) => this.set(x, y, this.door(colours[i] as number)));
    this.placeAgent({ x: 0, y: 0, width, height });
    const chosen = random.integers(doors.length);
    this.#target = doors[chosen] as Position;
    this.mission = `go to the ${COLOUR_NAMES[colours[chosen] as number]} door`;
  }
}
