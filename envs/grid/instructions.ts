import { type Cell, lookOf, nameOf, NOTHING } from './cells.ts';
import { GridAction, GenerationError, type GridWorld } from './gridWorld.ts';

/** What an agent is told to do. Things are told by kind and colour: any that looks so will do. */
export interface Instruction {
  /** How often the agent has to go somewhere. */
  readonly errands: number;
  /** In words; of a world as it was when it was last looked at. */
  say(world: GridWorld): string;
  /** Finds the things: before the first step, and whenever one may have been put down. */
  look?(world: GridWorld): void;
  /** @throws GenerationError when it makes no sense in this world */
  check(world: GridWorld): void;
  /**
   * Whether the step just made did it.
   *
   * @param before  what was carried before that step
   */
  isFollowed(world: GridWorld, action: number, before: Cell): boolean;
}

/** Stand before such a thing, looking at it; where it is, is noticed only when something is put down. */
export class GoTo implements Instruction {
  readonly errands = 1;
  readonly #target: Cell;
  /** [width * height] 1 where one was seen. */
  #places = new Uint8Array();
  #count = 0;

  constructor(target: Cell) {
    this.#target = lookOf(target);
  }

  say(): string {
    return `go to ${this.#count > 1 ? 'a' : 'the'} ${nameOf(this.#target)}`;
  }

  look(world: GridWorld): void {
    const { width, height } = world;
    if (this.#places.length === 0) this.#places = new Uint8Array(width * height);
    this.#count = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const isOne = lookOf(world.get(x, y)) === this.#target;
        this.#places[y * width + x] = isOne ? 1 : 0;
        if (isOne) this.#count++;
      }
    }
  }

  check(): void {
    if (this.#count === 0) throw new GenerationError(`there is no ${nameOf(this.#target)}`);
  }

  isFollowed({ frontX, frontY, width }: GridWorld): boolean {
    return this.#places[frontY * width + frontX] === 1;
  }
}

/** Put one thing right beside another one, each the only one of its look. */
export class PutNext implements Instruction {
  readonly errands = 2;
  readonly #moved: Cell;
  readonly #fixed: Cell;

  constructor(moved: Cell, fixed: Cell) {
    this.#moved = lookOf(moved);
    this.#fixed = lookOf(fixed);
  }

  say(): string {
    return `put the ${nameOf(this.#moved)} next to the ${nameOf(this.#fixed)}`;
  }

  check(world: GridWorld): void {
    for (let y = 0; y < world.height; y++)
      for (let x = 0; x < world.width; x++)
        if (lookOf(world.get(x, y)) === this.#moved && this.#isBeside(world, x, y))
          throw new GenerationError('the things are next to each other already');
  }

  isFollowed(world: GridWorld, action: number, before: Cell): boolean {
    if (action !== GridAction.drop || before === NOTHING || world.carried !== NOTHING) return false;
    return lookOf(before) === this.#moved && this.#isBeside(world, world.frontX, world.frontY);
  }

  #isBeside(world: GridWorld, x: number, y: number): boolean {
    const fixed = this.#fixed;
    return (
      lookOf(world.get(x + 1, y)) === fixed ||
      lookOf(world.get(x - 1, y)) === fixed ||
      lookOf(world.get(x, y + 1)) === fixed ||
      lookOf(world.get(x, y - 1)) === fixed
    );
  }
}
