import { outsideEpisode, type Env, type ResetOptions, type ResetResult, type StepResult } from '../env.ts';
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
export class Pendulum implements Env<number[], ArrayLike<number>> {
  readonly observationSpace = new Box({
    low: [-1, -1, -MAX_SPEED],
    high: [1, 1, MAX_SPEED],
    names: ['cosine of theta', 'sine of theta', 'angular velocity'],
    units: ['', '', 'rad/s'],
  });
  readonly actionSpace = new Box({ low: -MAX_TORQUE, high: MAX_TORQUE, shape: [1], names: ['torque'], units: ['N m'] });

  private random: Generator | undefined;
  private running = false;
  private angle = 0;
  private velocity = 0;
  private lastTorque = 0;

  reset({ seed, options }: ResetOptions = {}): ResetResult<number[]> {
    if (seed !== undefined || !this.random) this.random = new Generator(seed);
    const maxAngle = startBound(options, 'x_init', Math.PI);
    const maxVelocity = startBound(options, 'y_init', 1);
    this.angle = this.random.uniform(-maxAngle, maxAngle);
    this.velocity = this.random.uniform(-maxVelocity, maxVelocity);
    this.lastTorque = 0;
    this.running = true;
    return { observation: this.observe(), info: {} };
  }

  step(action: ArrayLike<number>): StepResult<number[]> {
    if (!this.running) throw outsideEpisode();
    const torque = Math.min(Math.max(Math.fround(action[0] as number), -MAX_TORQUE), MAX_TORQUE);
    const cost = wrapAngle(this.angle) ** 2 + 0.1 * this.velocity ** 2 + 0.001 * torque ** 2;
    const acceleration = ((3 * GRAVITY) / (2 * LENGTH)) * Math.sin(this.angle) + (3 / (MASS * LENGTH ** 2)) * torque;
    this.velocity = Math.min(Math.max(this.velocity + acceleration * TIME_STEP, -MAX_SPEED), MAX_SPEED);
    this.angle += this.velocity * TIME_STEP;
    this.lastTorque = torque;
    return { observation: this.observe(), reward: -cost, terminated: false, truncated: false, info: {} };
  }

  private observe(): number[] {
    return [Math.fround(Math.cos(this.angle)), Math.fround(Math.sin(this.angle)), Math.fround(this.velocity)];
  }

  draw(): Scene {
    const size = 2.8; // m
    const middle = size / 2;
    const tipX = middle - LENGTH * Math.sin(this.angle);
    const tipY = middle - LENGTH * Math.cos(this.angle);
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
          rotation: -this.angle,
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
    const strength = this.lastTorque / MAX_TORQUE;
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
