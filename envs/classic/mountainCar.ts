import { BatchOfOne } from '../batchOfOne.ts';
import type { EnvBatch, ResetOptions, StepArrays } from '../env.ts';
import { Generator } from '../random.ts';
import type { Scene } from '../scene.ts';
import { Box, Discrete } from '../spaces.ts';
import { drawHill, MAX_POSITION, MIN_POSITION } from './hill.ts';
import { resetBounds } from './resetBounds.ts';

const MAX_SPEED = 0.07;
const GOAL = 0.5;
const FORCE = 0.001;
const GRAVITY = 0.0025;
const START = { low: -0.6, high: -0.4 };

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
export class MountainCar extends BatchOfOne<MountainCars, number> {
  readonly observationSpace = new Box({
    low: [MIN_POSITION, -MAX_SPEED],
    high: [MAX_POSITION, MAX_SPEED],
    names: ['position', 'velocity'],
    units: ['m', 'm/step'],
  });
  readonly actionSpace = new Discrete(3, { names: ['accelerate left', 'do nothing', 'accelerate right'] });

  constructor() {
    super((count) => new MountainCars(count));
  }

  draw(): Scene {
    const force = this.lastAction ? (this.lastAction[0] as number) - 1 : 0;
    return drawHill({ position: this.batch.position[0] as number, goal: GOAL, force });
  }
}

/** The dynamics, of cars side by side. */
class MountainCars implements EnvBatch {
  readonly position: Float64Array;
  readonly velocity: Float64Array;
  private readonly random = new Generator();

  constructor(count: number) {
    this.position = new Float64Array(count);
    this.velocity = new Float64Array(count);
  }

  reset(row: number, { seed, options }: ResetOptions, observations: Float32Array): void {
    if (seed !== undefined) this.random.reseed(seed);
    const { low, high } = resetBounds(options, START);
    observations[2 * row] = this.position[row] = this.random.uniform(low, high);
    observations[2 * row + 1] = this.velocity[row] = 0;
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      const before = this.position[i] as number;
      const push = ((actions[i] as number) - 1) * FORCE;
      let velocity = (this.velocity[i] as number) + push - GRAVITY * Math.cos(3 * before);
      velocity = Math.min(Math.max(velocity, -MAX_SPEED), MAX_SPEED);
      const position = Math.min(Math.max(before + velocity, MIN_POSITION), MAX_POSITION);
      if (position === MIN_POSITION && velocity < 0) velocity = 0;
      observations[2 * i] = this.position[i] = position;
      observations[2 * i + 1] = this.velocity[i] = velocity;
      rewards[i] = -1;
      terminated[i] = position >= GOAL && velocity >= 0 ? 1 : 0;
      truncated[i] = 0;
    }
  }
}
