import { BatchOfOne } from '../batchOfOne.ts';
import { type EnvBatch, type Info, NO_INFO, type ResetOptions, type StepArrays } from '../env.ts';
import { FAILURE, SUCCESS } from '../outcome.ts';
import { ACCENT, BACKGROUND, BAD, DETAIL, EDGE, GOOD, SURFACE } from '../palette.ts';
import { Generator } from '../random.ts';
import type { Scene, Shape } from '../scene.ts';
import { Box, Discrete } from '../spaces.ts';

const RIGHT = 0;
const UP = 1;
const LEFT = 2;
const SIDES = [-1, 1]; // down, up
/** More cells than this are not told apart in the scene. */
const MOST_CELLS_DRAWN = 40;

/**
 * T-Maze: see a cue, walk down a corridor, and turn to the cue's side at its end.
 *
 * The corridor has `length` cells after the first. The good side of the junction is drawn anew for each episode and
 * seen in the first observation alone; there is time for `length` steps of walking and one of turning, no more. It is
 * the passive T-Maze: the cue is seen without being looked for, so nothing but memory is tested, of any length.
 *
 * | action | meaning                                     |
 * |--------|---------------------------------------------|
 * | 0      | go right, towards the junction              |
 * | 1      | go up, which only the junction has room for |
 * | 2      | go left                                     |
 * | 3      | go down                                     |
 *
 * | observation | from | to | meaning                                                                |
 * |-------------|------|----|------------------------------------------------------------------------|
 * | junction    | 0    | 1  | 1 at the junction and in its arms                                      |
 * | side        | -1   | 1  | first the cue: 1 up, -1 down; in an arm which one it is; 0 anywhere else |
 *
 * - **Reward**: -1/`length` for each step after which the agent is behind one that has gone right every time, so at
 *   worst -1 in sum; on the last step instead 1 in the good arm, 0 anywhere else. `info.success` then says which.
 * - **Start**: at the left end.
 * - **End**: terminates with step `length` + 1.
 * - **Solved**: a mean return of 1, which is the best there is; turning without the cue gives 0.5.
 *
 * @see Ni et al. 2023, "When Do Transformers Shine in RL? Decoupling Memory from Credit Assignment", section 4
 * @see https://github.com/twni2016/Memory-RL
 * @see Bakker 2001, "Reinforcement Learning with Long Short-Term Memory"
 */
export class TMaze extends BatchOfOne<Corridors, number> {
  readonly observationSpace = new Box({ low: [0, -1], high: [1, 1], names: ['junction', 'side'] });
  readonly actionSpace = new Discrete(4, { names: ['right', 'up', 'left', 'down'] });

  /** @param length  steps from the start to the junction */
  constructor({ length = 10 }: { length?: number } = {}) {
    super((count) => new Corridors(count, length));
  }

