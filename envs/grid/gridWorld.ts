import { Generator } from '../random.ts';
import type { Text } from '../spaces.ts';
import {
  canEnter,
  canPickUp,
  type Cell,
  colourOf,
  Colour,
  doorOf,
  DoorState,
  EMPTY,
  idOf,
  Kind,
  kindOf,
  MAX_ID,
  NOTHING,
  objectOf,
  stateOf,
  WALL,
} from './cells.ts';
import { COLOURS_BY_NAME, missionSpace } from './missions.ts';
import { AHEAD, type Viewpoint } from './view.ts';

/** What an agent can do, in MiniGrid's order. */
export const Action = { left: 0, right: 1, forward: 2, pickup: 3, drop: 4, toggle: 5, done: 6 } as const;
export const ACTION_NAMES = Object.keys(Action);

/** Where an agent looks. */
export const Direction = { right: 0, down: 1, left: 2, up: 3 } as const;
export const DIRECTION_NAMES = Object.keys(Direction);
const ACROSS = [1, 0, -1, 0];
const DOWN = [0, 1, 0, -1];

export interface Position {
  x: number;
  y: number;
}

/** A rectangle of cells. */
export interface Area extends Position {
  width: number;
  height: number;
}

export interface GridWorldOptions {
  /** Cells. */
  width: number;
  height: number;
  /** Steps after which an episode is truncated. */
  maxSteps: number;
  /** Everything that a mission of this level can say. */
  missions: readonly string[];
  /** Left out, walls and closed doors hide what lies behind them. */
  seeThroughWalls?: boolean;
  /** How many actions there are: the first ones of `Action`. */
  actions?: number;
}

/** A level could not be made: no place was left, or no way through was found. */
export class GenerationError extends Error {
  override readonly name = 'GenerationError';
}

/**
 * A world of cells with one agent in it: MiniGrid's rules. A level is a subclass that says, in `generate`, what stands
 * where, and overrides `step` where it has rules of its own.
 *
 * | action  | meaning                                                                                      |
 * |---------|----------------------------------------------------------------------------------------------|
 * | left    | turn left                                                                                    |
 * | right   | turn right                                                                                   |
 * | forward | go one cell ahead: onto floor, a goal (the end: success), lava (the end) or through an open door |
 * | pickup  | take the key, ball or box ahead, with empty hands                                            |
 * | drop    | put what is carried on the empty cell ahead                                                  |
 * | toggle  | open or close the door ahead (a locked one with a key of its colour), open the box ahead     |
 * | done    | nothing, but for levels in which it says that the mission is complete                        |
 *
 * All randomness comes from `random`, in the order in which MiniGrid draws: the same seed makes the same level as there.
 *
 * @see Chevalier-Boisvert et al. 2023, "Minigrid & Miniworld: Modular & Customizable Reinforcement Learning Environments
 *      for Goal-Oriented Tasks", https://github.com/Farama-Foundation/Minigrid
 */
export abstract class GridWorld implements Viewpoint {
  readonly width: number;
  readonly height: number;
  /** May be set anew by `generate`. */
  maxSteps: number;
  /** The missions that there can be; `generate` sets `mission` where there are several. */
  readonly missions: Text;
  readonly seeThroughWalls: boolean;
  readonly actions: number;
  /** Row by row, with `AHEAD` walls around the world on every side: see `indexOf`. */
  readonly cells: Int32Array;

  agentX = -1;
  agentY = -1;
  direction: number = Direction.right;
  carried: Cell = NOTHING;
  mission = '';
  steps = 0;
  /** Of the last step. */
  reward = 0;
  terminated = false;

  protected readonly random = new Generator();
  private readonly stride: number;
  private readonly onlyMission: string;
  private readonly contents = new Map<number, Cell>();
  private lastId = 0;

  constructor(options: GridWorldOptions) {
    const { width, height, maxSteps, missions, seeThroughWalls = false, actions = ACTION_NAMES.length } = options;
    for (const [name, value, least] of [
      ['width', width, 3],
      ['height', height, 3],
      ['maxSteps', maxSteps, 1],
      ['actions', actions, 1],
      ['missions', missions.length, 1],
    ] as const)
      if (!Number.isInteger(value) || value < least)
        throw new RangeError(`GridWorld: ${name} is ${value}, wanted an integer of at least ${least}`);
    if (actions > ACTION_NAMES.length)
      throw new RangeError(`GridWorld: actions is ${actions}, there are ${ACTION_NAMES.length}`);
    this.width = width;
    this.height = height;
    this.maxSteps = maxSteps;
    this.missions = missionSpace(missions);
    this.onlyMission = missions.length === 1 ? (missions[0] as string) : '';
    this.seeThroughWalls = seeThroughWalls;
    this.actions = actions;
    this.stride = width + 2 * AHEAD;
    this.cells = new Int32Array(this.stride * (height + 2 * AHEAD)).fill(WALL);
  }

