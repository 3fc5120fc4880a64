import { BatchOfOne } from '../batchOfOne.ts';
import type { Info } from '../env.ts';
import { BODY, GOOD } from '../palette.ts';
import type { Generator } from '../random.ts';
import type { Colour, Scene, Shape } from '../scene.ts';
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

/** What key and door give together. */
const BEST = 2;

/**
 * Dark key-to-door: find a key that cannot be seen, then a door, then do both straight in every episode that follows.
 *
 * A trial is one episode of this environment: key and door are hidden anew, and stay where they are for `episodes`
 * episodes of at most `horizon` steps in a room of `size` by `size` cells. The door opens to who has found the key in
 * the same episode.
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
 * - **Reward**: 1 for the step that comes to the key, 1 for the one that comes to the door afterwards, else 0.
 * - **Start**: key and door in any cell each, or with `tasks=train` and `tasks=test` in pairs of cells of which the other
 *   has none; each episode begins in the middle of the room, or with `start` anywhere.
 *   A first step is taken before a key that lies there is found.
 * - **End**: an episode of the trial ends when the door opens or after `horizon` steps; the trial terminates with its
 *   last episode. The info of that step has `episodeReturns`, the return of each episode, and `success`: whether the
 *   door was opened in the last one.
 * - **Solved**: a return of 2 in the last episode of every trial.
 *
 * @see Laskin et al. 2022, "In-context Reinforcement Learning with Algorithm Distillation"
 * @see Grigsby et al. 2024, "AMAGO: Scalable In-Context Reinforcement Learning for Adaptive Agents", where the door
 *   ends an episode as it does here
 */
export class DarkKeyToDoor extends BatchOfOne<KeyRooms, number, RoomObservation> {
  readonly observationSpace: Dict;
  readonly actionSpace = new Discrete(ROOM_ACTIONS.length, { names: ROOM_ACTIONS });

  constructor(options: Partial<RoomOptions> = {}) {
    const { size = 9, horizon = 50, episodes = 10, start = 'centre', tasks = 'all' } = options;
    super((count) => new KeyRooms(count, { size, horizon, episodes, start, tasks }));
    this.observationSpace = roomObservationSpace(size, 1);
  }

  draw(): Scene {
    const { batch } = this;
    const hidden = (cell: number): Shape[] => [
      ...(cell === batch.door[0] ? drawDoor(batch.size, cell, batch.hasKey[0] === 1 ? GOOD : `${GOOD}55`) : []),
      ...(cell === batch.key[0] && !batch.hasKey[0] ? drawKey(batch.size, cell) : []),
    ];
    return drawRoom(batch, { hidden, best: BEST });
  }
}

function drawDoor(size: number, cell: number, stroke: Colour): Shape[] {
  const { x, y, pitch } = roomCellCentre(size, cell);
  const side = 0.7 * pitch;
  const corner = { x: x - side / 2, y: y - side / 2 };
  return [{ kind: 'rect', id: 'door', ...corner, width: side, height: side, stroke, strokeWidth: 0.09 * pitch }];
}

function drawKey(size: number, cell: number): Shape[] {
  const { x, y, pitch } = roomCellCentre(size, cell);
  const points = [x - 0.05 * pitch, y, x + 0.28 * pitch, y, x + 0.28 * pitch, y + 0.12 * pitch];
  return [
    {
      kind: 'circle',
      id: 'key',
      x: x - 0.17 * pitch,
      y,
      radius: 0.12 * pitch,
      stroke: BODY,
      strokeWidth: 0.07 * pitch,
    },
    { kind: 'line', id: 'key bit', points, stroke: BODY, strokeWidth: 0.07 * pitch },
  ];
}

/** The dynamics, of rooms with a key and a door each. */
class KeyRooms extends Rooms {
  readonly key: Int32Array;
  readonly door: Int32Array;
  readonly hasKey: Uint8Array;
  private readonly opened: Uint8Array;

  constructor(count: number, options: RoomOptions) {
    super(count, options);
    this.key = new Int32Array(count);
    this.door = new Int32Array(count);
    this.hasKey = new Uint8Array(count);
    this.opened = new Uint8Array(count);
  }

  info(row: number): Info {
    return this.trials.info(row, BEST);
  }

  /** The cell of the key, times the cells, and that of the door. */
  protected draw(random: Generator): number {
    const cells = this.size ** 2;
    return random.integers(cells) * cells + random.integers(cells);
  }

  protected hide(row: number, task: number): void {
    const cells = this.size ** 2;
    this.key[row] = Math.floor(task / cells);
    this.door[row] = task % cells;
  }

  protected restore(row: number): void {
    this.hasKey[row] = this.opened[row] = 0;
  }

  protected arrive(row: number, cell: number): number {
    if (!this.hasKey[row]) return (this.hasKey[row] = cell === this.key[row] ? 1 : 0);
    return (this.opened[row] = cell === this.door[row] ? 1 : 0);
  }

  protected isDone(row: number): boolean {
    return this.opened[row] === 1;
  }
}
