import { BatchOfOne } from '../batchOfOne.ts';
import type { EnvBatch, ResetOptions, StepArrays } from '../env.ts';
import { ACCENT, BACKGROUND, BODY, DETAIL, EDGE, GOOD } from '../palette.ts';
import { Generator } from '../random.ts';
import type { Scene, Shape } from '../scene.ts';
import { Box, Discrete } from '../spaces.ts';
import { resetBounds } from './resetBounds.ts';

const TIME_STEP = 0.2; // s
const GRAVITY = 9.8; // m/s^2
const MASS = 1; // kg, of each link
const LENGTH = 1; // m, of each link
const CENTRE = 0.5; // m, from a link's joint to its centre of mass
const INERTIA = 1; // kg m^2, of each link
const MAX_SPEED_1 = 4 * Math.PI; // rad/s
const MAX_SPEED_2 = 9 * Math.PI;
const START = { low: -0.1, high: 0.1 };

/**
 * Acrobot: swing the tip of a two-link chain above a line, with a motor in the elbow only.
 *
 * | action | meaning                    |
 * |--------|----------------------------|
 * | 0      | a torque of -1 on the elbow|
 * | 1      | none                       |
 * | 2      | a torque of 1              |
 *
 * | observation           | from   | to    | unit  |
 * |-----------------------|--------|-------|-------|
 * | cosine of theta1      | -1     | 1     |       |
 * | sine of theta1        | -1     | 1     |       |
 * | cosine of theta2      | -1     | 1     |       |
 * | sine of theta2        | -1     | 1     |       |
 * | speed of theta1       | -4 pi  | 4 pi  | rad/s |
 * | speed of theta2       | -9 pi  | 9 pi  | rad/s |
 *
 * theta1 is 0 where the first link hangs down; theta2 is the angle between the links. The equations are those of
 * Sutton and Barto's book, integrated over 0.2 s with one step of the fourth-order Runge-Kutta method.
 *
 * - **Reward**: -1 for every step, 0 for the one that reaches the line.
 * - **Start**: both angles and speeds uniform in [-0.1, 0.1), or between `options.low` and `options.high`.
 * - **End**: terminates where the tip is 1 m above the shoulder, -cos(theta1) - cos(theta1 + theta2) > 1; registered
 *   with at most 500 steps.
 * - **Solved**: a mean return of -100.
 *
 * @see Sutton 1996, "Generalization in Reinforcement Learning: Successful Examples Using Sparse Coarse Coding"
 * @see https://gymnasium.farama.org/environments/classic_control/acrobot/
 */
export class Acrobot extends BatchOfOne<Acrobots, number> {
  readonly observationSpace = new Box({
    low: [-1, -1, -1, -1, -MAX_SPEED_1, -MAX_SPEED_2],
    high: [1, 1, 1, 1, MAX_SPEED_1, MAX_SPEED_2],
    names: [
      'cosine of theta1',
      'sine of theta1',
      'cosine of theta2',
      'sine of theta2',
      'speed of theta1',
      'speed of theta2',
    ],
    units: ['', '', '', '', 'rad/s', 'rad/s'],
  });
  readonly actionSpace = new Discrete(3, { names: ['torque -1', 'no torque', 'torque 1'] });

  constructor() {
    super((count) => new Acrobots(count));
  }

  draw(): Scene {
    const size = 4.8; // m
    const middle = size / 2;
    const shoulder = middle + 0.1;
    const { theta1, theta2 } = this.angles();
    const elbowX = middle + LENGTH * Math.sin(theta1);
    const elbowY = shoulder + LENGTH * Math.cos(theta1);
    const tipX = elbowX + LENGTH * Math.sin(theta1 + theta2);
    const tipY = elbowY + LENGTH * Math.cos(theta1 + theta2);
    const line = shoulder - LENGTH;
    const link = [-0.08, -0.06, 0.08, -0.06, 0.06, LENGTH, -0.06, LENGTH];
    return {
      width: size,
      height: size,
      background: BACKGROUND,
      shapes: [
        { kind: 'circle', x: middle, y: shoulder, radius: 2 * LENGTH, stroke: EDGE, strokeWidth: 0.012 },
        { kind: 'line', points: [0.2, line, size - 0.2, line], stroke: GOOD, strokeWidth: 0.03 },
        { kind: 'polygon', id: 'upper link', points: link, x: middle, y: shoulder, rotation: -theta1, fill: DETAIL },
        {
          kind: 'polygon',
          id: 'lower link',
          points: link,
          x: elbowX,
          y: elbowY,
          rotation: -theta1 - theta2,
          fill: BODY,
        },
        {
          kind: 'circle',
          id: 'shoulder',
          x: middle,
          y: shoulder,
          radius: 0.11,
          fill: BODY,
          stroke: BACKGROUND,
          strokeWidth: 0.04,
        },
        ...this.drawTorque(elbowX, elbowY),
        {
          kind: 'circle',
          id: 'elbow',
          x: elbowX,
          y: elbowY,
          radius: 0.11,
          fill: ACCENT,
          stroke: BACKGROUND,
          strokeWidth: 0.04,
        },
        { kind: 'circle', id: 'tip', x: tipX, y: tipY, radius: 0.06, fill: tipY < line ? GOOD : BODY },
      ],
    };
  }

  /** A pointer beside the elbow, on the side that the torque turns the lower link to. */
  private drawTorque(x: number, y: number): Shape[] {
    const side = this.lastAction ? (this.lastAction[0] as number) - 1 : 0;
    if (side === 0) return [];
    const { theta1, theta2 } = this.angles();
    const rotation = -theta1 - theta2;
    const head = [side * 0.16, 0.2, side * 0.32, 0.3, side * 0.16, 0.4];
    return [{ kind: 'polygon', id: 'torque', points: head, x, y, rotation, fill: ACCENT }];
  }

