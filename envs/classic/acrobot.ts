import { outsideEpisode, type Env, type ResetOptions, type ResetResult, type StepResult } from '../env.ts';
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

/** Angles of both links and their speeds: theta1 from hanging down, theta2 from the direction of the first link. */
type State = [theta1: number, theta2: number, speed1: number, speed2: number];

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
export class Acrobot implements Env<number[], number> {
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

  private random: Generator | undefined;
  private running = false;
  private state: State = [0, 0, 0, 0];
  private lastTorque = 0; // N m

  reset({ seed, options }: ResetOptions = {}): ResetResult<number[]> {
    if (seed !== undefined || !this.random) this.random = new Generator(seed);
    const { low, high } = resetBounds(options, { low: -0.1, high: 0.1 });
    const { random } = this;
    const draw = (): number => Math.fround(random.uniform(low, high));
    this.state = [draw(), draw(), draw(), draw()];
    this.lastTorque = 0;
    this.running = true;
    return { observation: this.observe(), info: {} };
  }

  step(action: number): StepResult<number[]> {
    if (!this.running) throw outsideEpisode();
    const torque = action - 1;
    const [theta1, theta2, speed1, speed2] = integrate(this.state, torque);
    this.state = [
      wrapAngle(theta1),
      wrapAngle(theta2),
      Math.min(Math.max(speed1, -MAX_SPEED_1), MAX_SPEED_1),
      Math.min(Math.max(speed2, -MAX_SPEED_2), MAX_SPEED_2),
    ];
    this.lastTorque = torque;

    const terminated = -Math.cos(this.state[0]) - Math.cos(this.state[0] + this.state[1]) > 1;
    this.running = !terminated;
    return { observation: this.observe(), reward: terminated ? 0 : -1, terminated, truncated: false, info: {} };
  }

  private observe(): number[] {
    const [theta1, theta2, speed1, speed2] = this.state;
    return [Math.cos(theta1), Math.sin(theta1), Math.cos(theta2), Math.sin(theta2), speed1, speed2].map(Math.fround);
  }

  draw(): Scene {
    const size = 4.8; // m
    const middle = size / 2;
    const shoulder = middle + 0.1;
    const [theta1, theta2] = this.state;
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
    if (this.lastTorque === 0) return [];
    const side = this.lastTorque;
    const [theta1, theta2] = this.state;
    const rotation = -theta1 - theta2;
    const head = [side * 0.16, 0.2, side * 0.32, 0.3, side * 0.16, 0.4];
    return [{ kind: 'polygon', id: 'torque', points: head, x, y, rotation, fill: ACCENT }];
  }
}

/** The state a time step later, by the classical Runge-Kutta method. */
function integrate(state: State, torque: number): State {
  const slope1 = derivative(state, torque);
  const slope2 = derivative(moved(state, slope1, TIME_STEP / 2), torque);
  const slope3 = derivative(moved(state, slope2, TIME_STEP / 2), torque);
  const slope4 = derivative(moved(state, slope3, TIME_STEP), torque);
  return state.map((x, i) => {
    const slope = (slope1[i] as number) + 2 * (slope2[i] as number) + 2 * (slope3[i] as number) + (slope4[i] as number);
    return x + (TIME_STEP / 6) * slope;
  }) as State; // map keeps the length
}

function moved(state: State, slope: State, time: number): State {
  return [
    state[0] + time * slope[0],
    state[1] + time * slope[1],
    state[2] + time * slope[2],
    state[3] + time * slope[3],
  ];
}

/** How the state changes, per second: equations of motion of the book's double pendulum. */
function derivative([theta1, theta2, speed1, speed2]: State, torque: number): State {
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
  return [speed1, speed2, acceleration1, acceleration2];
}

/** The same direction, between -pi and pi. */
function wrapAngle(angle: number): number {
  let wrapped = angle;
  while (wrapped > Math.PI) wrapped -= 2 * Math.PI;
  while (wrapped < -Math.PI) wrapped += 2 * Math.PI;
  return wrapped;
}
