import { BatchOfOne } from '../batchOfOne.ts';
import type { Info } from '../env.ts';
import { GOOD } from '../palette.ts';
import type { Generator } from '../random.ts';
import type { Scene, Shape } from '../scene.ts';
import { type Dict, Discrete } from '../spaces.ts';
import {
  drawRoom,
  ROOM_ACTIONS,
  roomCellCentre,
  type RoomObservation,
  roomObservationSpace,
  type RoomOptions,
  Rooms,
} from './rooms.ts';

export interface DarkRoomOptions extends Partial<RoomOptions> {
  /** Whether the goal gives its reward once an episode, rather than in every step that ends there. */
  once?: boolean;
}

/**
 * Dark room: find a goal that cannot be seen, then go there straight in every episode that follows.
 *
 * A trial is one episode of this environment: the goal is hidden anew, and stays where it is for `episodes` episodes of
 * `horizon` steps in a room of `size` by `size` cells. The agent sees where it is, not where the goal is, and must tell
 * from its rewards; whoever remembers them does better from episode to episode. With a size of 17 and `once` it is the
 * hard version.
 *
 * | action | meaning  |
 * |--------|----------|
 * | 0      | go left  |
 * | 1      | go right |
 * | 2      | go up    |
 * | 3      | go down  |
 * | 4      | stay     |
 *
 * | observation | from | to       | meaning                                                   |
 * |-------------|------|----------|-----------------------------------------------------------|
 * | position    | 0    | size - 1 | row and column                                            |
 * | action      | 0    | 5        | the last one, over the bounds of episodes; 5 before any   |
 * | reward      | 0    | 1        | the last one, likewise                                    |
 * | begun       | 0    | 1        | 1 where an episode has just begun                         |
 *
 * - **Reward**: 1 for every step that ends at the goal, else 0; with `once` only the first such step of an episode.
 * - **Start**: a goal in any cell, or with `tasks=train` and `tasks=test` in cells of which the other has none; each episode begins in the middle of the room, or with `start` anywhere.
 * - **End**: terminates with the last step of the last episode. Its info has `episodeReturns`, the return of each
 *   episode, and `success`: whether the goal was reached in the last one.
 * - **Solved**: by a room of 9, the mean return of the last episode is 16.5 for who knows the goal.
 *
 * @see Laskin et al. 2022, "In-context Reinforcement Learning with Algorithm Distillation"
 * @see Duan et al. 2016, "RL^2: Fast Reinforcement Learning via Slow Reinforcement Learning", for the observation
 */
export class DarkRoom extends BatchOfOne<GoalRooms, number, RoomObservation> {
  readonly observationSpace: Dict;
  readonly actionSpace = new Discrete(ROOM_ACTIONS.length, { names: ROOM_ACTIONS });
  readonly #best: number;

  constructor(options: DarkRoomOptions = {}) {
    const { size = 9, horizon = 20, episodes = 10, start = 'centre', tasks = 'all', once = false } = options;
    super((count) => new GoalRooms(count, { size, horizon, episodes, start, tasks }, once));
    this.observationSpace = roomObservationSpace(size, 1);
    this.#best = once ? 1 : horizon;
  }

  draw(): Scene {
    const { batch } = this;
    const found = batch.found[0] === 1;
    const hidden = (cell: number): Shape[] => {
      if (cell !== batch.goal[0]) return [];
      const { x, y, pitch } = roomCellCentre(batch.size, cell);
      const radius = 0.38 * pitch;
      return [{ kind: 'circle', id: 'goal', x, y, radius, stroke: found ? GOOD : UNKNOWN, strokeWidth: 0.09 * pitch }];
    };
    return drawRoom(batch, { hidden, best: this.#best });
  }
}

/** A goal that was not found yet in the trial: a person sees it, faintly. */
const UNKNOWN = `${GOOD}55` as const;

/** The dynamics, of rooms with a goal each. */
class GoalRooms extends Rooms {
  readonly goal: Int32Array;
  /** 1 once the goal was reached in the trial. */
  readonly found: Uint8Array;
  /** 1 once it was reached in the episode. */
  private readonly reached: Uint8Array;

  constructor(
    count: number,
    options: RoomOptions,
    private readonly once: boolean,
  ) {
    super(count, options);
    this.goal = new Int32Array(count);
    this.found = new Uint8Array(count);
    this.reached = new Uint8Array(count);
  }

  info(row: number): Info {
    return this.trials.info(row, 1);
  }

  /** The cell of the goal. */
  protected draw(random: Generator): number {
    return random.integers(this.size ** 2);
  }

  protected hide(row: number, task: number): void {
    this.goal[row] = task;
    this.found[row] = 0;
  }

  protected restore(row: number): void {
    this.reached[row] = 0;
  }

  protected arrive(row: number, cell: number): number {
    if (cell !== this.goal[row] || (this.once && this.reached[row])) return 0;
    this.reached[row] = this.found[row] = 1;
    return 1;
  }

  protected isDone(): boolean {
    return false;
  }
}