  private angles(): { theta1: number; theta2: number } {
    return { theta1: this.batch.states[0] as number, theta2: this.batch.states[1] as number };
  }
}

/** The dynamics, of chains side by side. */
class Acrobots implements EnvBatch {
  /** [B, 4] theta1 from hanging down, theta2 from the direction of the first link, and how fast they change. */
  readonly states: Float64Array;
  private readonly random = new Generator();
  // Of one row at a time: where it is, where the method looks next, and the four slopes that it finds.
  private readonly state = new Float64Array(4);
  private readonly ahead = new Float64Array(4);
  private readonly slopes = Array.from({ length: 4 }, () => new Float64Array(4)) as [Row, Row, Row, Row];

  constructor(count: number) {
    this.states = new Float64Array(4 * count);
  }

  reset(row: number, { seed, options }: ResetOptions, observations: Float32Array): void {
    if (seed !== undefined) this.random.reseed(seed);
    const { low, high } = resetBounds(options, START);
    for (let k = 0; k < 4; k++) this.states[4 * row + k] = Math.fround(this.random.uniform(low, high));
    this.observe(row, observations);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { observations, rewards, terminated, truncated } = arrays;
    const { states, state } = this;
    for (let i = from; i < to; i++) {
      for (let k = 0; k < 4; k++) state[k] = states[4 * i + k] as number;
      this.integrate((actions[i] as number) - 1);
      const theta1 = wrapAngle(state[0] as number);
      const theta2 = wrapAngle(state[1] as number);
      states[4 * i] = theta1;
      states[4 * i + 1] = theta2;
      states[4 * i + 2] = Math.min(Math.max(state[2] as number, -MAX_SPEED_1), MAX_SPEED_1);
      states[4 * i + 3] = Math.min(Math.max(state[3] as number, -MAX_SPEED_2), MAX_SPEED_2);
      this.observe(i, observations);
      const above = -Math.cos(theta1) - Math.cos(theta1 + theta2) > 1;
      rewards[i] = above ? 0 : -1;
      terminated[i] = above ? 1 : 0;
      truncated[i] = 0;
    }
  }

  private observe(row: number, observations: Float32Array): void {
    const [from, at] = [4 * row, 6 * row];
    const theta1 = this.states[from] as number;
    const theta2 = this.states[from + 1] as number;
    observations[at] = Math.cos(theta1);
    observations[at + 1] = Math.sin(theta1);
    observations[at + 2] = Math.cos(theta2);
    observations[at + 3] = Math.sin(theta2);
    observations[at + 4] = this.states[from + 2] as number;
    observations[at + 5] = this.states[from + 3] as number;
  }

  /** Takes the state on by a time step, by the classical Runge-Kutta method. */
  private integrate(torque: number): void {
    const { state, ahead } = this;
    const [slope1, slope2, slope3, slope4] = this.slopes;
    derivative(state, torque, slope1);
    move(state, slope1, TIME_STEP / 2, ahead);
    derivative(ahead, torque, slope2);
    move(state, slope2, TIME_STEP / 2, ahead);
    derivative(ahead, torque, slope3);
    move(state, slope3, TIME_STEP, ahead);
    derivative(ahead, torque, slope4);
    for (let k = 0; k < 4; k++) {
      const slope =
        (slope1[k] as number) + 2 * (slope2[k] as number) + 2 * (slope3[k] as number) + (slope4[k] as number);
      state[k] = (state[k] as number) + (TIME_STEP / 6) * slope;
    }
  }
}

/** Two angles and their speeds, or how they change per second. */
type Row = Float64Array;

function move(state: Row, slope: Row, time: number, moved: Row): void {
  for (let k = 0; k < 4; k++) moved[k] = (state[k] as number) + time * (slope[k] as number);
}

/** How the state changes, per second: equations of motion of the book's double pendulum. */
function derivative(state: Row, torque: number, slope: Row): void {
  const theta1 = state[0] as number;
  const theta2 = state[1] as number;
  const speed1 = state[2] as number;
  const speed2 = state[3] as number;
  const cos2 = Math.cos(theta2);
  const sin2 = Math.sin(theta2);
  const inertia1 = MASS * CENTRE ** 2 + MASS * (LENGTH ** 2 + CENTRE ** 2 + 2 * LENGTH * CENTRE * cos2) + 2 * INERTIA;
  const coupling = MASS * (CENTRE ** 2 + LENGTH * CENTRE * cos2) + INERTIA;
  const weight2 = MASS * CENTRE * GRAVITY * Math.cos(theta1 + theta2 - Math.PI / 2);
  const weight1 =
    -MASS * LENGTH * CENTRE * speed2 ** 2 * sin2 -
    2 * MASS * LENGTH * CENTRE * speed2 * speed1 * sin2 +
    (MASS * CENTRE + MASS * LENGTH) * GRAVITY * Math.cos(theta1 - Math.PI / 2) +
    weight2;
  const acceleration2 =
    (torque + (coupling / inertia1) * weight1 - MASS * LENGTH * CENTRE * speed1 ** 2 * sin2 - weight2) /
    (MASS * CENTRE ** 2 + INERTIA - coupling ** 2 / inertia1);
  const acceleration1 = -(coupling * acceleration2 + weight1) / inertia1;
  slope[0] = speed1;
  slope[1] = speed2;
  slope[2] = acceleration1;
  slope[3] = acceleration2;
}

/** The same direction, between -pi and pi. */
function wrapAngle(angle: number): number {
  let wrapped = angle;
  while (wrapped > Math.PI) wrapped -= 2 * Math.PI;
  while (wrapped < -Math.PI) wrapped += 2 * Math.PI;
  return wrapped;
}
