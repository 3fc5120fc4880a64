import { outsideEpisode, type Env, type ResetOptions, type ResetResult, type StepResult } from '../env.ts';
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
export class ProofOfMemory implements Env<number[], number> {
  readonly observationSpace = new Box({
    low: -1,
    high: 1,
    shape: [3],
    names: ['left goal', 'position', 'right goal'],
  });
  readonly actionSpace = new Discrete(2, { names: ['left', 'right'] });

  private random: Generator | undefined;
  private running = false;
  private cell = 0; // from -5 to 5
  private leftGoal = 0; // 1 good, -1 bad
  private steps = 0;

  reset({ seed }: ResetOptions = {}): ResetResult<number[]> {
    if (seed !== undefined || !this.random) this.random = new Generator(seed);
    this.cell = this.random.choice(STARTS);
    this.leftGoal = this.random.permutation([-1, 1])[0] as number;
    this.steps = 0;
    this.running = true;
    return { observation: this.observe(true), info: {} };
  }

  step(action: number): StepResult<number[]> {
    if (!this.running) throw outsideEpisode();
    const frozen = this.frozen();
    this.steps++;
    if (frozen) return { observation: this.observe(true), reward: 0, terminated: false, truncated: false, info: {} };

    this.cell += action === 1 ? 1 : -1;
    const terminated = Math.abs(this.cell) === END;
    this.running = !terminated;
    const observation = this.observe(false);
    if (!terminated) return { observation, reward: -STEP_COST, terminated, truncated: false, info: {} };
    const success = this.cell < 0 === (this.leftGoal === 1);
    return { observation, reward: success ? END_REWARD : -END_REWARD, terminated, truncated: false, info: { success } };
  }

  private frozen(): boolean {
    return this.steps < SHOWN_STEPS;
  }

  private reachedGoodEnd(): boolean {
    return this.cell === -END * this.leftGoal;
  }

  private observe(shown: boolean): number[] {
    return [shown ? this.leftGoal : 0, Math.fround(this.cell / END), shown ? -this.leftGoal : 0];
  }

  draw(): Scene {
    const width = 2 * END + 3; // cells
    const height = 5;
    const top = 2;
    const middle = width / 2;
    // As last observed: the goals are seen up to and with the step that ends the freeze. At an end they come to light.
    const ended = Math.abs(this.cell) === END;
    const shown = this.steps <= SHOWN_STEPS || ended;
    const cells = Array.from({ length: 2 * END + 1 }, (_, i): Shape => {
      const goal = i === 0 ? this.leftGoal : i === 2 * END ? -this.leftGoal : 0;
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
      const goal = -side * this.leftGoal;
      const text = shown ? (goal > 0 ? '+' : '−') : '?';
      const fill = shown ? BACKGROUND : DETAIL;
      return { kind: 'text', id: `mark${side}`, x: middle + side * END, y: top + 0.5, text, size: 0.7, fill };
    });
    const x = middle + this.cell;
    const y = top + 0.5;
    const frozen = this.running && this.frozen();
    const arrived = this.reachedGoodEnd() ? 'the good end' : 'the bad end';
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
