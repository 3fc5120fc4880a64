import { BatchOfOne } from '../batchOfOne.ts';
import type { EnvBatch, ResetOptions, StepArrays } from '../env.ts';
import { Generator } from '../random.ts';
import type { Scene } from '../scene.ts';
import { Box } from '../spaces.ts';
import { drawHill, MAX_POSITION, MIN_POSITION } from './hill.ts';
import { resetBounds } from './resetBounds.ts';

const MAX_SPEED = 0.07;
const GOAL = 0.45;
const POWER = 0.0015;
const GRAVITY = 0.0025;
const START = { low: -0.6, high: -0.4 };

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
export class MountainCarContinuous extends BatchOfOne<ContinuousCars, ArrayLike<number>> {
  readonly observationSpace = new Box({
    low: [MIN_POSITION, -MAX_SPEED],
    high: [MAX_POSITION, MAX_SPEED],
    names: ['position', 'velocity'],
    units: ['m', 'm/step'],
  });
  readonly actionSpace = new Box({ low: -1, high: 1, shape: [1], names: ['push'] });

  constructor() {
    super((count) => new ContinuousCars(count));
  }

  draw(): Scene {
    const force = this.lastAction ? bounded(this.lastAction[0] as number) : 0;
    return drawHill({ position: this.batch.position[0] as number, goal: GOAL, force });
  }
}

/** The dynamics, of cars side by side. */
class ContinuousCars implements EnvBatch {
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
      const push = actions[i] as number;
      let velocity = (this.velocity[i] as number) + bounded(push) * POWER - GRAVITY * Math.cos(3 * before);
      velocity = Math.min(Math.max(velocity, -MAX_SPEED), MAX_SPEED);
      const position = Math.min(Math.max(before + velocity, MIN_POSITION), MAX_POSITION);
      if (position === MIN_POSITION && velocity < 0) velocity = 0;
      const arrived = position >= GOAL && velocity >= 0;
      // Gymnasium keeps this state in float32 from the first step on.
      observations[2 * i] = this.position[i] = Math.fround(position);
      observations[2 * i + 1] = this.velocity[i] = Math.fround(velocity);
      rewards[i] = (arrived ? 100 : 0) - 0.1 * push ** 2;
      terminated[i] = arrived ? 1 : 0;
      truncated[i] = 0;
    }
  }
}

function bounded(push: number): number {
  return Math.min(Math.max(push, -1), 1);
}
