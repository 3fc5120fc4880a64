import { type Cell, EMPTY_CELL, CellKind, kindOf } from './cells.ts';
import { GridAction, GenerationError } from './gridWorld.ts';
import type { Instruction } from './instructions.ts';
import { RoomGrid, type RoomGridOptions } from './roomGrid.ts';

/** After so many rooms that would not do, none will. */
const MAX_TRIES = 1000;

/**
 * A level of BabyAI: rooms, things, and an instruction in words of which it is then checked whether it was followed.
 *
 * Episodes are truncated after as many steps as there are cells, for each time that the agent has to go somewhere.
 *
 * @see Chevalier-Boisvert et al. 2019, "BabyAI: A Platform to Study the Sample Efficiency of Grounded Language Learning"
 */
export abstract class BabyLevel extends RoomGrid {
  #instruction: Instruction | undefined;

  constructor(options: Omit<RoomGridOptions, 'maxSteps'>) {
    super({ ...options, maxSteps: 1 }); // each level sets its own
  }

  /**
   * Fills the rooms and says what is to be done there.
   *
   * @throws GenerationError when these rooms will not do: new ones are then made
   */
  protected abstract prepare(): Instruction;

  override step(action: number): void {
    const before = this.carried;
    super.step(action);
    const instruction = this.#instruction as Instruction;
    if (action === GridAction.drop) instruction.look?.(this);
    if (instruction.isFollowed(this, action, before)) this.succeed();
  }

  protected override generate(): void {
    const { rows, columns, roomSize } = this;
    const instruction = this.#makeUntilItWorks();
    this.#instruction = instruction;
    this.maxSteps = instruction.errands * rows * columns * roomSize ** 2;
    this.mission = this.say(instruction);
  }

  /** The instruction in words. */
  protected say(instruction: Instruction): string {
    return instruction.say(this);
  }

  /** @throws GenerationError when the way to something is blocked by things */
  protected checkReachable(): void {
    const reached = this.#reachable();
    for (let y = 0; y < this.height; y++)
      for (let x = 0; x < this.width; x++)
        if (isThing(this.get(x, y)) && !reached.has(y * this.width + x))
          throw new GenerationError(`what stands at ${x}, ${y} cannot be reached`);
  }

  #makeUntilItWorks(): Instruction {
    for (let tries = 1; ; tries++) {
      try {
        this.clear();
        super.generate();
        const instruction = this.prepare();
        instruction.look?.(this);
        instruction.check(this);
        return instruction;
      } catch (error) {
        if (!(error instanceof GenerationError) || tries === MAX_TRIES) throw error;
      }
    }
  }

  /** Cells, as y * width + x, that the agent can go to or stand before; doors are no obstacle. */
  #reachable(): Set<number> {
    const { width, height } = this;
    const reached = new Set<number>();
    const stack: [x: number, y: number][] = [[this.agentX, this.agentY]];
    for (let next = stack.pop(); next; next = stack.pop()) {
      const [x, y] = next;
      if (x < 0 || y < 0 || x >= width || y >= height || reached.has(y * width + x)) continue;
      reached.add(y * width + x);
      const cell = this.get(x, y);
      if (cell !== EMPTY_CELL && kindOf(cell) !== CellKind.door) continue;
      stack.push([x + 1, y], [x - 1, y], [x, y + 1], [x, y - 1]);
    }
    return reached;
  }
}

function isThing(cell: Cell): boolean {
  return cell !== EMPTY_CELL && kindOf(cell) !== CellKind.wall;
}
