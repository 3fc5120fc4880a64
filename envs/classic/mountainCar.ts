import { outsideEpisode, type Env, type ResetOptions, type ResetResult, type StepResult } from '../env.ts';
import { Generator } from '../random.ts';
import type { Scene } from '../scene.ts';
import { Box, Discrete } from '../spaces.ts';
import { drawHill, MAX_POSITION, MIN_POSITION } from './hill.ts';
import { resetBounds } from './resetBounds.ts';

const MAX_SPEED = 0.07;
const GOAL = 0.5;
const FORCE = 0.001;
const GRAVITY = 0.0025;

/**
 * MountainCar: an engine too weak for the hill; swing back and forth to get up.
 *
 * A car stands at the bottom of a valley, whose height is sin(3 position). The flag is on the hill to the right.
 *
 * | action | meaning          |
 * |--------|------------------|
 * | 0      | accelerate left  |
 * | 1      | do nothing       |
 * | 2      | accelerate right |
 *
 * | observation | from  | to   |
 * |-------------|-------|------|
 * | position    | -1.2  | 0.6  |
 * | velocity    | -0.07 | 0.07 |
 *
 *   velocity += 0.001 (action - 1) - 0.0025 cos(3 position);  position += velocity
 *
 * both cut to their bounds; the wall on the left stops the car.
 *
 * - **Reward**: -1 for every step.
 * - **Start**: position uniform in [-0.6, -0.4), or between `options.low` and `options.high`; at rest.
 * - **End**: terminates at the flag, 0.5; registered with at most 200 steps.
 * - **Solved**: a mean return of -110.
 *
 * @see Moore 1990, "Efficient Memory-based Learning for Robot Control"
 * @see https://gymnasium.farama.org/environments/classic_control/mountain_car/
 */
export class MountainCar implements Env<number[], number> {
  readonly observationSpace = new Box({
    low: [MIN_POSITION, -MAX_SPEED],
    high: [MAX_POSITION, MAX_SPEED],
    names: ['position', 'velocity'],
    units: ['m', 'm/step'],
  });
  readonly actionSpace = new Discrete(3, { names: ['accelerate left', 'do nothing', 'accelerate right'] });

  private random: Generator | undefined;
  private running = false;
  private position = 0;
  private velocity = 0;
  private lastAction = 1;

  reset({ seed, options }: ResetOptions = {}): ResetResult<number[]> {
    if (seed !== undefined || !this.random) this.random = new Generator(seed);
    const { low, high } = resetBounds(options, { low: -0.6, high: -0.4 });
    this.position = this.random.uniform(low, high);
    this.velocity = 0;
    this.lastAction = 1;
    this.running = true;
    return { observation: this.observe(), info: {} };
  }

  step(action: number): StepResult<number[]> {
    if (!this.running) throw outsideEpisode();
    const velocity = this.velocity + (action - 1) * FORCE - GRAVITY * Math.cos(3 * this.position);
    this.velocity = Math.min(Math.max(velocity, -MAX_SPEED), MAX_SPEED);
    this.position = Math.min(Math.max(this.position + this.velocity, MIN_POSITION), MAX_POSITION);
    if (this.position === MIN_POSITION && this.velocity < 0) this.velocity = 0;
    this.lastAction = action;

    const terminated = this.position >= GOAL && this.velocity >= 0;
    this.running = !terminated;
    return { observation: this.observe(), reward: -1, terminated, truncated: false, info: {} };
  }

  private observe(): number[] {
    return [Math.fround(this.position), Math.fround(this.velocity)];
  }

  draw(): Scene {
    return drawHill({ position: this.position, goal: GOAL, force: this.lastAction - 1 });
  }
}
