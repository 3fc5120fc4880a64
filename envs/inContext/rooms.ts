import type { EnvBatch, Info, ResetOptions, StepArrays } from '../env.ts';
import { ACCENT, BACKGROUND, DETAIL, SURFACE } from '../palette.ts';
import { Generator } from '../random.ts';
import type { Scene, Shape } from '../scene.ts';
import { Box, Dict, Discrete, MultiDiscrete } from '../spaces.ts';
import { drawTask, type Tasks } from './tasks.ts';
import { drawReturns, Trials } from './trial.ts';

export const ROOM_ACTIONS = ['left', 'right', 'up', 'down', 'stay'];
const NO_ACTION = ROOM_ACTIONS.length;
/** Rows and columns of a step. */
const MOVES = [
  [0, -1],
  [0, 1],
  [-1, 0],
  [1, 0],
  [0, 0],
] as const;
const OBSERVATION_SIZE = 5;

export interface RoomOptions {
  /** Rows and columns of the room. */
  size: number;
  /** Steps of an episode. */
  horizon: number;
  /** Episodes of a trial. */
  episodes: number;
  /** Where each episode begins. */
  start: 'centre' | 'random';
  /** Which of the tasks are hidden. */
  tasks: Tasks;
}

/** What an agent sees of a dark room: where it is, and what it did and got just before. */
export function roomObservationSpace(size: number, bestReward: number): Dict {
  return new Dict({
    position: new MultiDiscrete([size, size], { names: ['row', 'column'] }),
    action: new Discrete(NO_ACTION + 1, { names: [...ROOM_ACTIONS, 'none'] }),
    reward: new Box({ low: 0, high: bestReward, shape: [1], names: ['reward'] }),
    begun: new Discrete(2, { names: ['goes on', 'has just begun'] }),
  });
}

/** A value of that space. */
// A type and not an interface: only types fit where any record of values is wanted.
// oxlint-disable-next-line typescript/consistent-type-definitions
export type RoomObservation = { position: number[]; action: number; reward: number[]; begun: number };

/** Rooms side by side in which an agent walks in the dark; what is hidden in them, a subclass says. */
export abstract class Rooms implements EnvBatch {
  /** row * size + column */
  readonly cell: Int32Array;
  /** [count, cells] 1 where the agent has been in this episode. */
  readonly visited: Uint8Array;
  readonly trials: Trials;
  readonly size: number;
  private readonly tasks: Tasks;
  private readonly horizon: number;
  private readonly start: 'centre' | 'random';
  private readonly random: readonly Generator[];

  constructor(count: number, { size, horizon, episodes, start, tasks }: RoomOptions) {
    this.size = size;
    this.tasks = tasks;
    this.horizon = horizon;
    this.start = start;
    this.cell = new Int32Array(count);
    this.visited = new Uint8Array(count * size * size);
    this.trials = new Trials(count, episodes);
    this.random = Array.from({ length: count }, () => new Generator());
  }