  /** Places everything in an empty world, the agent too, and sets the mission where there are several. */
  protected abstract generate(): void;

  /**
   * Starts an episode.
   *
   * @throws GenerationError when no level could be made; Error when `generate` left the agent out of the world or set a
   *         mission that is longer than `missions` says
   */
  reset(seed?: number): void {
    if (seed !== undefined) this.random.reseed(seed);
    this.mission = this.onlyMission;
    this.steps = 0;
    this.reward = 0;
    this.terminated = false;
    this.clear();
    this.generate();
    const { agentX, agentY, mission } = this;
    if (!this.contains(agentX, agentY) || !canEnter(this.get(agentX, agentY)))
      throw new Error(
        `generate() left the agent at ${agentX}, ${agentY}, wanted a cell of the world that it can enter`,
      );
    if (mission === '' || mission.length > this.missions.maxLength)
      throw new Error(`generate() set the mission '${mission}', which is not one of those that were declared`);
  }

  step(action: number): void {
    this.steps++;
    this.reward = 0;
    this.terminated = false;
    const front = this.agent + this.ahead;
    const cell = this.cells[front] as Cell;
    switch (action) {
      case Action.left:
        this.direction = (this.direction + 3) & 3;
        return;
      case Action.right:
        this.direction = (this.direction + 1) & 3;
        return;
      case Action.forward:
        this.goForward(cell);
        return;
      case Action.pickup:
        if (this.carried !== NOTHING || !canPickUp(cell)) return;
        this.carried = cell;
        this.cells[front] = EMPTY;
        return;
      case Action.drop:
        if (this.carried === NOTHING || cell !== EMPTY) return;
        this.cells[front] = this.carried;
        this.carried = NOTHING;
        return;
      case Action.toggle:
        this.cells[front] = this.toggled(cell);
        return;
    }
  }

  get agent(): number {
    return this.indexOf(this.agentX, this.agentY);
  }

  get ahead(): number {
    return (ACROSS[this.direction] as number) + (DOWN[this.direction] as number) * this.stride;
  }

  get right(): number {
    return (ACROSS[this.direction] as number) * this.stride - (DOWN[this.direction] as number);
  }

  /** The cell before the agent. */
  get frontX(): number {
    return this.agentX + (ACROSS[this.direction] as number);
  }

  get frontY(): number {
    return this.agentY + (DOWN[this.direction] as number);
  }

  get front(): Cell {
    return this.cells[this.agent + this.ahead] as Cell;
  }

  /** What stands at x, y: a wall anywhere within a view's reach outside the world. */
  get(x: number, y: number): Cell {
    return this.cells[this.indexOf(x, y)] as Cell;
  }

  /** What is in this box, `EMPTY` where nothing is. */
  contentsOf(box: Cell): Cell {
    return this.contents.get(idOf(box)) ?? EMPTY;
  }

  /** @throws RangeError when x, y is outside the world */
  protected set(x: number, y: number, cell: Cell): void {
    if (!this.contains(x, y))
      throw new RangeError(`GridWorld: ${x}, ${y} is outside a world of ${this.width} x ${this.height} cells`);
    this.cells[this.indexOf(x, y)] = cell;
  }

  protected contains(x: number, y: number): boolean {
    return x >= 0 && x < this.width && y >= 0 && y < this.height;
  }

  /** Ends the episode with the reward of success, 1 - 0.9 * steps / maxSteps. */
  protected succeed(): void {
    this.reward = 1 - 0.9 * (this.steps / this.maxSteps);
    this.terminated = true;
  }

  /** Ends the episode without a reward. */
  protected fail(): void {
    this.reward = 0;
    this.terminated = true;
  }

  /** Empties the world: no things, no agent, nothing carried. */
  protected clear(): void {
    for (let y = 0; y < this.height; y++) {
      const start = this.indexOf(0, y);
      this.cells.fill(EMPTY, start, start + this.width);
    }
    this.contents.clear();
    this.lastId = 0;
    this.carried = NOTHING;
    this.agentX = -1;
    this.agentY = -1;
  }

  /** Walls around an area, by default the whole world. */
  protected surround({ x, y, width, height }: Area = this.everywhere()): void {
    this.wallAcross(x, y, width);
    this.wallAcross(x, y + height - 1, width);
    this.wallDown(x, y, height);
    this.wallDown(x + width - 1, y, height);
  }

  /** A wall from x, y to the right, or a row of something else. */
  protected wallAcross(x: number, y: number, length = this.width - x, cell: Cell = WALL): void {
    for (let i = 0; i < length; i++) this.set(x + i, y, cell);
  }

