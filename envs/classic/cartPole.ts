import { BatchOfOne } from '../batchOfOne.ts';
import type { EnvBatch, ResetOptions, StepArrays } from '../env.ts';
import { ACCENT, BACKGROUND, BAD, BODY, DETAIL, EDGE, SURFACE } from '../palette.ts';
import { Generator } from '../random.ts';
import type { Scene, Shape } from '../scene.ts';
import { Box, Discrete } from '../spaces.ts';
import { resetBounds } from './resetBounds.ts';
import { cosSmall, SMALL_ANGLE, sinSmall } from './smallAngle.ts';

const GRAVITY = 9.8; // m/s^2
const CART_MASS = 1; // kg
const POLE_MASS = 0.1; // kg
const TOTAL_MASS = CART_MASS + POLE_MASS;
const HALF_POLE = 0.5; // m, from the joint to the pole's centre of mass
const POLE_MOMENT = POLE_MASS * HALF_POLE; // kg m
const FORCE = 10; // N
const TIME_STEP = 0.02; // s
const POSITION_LIMIT = 2.4; // m
const ANGLE_LIMIT = (12 * 2 * Math.PI) / 360; // rad
const START = { low: -0.05, high: 0.05 };
const COMPONENTS = [
  { name: 'cart position', unit: 'm', bound: 2 * POSITION_LIMIT },
  { name: 'cart velocity', unit: 'm/s', bound: Infinity },
  { name: 'pole angle', unit: 'rad', bound: 2 * ANGLE_LIMIT },
  { name: 'pole angular velocity', unit: 'rad/s', bound: Infinity },
];

/**
 * CartPole: keep a pole upright by pushing the cart that it stands on to the left or to the right.
 *
 * A pole is attached by a free joint to a cart that moves along a frictionless track.
 *
 * | action | meaning                        |
 * |--------|--------------------------------|
 * | 0      | push the cart left, with 10 N  |
 * | 1      | push the cart right, with 10 N |
 *
 * | observation           | from      | to       | unit  | ends the episode beyond |
 * |-----------------------|-----------|----------|-------|-------------------------|
 * | cart position         | -4.8      | 4.8      | m     | 2.4                     |
 * | cart velocity         | -Infinity | Infinity | m/s   |                         |
 * | pole angle            | -0.418    | 0.418    | rad   | 0.2095 (12 degrees)     |
 * | pole angular velocity | -Infinity | Infinity | rad/s |                         |
 *
 * - **Reward**: 1 for every step, the last one too.
 * - **Start**: each component uniform in [-0.05, 0.05), or between `options.low` and `options.high`.
 * - **End**: terminates when cart or pole leave their limits; registered with at most 500 steps.
 * - **Solved**: a mean return of 475.
 *
 * @see Barto, Sutton and Anderson 1983, "Neuronlike Adaptive Elements That Can Solve Difficult Learning Control Problems"
 * @see https://gymnasium.farama.org/environments/classic_control/cart_pole/
 */
export class CartPole extends BatchOfOne<CartPoles, number> {
  readonly observationSpace: Box;
  readonly actionSpace = new Discrete(2, { names: ['push left', 'push right'] });

  /** @param velocities  whether they are observed */
  constructor({ velocities = true }: { velocities?: boolean } = {}) {
    super((count) => new CartPoles(count, velocities));
    const observed = COMPONENTS.filter(({ bound }) => velocities || bound < Infinity);
    this.observationSpace = new Box({
      low: observed.map(({ bound }) => -bound),
      high: observed.map(({ bound }) => bound),
      names: observed.map(({ name }) => name),
      units: observed.map(({ unit }) => unit),
    });
  }

  draw(): Scene {
    const width = 6; // m
    const height = 2.4;
    const ground = 1.9;
    const x = width / 2 + (this.batch.position[0] as number);
    const joint = ground - 0.32;
    const limits = [-1, 1].flatMap((side): Shape[] => {
      const end = width / 2 + side * POSITION_LIMIT;
      const lean = side * ANGLE_LIMIT;
      const tip = [x + 1.15 * Math.sin(lean), joint - 1.15 * Math.cos(lean)];
      return [
        { kind: 'line', points: [end, ground - 0.12, end, ground + 0.12], stroke: BAD, strokeWidth: 0.025 },
        { kind: 'line', id: `lean${side}`, points: [x, joint, ...tip], stroke: EDGE, strokeWidth: 0.02 },
      ];
    });
    const ticks = [-2, -1, 0, 1, 2].map((metre): Shape => {
      const at = width / 2 + metre;
      return { kind: 'line', points: [at, ground, at, ground + 0.07], stroke: EDGE, strokeWidth: 0.015 };
    });
    return {
      width,
      height,
      background: BACKGROUND,
      shapes: [
        { kind: 'rect', x: 0, y: ground, width, height: height - ground, fill: SURFACE },
        { kind: 'line', points: [0, ground, width, ground], stroke: EDGE, strokeWidth: 0.02 },
        ...ticks,
        ...limits,
        ...this.drawForce(x, ground - 0.2),
        { kind: 'circle', id: 'wheel left', x: x - 0.15, y: ground - 0.05, radius: 0.05, fill: DETAIL },
        { kind: 'circle', id: 'wheel right', x: x + 0.15, y: ground - 0.05, radius: 0.05, fill: DETAIL },
        { kind: 'rect', id: 'cart', x: x - 0.26, y: joint, width: 0.52, height: 0.25, radius: 0.06, fill: BODY },
        {
          kind: 'polygon',
          id: 'pole',
          points: [-0.03, 0.02, -0.025, -1, 0.025, -1, 0.03, 0.02],
          x,
          y: joint,
          rotation: this.batch.angle[0] as number,
          fill: ACCENT,
        },
        {
          kind: 'circle',
          id: 'joint',
          x,
          y: joint,
          radius: 0.055,
          fill: DETAIL,
          stroke: BACKGROUND,
          strokeWidth: 0.02,
        },
      ],
    };
  }