  /** A task, as a number of its own from 0 on. */
  protected abstract draw(random: Generator): number;
  /** Hides what the trial is about. */
  protected abstract hide(row: number, task: number): void;
  /** All is again as when an episode begins. */
  protected abstract restore(row: number): void;
  /** What it gives to come to the cell, or stay there. */
  protected abstract arrive(row: number, cell: number): number;
  /** Whether there is nothing left to do in the episode. */
  protected abstract isDone(row: number): boolean;
  abstract info(row: number): Info;

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const random = this.random[row] as Generator;
    if (seed !== undefined) random.reseed(seed);
    this.hide(
      row,
      drawTask(this.tasks, () => this.draw(random)),
    );
    this.trials.begin(row);
    this.beginEpisode(row);
    this.observe(row, NO_ACTION, 0, observations);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { trials, horizon } = this;
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      const action = actions[i] as number;
      this.walk(i, action);
      const reward = this.arrive(i, this.cell[i] as number);
      trials.add(i, reward);
      rewards[i] = reward;
      terminated[i] = truncated[i] = 0;
      if (trials.steps[i] === horizon || this.isDone(i)) {
        if (trials.endEpisode(i)) terminated[i] = 1;
        else this.beginEpisode(i);
      }
      this.observe(i, action, reward, observations);
    }
  }

  private beginEpisode(row: number): void {
    const { size } = this;
    const middle = Math.floor(size / 2);
    const random = this.random[row] as Generator;
    this.cell[row] = this.start === 'centre' ? middle * size + middle : random.integers(size * size);
    this.visited.fill(0, row * size * size, (row + 1) * size * size);
    this.visited[row * size * size + (this.cell[row] as number)] = 1;
    this.restore(row);
  }

  private walk(row: number, action: number): void {
    const { size } = this;
    const cell = this.cell[row] as number;
    const [down, right] = MOVES[action] as (typeof MOVES)[number];
    const r = Math.min(Math.max(Math.floor(cell / size) + down, 0), size - 1);
    const c = Math.min(Math.max((cell % size) + right, 0), size - 1);
    this.cell[row] = r * size + c;
    this.visited[row * size * size + r * size + c] = 1;
  }

  private observe(row: number, action: number, reward: number, observations: Float32Array): void {
    const at = row * OBSERVATION_SIZE;
    const cell = this.cell[row] as number;
    observations[at] = Math.floor(cell / this.size);
    observations[at + 1] = cell % this.size;
    observations[at + 2] = action;
    observations[at + 3] = reward;
    observations[at + 4] = this.trials.steps[row] === 0 && !this.trials.isOver(row) ? 1 : 0;
  }
}

/** The room of trial 0, where the agent has been in this episode, and what each episode gave so far. */
export function drawRoom(rooms: Rooms, { hidden, best }: { hidden: (cell: number) => Shape[]; best: number }): Scene {
  const { size, trials } = rooms;
  const side = 9; // of the room, in world units, whatever its size
  const pitch = side / size;
  const cells = Array.from({ length: size * size }, (_, i): Shape => {
    const fill = rooms.visited[i] ? VISITED : SURFACE;
    return {
      kind: 'rect',
      id: `cell${i}`,
      x: 0.5 + pitch * ((i % size) + 0.04),
      y: 0.5 + pitch * (Math.floor(i / size) + 0.04),
      width: 0.92 * pitch,
      height: 0.92 * pitch,
      radius: 0.1 * pitch,
      fill,
    };
  });
  const { x, y } = roomCellCentre(size, rooms.cell[0] as number);
  const episode = Math.min((trials.episode[0] as number) + 1, trials.episodes);
  const x0 = side + 1.2;
  return {
    width: side + 6.2,
    height: side + 1,
    background: BACKGROUND,
    shapes: [
      ...cells,
      ...cells.flatMap((_, i) => hidden(i)),
      { kind: 'circle', id: 'agent', x, y, radius: 0.28 * pitch, fill: ACCENT },
      ...drawReturns(trials, { x: x0, y: 6.6, width: 4.5, height: 4.4, best }),
      {
        kind: 'text',
        id: 'episode',
        x: x0,
        y: 7.4,
        text: `episode ${episode} of ${trials.episodes}`,
        size: 0.42,
        fill: DETAIL,
        align: 'left',
      },
      {
        kind: 'text',
        id: 'title',
        x: x0,
        y: 1.2,
        text: 'return of each episode',
        size: 0.36,
        fill: DETAIL,
        align: 'left',
      },
    ],
  };
}

const VISITED = '#24303d';

/** Where the middle of a cell lies in the scene, and how wide it is. */
export function roomCellCentre(size: number, cell: number): { x: number; y: number; pitch: number } {
  const pitch = 9 / size;
  return { x: 0.5 + pitch * ((cell % size) + 0.5), y: 0.5 + pitch * (Math.floor(cell / size) + 0.5), pitch };
}