  /** A wall from x, y downwards, or a column of something else. */
  protected wallDown(x: number, y: number, length = this.height - y, cell: Cell = WALL): void {
    for (let i = 0; i < length; i++) this.set(x, y + i, cell);
  }

  protected key(colour: number): Cell {
    return objectOf(Kind.key, colour, this.newId());
  }

  protected ball(colour: number): Cell {
    return objectOf(Kind.ball, colour, this.newId());
  }

  /** A box, which shows what it contains when it is opened. */
  protected box(colour: number, contents: Cell = EMPTY): Cell {
    const box = objectOf(Kind.box, colour, this.newId());
    if (contents !== EMPTY) this.contents.set(idOf(box), contents);
    return box;
  }

  /** A key, ball or box. */
  protected object(kind: number, colour: number): Cell {
    return kind === Kind.key ? this.key(colour) : kind === Kind.ball ? this.ball(colour) : this.box(colour);
  }

  protected door(colour: number, state: number = DoorState.closed): Cell {
    return doorOf(colour, state, this.newId());
  }

  protected standAt(x: number, y: number, direction: number = Direction.right): void {
    this.agentX = x;
    this.agentY = y;
    this.direction = direction;
  }

  /**
   * Puts a thing on a random free cell of an area.
   *
   * @param options.rejects  cells that will not do
   * @param options.retries  how often to draw again before giving up
   * @throws GenerationError when none was found
   */
  protected place(
    cell: Cell,
    area: Area = this.everywhere(),
    { rejects, retries = Infinity }: { rejects?: (x: number, y: number) => boolean; retries?: number } = {},
  ): Position {
    const found = this.findFree(area, retries, rejects);
    if (found < 0) throw new GenerationError(`no free cell was found in ${retries} tries`);
    this.cells[found] = cell;
    return { x: this.xOf(found), y: this.yOf(found) };
  }

  /** Puts the agent on a random free cell of an area, looking anywhere. */
  protected placeAgent(area: Area = this.everywhere(), options: { retries?: number } = {}): void {
    this.agentX = -1;
    this.agentY = -1;
    const { x, y } = this.place(EMPTY, area, options);
    this.standAt(x, y, this.random.integers(4));
  }

  /** Index in `cells` of a random free cell of an area, also not the agent's; -1 when no try found one. */
  protected findFree(area: Area, retries: number, rejects?: (x: number, y: number) => boolean): number {
    const left = Math.max(area.x, 0);
    const top = Math.max(area.y, 0);
    const right = Math.min(left + area.width, this.width);
    const bottom = Math.min(top + area.height, this.height);
    for (let tries = 0; tries <= retries; tries++) {
      const x = this.random.integers(left, right);
      const y = this.random.integers(top, bottom);
      const index = this.indexOf(x, y);
      if (this.cells[index] !== EMPTY || (x === this.agentX && y === this.agentY)) continue;
      if (!rejects?.(x, y)) return index;
    }
    return -1;
  }

  protected indexOf(x: number, y: number): number {
    return (y + AHEAD) * this.stride + x + AHEAD;
  }

  protected xOf(index: number): number {
    return (index % this.stride) - AHEAD;
  }

  protected yOf(index: number): number {
    return Math.floor(index / this.stride) - AHEAD;
  }

  protected randomColour(): number {
    return this.colourNamed(this.random.choice(COLOURS_BY_NAME));
  }

  protected colourNamed(name: string): number {
    return Colour[name as keyof typeof Colour];
  }

  private everywhere(): Area {
    return { x: 0, y: 0, width: this.width, height: this.height };
  }

  private newId(): number {
    if (this.lastId === MAX_ID) throw new RangeError(`GridWorld: a level has more than ${MAX_ID} things`);
    return ++this.lastId;
  }

  private goForward(cell: Cell): void {
    if (!canEnter(cell)) return;
    this.agentX = this.frontX;
    this.agentY = this.frontY;
    if (kindOf(cell) === Kind.goal) this.succeed();
    else if (kindOf(cell) === Kind.lava) this.fail();
  }

  private toggled(cell: Cell): Cell {
    if (kindOf(cell) === Kind.box) return this.contentsOf(cell);
    if (kindOf(cell) !== Kind.door) return cell;
    const state = stateOf(cell);
    if (state === DoorState.open) return doorOf(colourOf(cell), DoorState.closed, idOf(cell));
    const { carried } = this;
    const hasKey = kindOf(carried) === Kind.key && colourOf(carried) === colourOf(cell);
    return state === DoorState.locked && !hasKey ? cell : doorOf(colourOf(cell), DoorState.open, idOf(cell));
  }
}
