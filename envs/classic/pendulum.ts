import { BatchOfOne } from '../batchOfOne.ts';
import type { EnvBatch, ResetOptions, StepArrays } from '../env.ts';
import { ACCENT, BACKGROUND, BODY, DETAIL, EDGE, GOOD } from '../palette.ts';
import { Generator } from '../random.ts';
import type { Scene, Shape } from '../scene.ts';
import { Box } from '../spaces.ts';

const MAX_SPEED = 8; // rad/s
const MAX_TORQUE = 2; // N m
const TIME_STEP = 0.05; // s
const GRAVITY = 10; // m/s^2
const MASS = 1; // kg
const LENGTH = 1; // m

/**
 * Pendulum: swing a rod up and hold it there, with a motor too weak to lift it at once.
 *
 * | action | from | to | unit | meaning             |
 * |--------|------|----|------|---------------------|
 * | torque | -2   | 2  | N m  | counter-clockwise   |
 *
 * | observation      | from | to | unit  |
 * |------------------|------|----|-------|
 * | cosine of theta  | -1   | 1  |       |
 * | sine of theta    | -1   | 1  |       |
 * | angular velocity | -8   | 8  | rad/s |
 *
 * theta is 0 where the rod stands upright and grows counter-clockwise.
 *
 * - **Reward**: -(theta^2 + 0.1 velocity^2 + 0.001 torque^2), theta taken between -pi and pi; 0 at best.
 * - **Start**: theta uniform in [-pi, pi), or up to `options.x_init` either way; velocity in [-1, 1), or up to
 *   `options.y_init`.
 * - **End**: never terminates; registered with at most 200 steps.
 * - **Solved**: a mean return of about -150 is as good as it gets.
 *
 * @see https://gymnasium.farama.org/environments/classic_control/pendulum/
 */
export class Pendulum extends BatchOfOne<Pendulums, ArrayLike<number>> {
  readonly observationSpace = new Box({
    low: [-1, -1, -MAX_SPEED],
    high: [1, 1, MAX_SPEED],
    names: ['cosine of theta', 'sine of theta', 'angular velocity'],
    units: ['', '', 'rad/s'],
  });
  readonly actionSpace = new Box({ low: -MAX_TORQUE, high: MAX_TORQUE, shape: [1], names: ['torque'], units: ['N m'] });

  constructor() {
    super((count) => new Pendulums(count));
  }

  draw(): Scene {
    const size = 2.8; // m
    const middle = size / 2;
    const angle = this.batch.angle[0] as number;
    const tipX = middle - LENGTH * Math.sin(angle);
    const tipY = middle - LENGTH * Math.cos(angle);
    const top = middle - LENGTH;
    return {
      width: size,
      height: size,
      background: BACKGROUND,
      shapes: [
        { kind: 'circle', x: middle, y: middle, radius: LENGTH, stroke: EDGE, strokeWidth: 0.012 },
        { kind: 'line', points: [middle, top - 0.14, middle, top - 0.06], stroke: GOOD, strokeWidth: 0.03 },
        {
          kind: 'polygon',
          id: 'rod',
          points: [-0.06, 0.06, -0.05, -LENGTH, 0.05, -LENGTH, 0.06, 0.06],
          x: middle,
          y: middle,
          rotation: -angle,
          fill: BODY,
        },
        { kind: 'circle', id: 'tip', x: tipX, y: tipY, radius: 0.11, fill: BODY },
        ...this.drawTorque(middle),
        {
          kind: 'circle',
          id: 'pivot',
          x: middle,
          y: middle,
          radius: 0.08,
          fill: DETAIL,
          stroke: BACKGROUND,
          strokeWidth: 0.03,
        },
      ],
    };
  }

  /** An arc about the pivot, from the top and as long as the torque is strong, with a head where it points. */
  private drawTorque(middle: number): Shape[] {
    const strength = this.lastAction ? bounded(this.lastAction[0] as number) / MAX_TORQUE : 0;
    if (Math.abs(strength) < 0.02) return [];
    const radius = 0.34;
    const sweep = -strength * 0.8 * Math.PI; // clockwise on the screen
    const points = Array.from({ length: 17 }, (_, i) => (i / 16) * sweep).flatMap((turn) => [
      middle + radius * Math.sin(turn),
      middle - radius * Math.cos(turn),
    ]);
    const direction = Math.sign(sweep);
    return [
      { kind: 'line', id: 'torque', points, stroke: ACCENT, strokeWidth: 0.035 },
      {
        kind: 'polygon',
        id: 'torque head',
        points: [0, -0.08, direction * 0.12, 0, 0, 0.08],
        x: middle + radius * Math.sin(sweep),
        y: middle - radius * Math.cos(sweep),
        rotation: sweep,
        fill: ACCENT,
      },
    ];
  }
}

/** The dynamics, of rods side by side. */
class Pendulums implements EnvBatch {
  readonly angle: Float64Array;
  readonly velocity: Float64Array;
  private readonly random = new Generator();

  constructor(count: number) {
    this.angle = new Float64Array(count);
    this.velocity = new Float64Array(count);
  }

  reset(row: number, { seed, options }: ResetOptions, observations: Float32Array): void {
    if (seed !== undefined) this.random.reseed(seed);
    const maxAngle = startBound(options, 'x_init', Math.PI);
    const maxVelocity = startBound(options, 'y_init', 1);
    this.angle[row] = this.random.uniform(-maxAngle, maxAngle);
    this.velocity[row] = this.random.uniform(-maxVelocity, maxVelocity);
    this.observe(row, observations);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      const angle = this.angle[i] as number;
      const velocity = this.velocity[i] as number;
      const torque = bounded(actions[i] as number);
      rewards[i] = -(wrapAngle(angle) ** 2 + 0.1 * velocity ** 2 + 0.001 * torque ** 2);
      const acceleration = ((3 * GRAVITY) / (2 * LENGTH)) * Math.sin(angle) + (3 / (MASS * LENGTH ** 2)) * torque;
      const faster = Math.min(Math.max(velocity + acceleration * TIME_STEP, -MAX_SPEED), MAX_SPEED);
      this.velocity[i] = faster;
      this.angle[i] = angle + faster * TIME_STEP;
      this.observe(i, observations);
      terminated[i] = 0;
      truncated[i] = 0;
    }
  }

  private observe(row: number, observations: Float32Array): void {
    const angle = this.angle[row] as number;
    observations[3 * row] = Math.cos(angle);
    observations[3 * row + 1] = Math.sin(angle);
    observations[3 * row + 2] = this.velocity[row] as number;
  }
}

function bounded(torque: number): number {
  return Math.min(Math.max(torque, -MAX_TORQUE), MAX_TORQUE);
}

/** The same direction, from -pi up to pi. */
function wrapAngle(angle: number): number {
  const turn = 2 * Math.PI;
  const positive = (((angle + Math.PI) % turn) + turn) % turn;
  return positive - Math.PI;
}

function startBound(options: Record<string, unknown> | undefined, name: string, standard: number): number {
  const bound = options?.[name] ?? standard;
  if (typeof bound !== 'number' || !(bound >= 0))
    throw new RangeError(`reset options: ${name} is ${String(bound)}, wanted a number that is not negative`);
  return bound;
}