  /** An arrow on the side of the cart that it was pushed towards. */
  private drawForce(x: number, y: number): Shape[] {
    if (this.lastAction === undefined) return [];
    const side = this.lastAction[0] === 1 ? 1 : -1;
    const start = x + side * 0.33;
    const end = x + side * 0.55;
    return [
      { kind: 'line', id: 'force', points: [start, y, end, y], stroke: ACCENT, strokeWidth: 0.03 },
      {
        kind: 'polygon',
        id: 'force head',
        points: [0, -0.07, side * 0.11, 0, 0, 0.07],
        x: end,
        y,
        fill: ACCENT,
      },
    ];
  }
}

/** The dynamics, of carts side by side. */
class CartPoles implements EnvBatch {
  readonly position: Float64Array;
  readonly velocity: Float64Array;
  /** From upright, clockwise. */
  readonly angle: Float64Array;
  readonly angularVelocity: Float64Array;
  private readonly random = new Generator();

  constructor(
    count: number,
    private readonly velocities: boolean,
  ) {
    this.position = new Float64Array(count);
    this.velocity = new Float64Array(count);
    this.angle = new Float64Array(count);
    this.angularVelocity = new Float64Array(count);
  }

  reset(row: number, { seed, options }: ResetOptions, observations: Float32Array): void {
    const { random } = this;
    if (seed !== undefined) random.reseed(seed);
    const { low, high } = resetBounds(options, START);
    this.position[row] = random.uniform(low, high);
    this.velocity[row] = random.uniform(low, high);
    this.angle[row] = random.uniform(low, high);
    this.angularVelocity[row] = random.uniform(low, high);
    this.observe(row, observations);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { position, velocity, angle, angularVelocity } = this;
    const { observations, rewards, terminated, truncated } = arrays;
    for (let i = from; i < to; i++) {
      const x = position[i] as number;
      const speed = velocity[i] as number;
      const theta = angle[i] as number;
      const omega = angularVelocity[i] as number;
      const force = FORCE * (2 * (actions[i] as number) - 1);
      const small = Math.abs(theta) < SMALL_ANGLE;
      const cos = small ? cosSmall(theta) : Math.cos(theta);
      const sin = small ? sinSmall(theta) : Math.sin(theta);
      const push = (force + POLE_MOMENT * omega ** 2 * sin) / TOTAL_MASS;
      const angularAcceleration =
        (GRAVITY * sin - cos * push) / (HALF_POLE * (4 / 3 - (POLE_MASS * cos ** 2) / TOTAL_MASS));
      const acceleration = push - (POLE_MOMENT * angularAcceleration * cos) / TOTAL_MASS;

      // Euler's method, positions first: as in the original program
      const nextX = x + TIME_STEP * speed;
      const nextTheta = theta + TIME_STEP * omega;
      position[i] = nextX;
      velocity[i] = speed + TIME_STEP * acceleration;
      angle[i] = nextTheta;
      angularVelocity[i] = omega + TIME_STEP * angularAcceleration;
      this.observe(i, observations);
      rewards[i] = 1;
      terminated[i] = Math.abs(nextX) > POSITION_LIMIT || Math.abs(nextTheta) > ANGLE_LIMIT ? 1 : 0;
      truncated[i] = 0;
    }
  }

  private observe(row: number, observations: Float32Array): void {
    if (!this.velocities) {
      observations[2 * row] = this.position[row] as number;
      observations[2 * row + 1] = this.angle[row] as number;
      return;
    }
    observations[4 * row] = this.position[row] as number;
    observations[4 * row + 1] = this.velocity[row] as number;
    observations[4 * row + 2] = this.angle[row] as number;
    observations[4 * row + 3] = this.angularVelocity[row] as number;
  }
}
