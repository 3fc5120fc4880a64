import { outsideEpisode, type Env, type ResetOptions, type ResetResult, type StepResult } from '../env.ts';
import { Generator } from '../random.ts';
import type { Scene } from '../scene.ts';
import { Box } from '../spaces.ts';
import { drawHill, MAX_POSITION, MIN_POSITION } from './hill.ts';
import { resetBounds } from './resetBounds.ts';

const MAX_SPEED = 0.07;
const GOAL = 0.45;
const POWER = 0.0015;
const GRAVITY = 0.0025;

/**
 * MountainCarContinuous: the mountain car with an accelerator; effort costs, the flag pays.
 *
 * | action | from | to | meaning                    |
 * |--------|------|----|----------------------------|
 * | push   | -1   | 1  | full left to full right    |
 *
 * | observation | from  | to   |
 * |-------------|-------|------|
 * | position    | -1.2  | 0.6  |
 * | velocity    | -0.07 | 0.07 |
 *
 *   velocity += 0.0015 push - 0.0025 cos(3 position);  position += velocity
 *
 * with push, velocity and position cut to their bounds; the wall on the left stops the car.
 *
 * - **Reward**: -0.1 push^2 for every step (before it is cut), and 100 at the flag.
 * - **Start**: position uniform in [-0.6, -0.4), or between `options.low` and `options.high`; at rest.
 * - **End**: terminates at the flag, 0.45; registered with at most 999 steps.
 * - **Solved**: a mean return of 90.
 *
 * @see Moore 1990, "Efficient Memory-based Learning for Robot Control"
 * @see https://gymnasium.farama.org/environments/classic_control/mountain_car_continuous/
 */
export class MountainCarContinuous implements Env<number[], ArrayLike<number>> {
  readonly observationSpace = new Box({
    low: [MIN_POSITION, -MAX_SPEED],
    high: [MAX_POSITION, MAX_SPEED],
    names: ['position', 'velocity'],
    units: ['m', 'm/step'],
  });
  readonly actionSpace = new Box({ low: -1, high: 1, shape: [1], names: ['push'] });

  private random: Generator | undefined;
  private running = false;
  private position = 0;
  private velocity = 0;
  private lastForce = 0;

  reset({ seed, options }: ResetOptions = {}): ResetResult<number[]> {
    if (seed !== undefined || !this.random) this.random = new Generator(seed);
    const { low, high } = resetBounds(options, { low: -0.6, high: -0.4 });
    this.position = this.random.uniform(low, high);
    this.velocity = 0;
    this.lastForce = 0;
    this.running = true;
    return { observation: this.observe(), info: {} };
  }

  step(action: ArrayLike<number>): StepResult<number[]> {
    if (!this.running) throw outsideEpisode();
    const push = Math.fround(action[0] as number);
    const force = Math.min(Math.max(push, -1), 1);
    const velocity = this.velocity + force * POWER - GRAVITY * Math.cos(3 * this.position);
    this.velocity = Math.min(Math.max(velocity, -MAX_SPEED), MAX_SPEED);
    this.position = Math.min(Math.max(this.position + this.velocity, MIN_POSITION), MAX_POSITION);
    if (this.position === MIN_POSITION && this.velocity < 0) this.velocity = 0;
    const terminated = this.position >= GOAL && this.velocity >= 0;
    // Gymnasium keeps this state in float32 from the first step on.
    this.position = Math.fround(this.position);
    this.velocity = Math.fround(this.velocity);
    this.lastForce = force;

    this.running = !terminated;
    const reward = (terminated ? 100 : 0) - 0.1 * push ** 2;
    return { observation: this.observe(), reward, terminated, truncated: false, info: {} };
  }

  private observe(): number[] {
    return [Math.fround(this.position), Math.fround(this.velocity)];
  }

  draw(): Scene {
    return drawHill({ position: this.position, goal: GOAL, force: this.lastForce });
  }
}
