import { type Info, NO_INFO } from '../env.ts';
import { Generator } from '../random.ts';
import type { Text } from '../spaces.ts';
import {
  canEnter,
  canPickUp,
  type Cell,
  CellColour,
  CellKind,
  colourOf,
  doorOf,
  DoorState,
  EMPTY_CELL,
  idOf,
  kindOf,
  NOTHING,
  stateOf,
  WALL_CELL,
} from './cells.ts';
import { type Area, checkInteger, GridState, type Position } from './gridState.ts';
import { COLOURS_BY_NAME, missionSpace } from './missions.ts';

/** What an agent can do, in MiniGrid's order. */
export const GridAction = { left: 0, right: 1, forward: 2, pickup: 3, drop: 4, toggle: 5, done: 6 } as const;
export const ACTION_NAMES = Object.keys(GridAction);

/** After so many tries for a place there is none. */
const RETRIES = 10_000;

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
  /** How many actions there are: the first ones of `GridAction`. */
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
export abstract class GridWorld extends GridState {
  /** May be set anew by `generate`. */
  maxSteps: number;
  /** The missions that there can be; `generate` sets `mission` where there are several. */
  readonly missions: Text;
  readonly actions: number;

  mission = '';
  steps = 0;
  /** Of the last step. */
  reward = 0;
  terminated = false;

  protected readonly random = new Generator();
  private readonly onlyMission: string;

  /** @throws RangeError when one of the options is out of its range */
  constructor(options: GridWorldOptions) {
    const { width, height, maxSteps, missions, seeThroughWalls = false, actions = ACTION_NAMES.length } = options;
    checkInteger('GridWorld: width', width, 3);
    checkInteger('GridWorld: height', height, 3);
    checkInteger('GridWorld: maxSteps', maxSteps, 1);
    checkInteger('GridWorld: actions', actions, 1, ACTION_NAMES.length);
    checkInteger('GridWorld: the number of missions', missions.length, 1);
    super(width, height, seeThroughWalls);
    this.maxSteps = maxSteps;
    this.missions = missionSpace(missions);
    this.onlyMission = missions.length === 1 ? (missions[0] as string) : '';
    this.actions = actions;
  }

  /** What the episode is about, for those who look on: its mission, where a level has several. */
  get task(): Info {
    return this.onlyMission === '' ? { task: this.mission } : NO_INFO;
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
      case GridAction.left:
        this.direction = (this.direction + 3) & 3;
        return;
      case GridAction.right:
        this.direction = (this.direction + 1) & 3;
        return;
      case GridAction.forward:
        this.goForward(cell);
        return;
      case GridAction.pickup:
        if (this.carried !== NOTHING || !canPickUp(cell)) return;
        this.carried = cell;
        this.cells[front] = EMPTY_CELL;
        return;
      case GridAction.drop:
        if (this.carried === NOTHING || cell !== EMPTY_CELL) return;
        this.cells[front] = this.carried;
        this.carried = NOTHING;
        return;
      case GridAction.toggle:
        this.cells[front] = this.toggled(cell);
        return;
    }
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

  /** Walls around an area, by default the whole world. */
  protected surround({ x, y, width, height }: Area = this.everywhere()): void {
    this.wallAcross(x, y, width);
    this.wallAcross(x, y + height - 1, width);
    this.wallDown(x, y, height);
    this.wallDown(x + width - 1, y, height);
  }

  /** A wall from x, y to the right, or a row of something else. */
  protected wallAcross(x: number, y: number, length = this.width - x, cell: Cell = WALL_CELL): void {
    for (let i = 0; i < length; i++) this.set(x + i, y, cell);
  }

  /** A wall from x, y downwards, or a column of something else. */
  protected wallDown(x: number, y: number, length = this.height - y, cell: Cell = WALL_CELL): void {
    for (let i = 0; i < length; i++) this.set(x, y + i, cell);
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
    { rejects, retries = RETRIES }: { rejects?: (x: number, y: number) => boolean; retries?: number } = {},
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
    const { x, y } = this.place(EMPTY_CELL, area, options);
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
      if (this.cells[index] !== EMPTY_CELL || (x === this.agentX && y === this.agentY)) continue;
      if (!rejects?.(x, y)) return index;
    }
    return -1;
  }

  protected randomColour(): number {
    return this.colourNamed(this.random.choice(COLOURS_BY_NAME));
  }

  protected colourNamed(name: string): number {
    return CellColour[name as keyof typeof CellColour];
  }

  private everywhere(): Area {
    return { x: 0, y: 0, width: this.width, height: this.height };
  }

  private goForward(cell: Cell): void {
    if (!canEnter(cell)) return;
    this.agentX = this.frontX;
    this.agentY = this.frontY;
    if (kindOf(cell) === CellKind.goal) this.succeed();
    else if (kindOf(cell) === CellKind.lava) this.fail();
  }

  private toggled(cell: Cell): Cell {
    if (kindOf(cell) === CellKind.box) return this.contentsOf(cell);
    if (kindOf(cell) !== CellKind.door) return cell;
    const state = stateOf(cell);
    if (state === DoorState.open) return doorOf(colourOf(cell), DoorState.closed, idOf(cell));
    const { carried } = this;
    const hasKey = kindOf(carried) === CellKind.key && colourOf(carried) === colourOf(cell);
    return state === DoorState.locked && !hasKey ? cell : doorOf(colourOf(cell), DoorState.open, idOf(cell));
  }
}