  draw(): Scene {
    const width = 16;
    const height = 6;
    const middle = 2.9;
    const start = 1.5;
    const junction = width - 1.5;
    const { batch } = this;
    const { length } = batch;
    const step = (junction - start) / length;
    const cue = batch.cue[0] as number;
    const time = batch.time[0] as number;
    const x = start + step * (batch.cell[0] as number);
    const ended = time > length;
    const arms = SIDES.flatMap((side): Shape[] => {
      const y = middle - 1.05 * side;
      const fill = !ended ? SURFACE : side === cue ? GOOD : BAD;
      const text = !ended ? '?' : side === cue ? '+' : '−';
      const mark = ended ? BACKGROUND : DETAIL;
      return [
        { kind: 'rect', id: `arm${side}`, x: junction - 0.5, y: y - 0.5, width: 1, height: 1, radius: 0.14, fill },
        { kind: 'text', id: `mark${side}`, x: junction, y, text, size: 0.6, fill: mark },
      ];
    });
    const cells = length > MOST_CELLS_DRAWN ? 0 : length + 1;
    const dots = Array.from({ length: cells }, (_, i): Shape => {
      return { kind: 'circle', x: start + step * i, y: middle, radius: 0.05, fill: EDGE };
    });
    const corridor = junction - start + 1;
    return {
      width,
      height,
      background: BACKGROUND,
      shapes: [
        { kind: 'rect', x: start - 0.5, y: middle - 0.5, width: corridor, height: 1, radius: 0.14, fill: SURFACE },
        ...dots,
        ...arms,
        drawCue({ x: start, y: middle - 1.15, cue: time === 0 ? cue : 0 }),
        { kind: 'circle', id: 'halo', x, y: this.#agentY(middle), radius: 0.4, stroke: EDGE, strokeWidth: 0.05 },
        { kind: 'circle', id: 'agent', x, y: this.#agentY(middle), radius: 0.27, fill: ACCENT },
        { kind: 'text', id: 'state', x: width / 2, y: 5.3, text: this.#state(), size: 0.42, fill: DETAIL },
      ],
    };
  }

  #agentY(middle: number): number {
    return middle - 1.05 * (this.batch.arm[0] as number);
  }

  #state(): string {
    const { length, time, cell, arm } = this.batch;
    const steps = time[0] as number;
    if (steps === 0) return 'remember the side';
    if (steps > length) {
      if (arm[0] === 0) return 'out of time';
      return this.batch.info(0) === SUCCESS ? 'the good arm' : 'the bad arm';
    }
    return cell[0] === length ? 'turn, from memory' : `${length - (cell[0] as number)} to the junction`;
  }
}

/** A pointer to the cue's side, or a bar where nothing is shown. */
function drawCue({ x, y, cue }: { x: number; y: number; cue: number }): Shape {
  const tip = -0.32 * cue;
  const base = cue === 0 ? 0.05 : 0.24 * cue;
  const back = cue === 0 ? -0.05 : base;
  const points = [-0.32, base, 0, cue === 0 ? base : tip, 0.32, base, 0.32, back, -0.32, back];
  return { kind: 'polygon', id: 'cue', points, x, y, fill: cue === 0 ? EDGE : GOOD };
}

/** The dynamics, of mazes side by side. */
class Corridors implements EnvBatch {
  /** Steps from the start, the junction at `length`. */
  readonly cell: Int32Array;
  /** 1 in the upper arm, -1 in the lower one, else 0. */
  readonly arm: Int8Array;
  /** 1 up, -1 down. */
  readonly cue: Int8Array;
  /** Steps taken. */
  readonly time: Int32Array;
  private readonly random = new Generator();

  constructor(
    count: number,
    readonly length: number,
  ) {
    this.cell = new Int32Array(count);
    this.arm = new Int8Array(count);
    this.cue = new Int8Array(count);
    this.time = new Int32Array(count);
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    if (seed !== undefined) this.random.reseed(seed);
    const cue = this.random.choice(SIDES);
    this.cue[row] = cue;
    this.cell[row] = this.arm[row] = this.time[row] = 0;
    observations[2 * row] = 0;
    observations[2 * row + 1] = cue;
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { length } = this;
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      this.move(i, actions[i] as number);
      const time = (this.time[i] as number) + 1;
      this.time[i] = time;
      const cell = this.cell[i] as number;
      const ended = time > length;
      rewards[i] = ended ? (this.succeeded(i) ? 1 : 0) : cell < time ? -1 / length : 0;
      terminated[i] = ended ? 1 : 0;
      truncated[i] = 0;
      observations[2 * i] = cell === length ? 1 : 0;
      observations[2 * i + 1] = this.arm[i] as number;
    }
  }

  info(row: number): Info {
    if ((this.time[row] as number) <= this.length) return NO_INFO;
    return this.succeeded(row) ? SUCCESS : FAILURE;
  }

  private move(row: number, action: number): void {
    const cell = this.cell[row] as number;
    if (action === RIGHT || action === LEFT) {
      this.cell[row] = Math.min(Math.max(cell + (action === RIGHT ? 1 : -1), 0), this.length);
    } else if (cell === this.length) {
      this.arm[row] = action === UP ? 1 : -1;
    }
  }

  private succeeded(row: number): boolean {
    return this.arm[row] === this.cue[row];
  }
}
