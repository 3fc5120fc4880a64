import { BatchOfOne } from '../batchOfOne.ts';
import { type EnvBatch, type Info, NO_INFO, type ResetOptions, type StepArrays } from '../env.ts';
import { FAILURE, SUCCESS } from '../outcome.ts';
import { ACCENT, BACKGROUND, BAD, DETAIL, EDGE, GOOD, SURFACE } from '../palette.ts';
import { Generator } from '../random.ts';
import type { Scene, Shape } from '../scene.ts';
import { Box, Discrete } from '../spaces.ts';

const END = 5; // cells from the middle to an end; a cell is 0.2 wide, so that the ends are at -1 and 1
const STARTS = [-2, -1, 0, 1, 2]; // cells
const SHOWN_STEPS = 2;
const STEP_COST = 0.1;
/** What the good end gives: 1, and the cost of six steps back. */
const END_REWARD = 1.6;

/**
 * Proof of memory: the shortest task that a policy without memory cannot solve.
 *
 * A line from -1 to 1. One end is good, the other is bad, which one is drawn anew for each episode. The agent sees
 * which while it is frozen, on the reset and for two steps; then it walks, and the ends look alike.
 *
 * | action | meaning            |
 * |--------|--------------------|
 * | 0      | go 0.2 to the left |
 * | 1      | go 0.2 to the right|
 *
 * | observation | from | to | meaning                                |
 * |-------------|------|----|----------------------------------------|
 * | left goal   | -1   | 1  | 1 good, -1 bad, 0 once it is hidden    |
 * | position    | -1   | 1  |                                        |
 * | right goal  | -1   | 1  | the opposite of the left, or 0 with it |
 *
 * - **Reward**: 0 while frozen, then -0.1 for each step; the step that reaches the good end gives 1.6 instead, the one
 *   that reaches the bad end -1.6. `info.success` then says which it was.
 * - **Start**: -0.4, -0.2, 0, 0.2 or 0.4.
 * - **End**: terminates at either end; registered with at most 16 steps.
 * - **Solved**: a mean return of 1.19 (1.2 is the best there is; choosing an end blindly gives -0.4).
 *
 * @see Huang et al. 2022, CleanRL: ppo_trxl/pom_env.py
 * @see Pleines et al. 2022, "Memory Gym: Partially Observable Challenges to Memory-Based Agents"
 */
export class ProofOfMemory extends BatchOfOne<Walks, number> {
  readonly observationSpace = new Box({
    low: -1,
    high: 1,
    shape: [3],
    names: ['left goal', 'position', 'right goal'],
  });
  readonly actionSpace = new Discrete(2, { names: ['left', 'right'] });

  constructor() {
    super((count) => new Walks(count));
  }

  draw(): Scene {
    const width = 2 * END + 3; // cells
    const height = 5;
    const top = 2;
    const middle = width / 2;
    // As last observed: the goals are seen up to and with the step that ends the freeze. At an end they come to light.
    const cell = this.batch.cell[0] as number;
    const leftGoal = this.batch.leftGoal[0] as number;
    const steps = this.batch.steps[0] as number;
    const ended = Math.abs(cell) === END;
    const shown = steps <= SHOWN_STEPS || ended;
    const cells = Array.from({ length: 2 * END + 1 }, (_, i): Shape => {
      const goal = i === 0 ? leftGoal : i === 2 * END ? -leftGoal : 0;
      const fill = goal === 0 || !shown ? SURFACE : goal > 0 ? GOOD : BAD;
      return {
        kind: 'rect',
        id: `cell${i}`,
        x: 1.06 + i,
        y: top + 0.06,
        width: 0.88,
        height: 0.88,
        radius: 0.14,
        fill,
      };
    });
    const marks = [-1, 1].map((side): Shape => {
      const goal = -side * leftGoal;
      const text = shown ? (goal > 0 ? '+' : '−') : '?';
      const fill = shown ? BACKGROUND : DETAIL;
      return { kind: 'text', id: `mark${side}`, x: middle + side * END, y: top + 0.5, text, size: 0.7, fill };
    });
    const x = middle + cell;
    const y = top + 0.5;
    const frozen = !ended && steps < SHOWN_STEPS;
    const arrived = cell === -END * leftGoal ? 'the good end' : 'the bad end';
    const state = ended ? arrived : frozen ? 'frozen: remember which end is good' : shown ? 'go' : 'go, from memory';
    return {
      width,
      height,
      background: BACKGROUND,
      shapes: [
        ...cells,
        ...marks,
        { kind: 'circle', id: 'halo', x, y, radius: 0.42, stroke: frozen ? DETAIL : EDGE, strokeWidth: 0.05 },
        { kind: 'circle', id: 'agent', x, y, radius: 0.28, fill: frozen ? DETAIL : ACCENT },
        { kind: 'text', id: 'state', x: middle, y: top + 1.8, text: state, size: 0.42, fill: DETAIL },
      ],
    };
  }
}

/** The dynamics, of lines side by side. */
class Walks implements EnvBatch {
  /** From -5 to 5. */
  readonly cell: Int8Array;
  /** 1 good, -1 bad. */
  readonly leftGoal: Int8Array;
  readonly steps: Int32Array;
  private readonly random = new Generator();

  constructor(count: number) {
    this.cell = new Int8Array(count);
    this.leftGoal = new Int8Array(count);
    this.steps = new Int32Array(count);
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    if (seed !== undefined) this.random.reseed(seed);
    this.cell[row] = this.random.choice(STARTS);
    this.leftGoal[row] = this.random.permutation([-1, 1])[0] as number;
    this.steps[row] = 0;
    this.observe(row, true, observations);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      const frozen = (this.steps[i] as number) < SHOWN_STEPS;
      this.steps[i] = (this.steps[i] as number) + 1;
      if (!frozen) this.cell[i] = (this.cell[i] as number) + (actions[i] === 1 ? 1 : -1);
      this.observe(i, frozen, observations);
      const ended = this.ended(i);
      rewards[i] = frozen ? 0 : !ended ? -STEP_COST : this.succeeded(i) ? END_REWARD : -END_REWARD;
      terminated[i] = ended ? 1 : 0;
      truncated[i] = 0;
    }
  }

  info(row: number): Info {
    if (!this.ended(row)) return NO_INFO;
    return this.succeeded(row) ? SUCCESS : FAILURE;
  }

  private ended(row: number): boolean {
    return Math.abs(this.cell[row] as number) === END;
  }

  private succeeded(row: number): boolean {
    return this.cell[row] === -END * (this.leftGoal[row] as number);
  }

  private observe(row: number, shown: boolean, observations: Float32Array): void {
    const leftGoal = this.leftGoal[row] as number;
    observations[3 * row] = shown ? leftGoal : 0;
    observations[3 * row + 1] = (this.cell[row] as number) / END;
    observations[3 * row + 2] = shown ? -leftGoal : 0;
  }
}
