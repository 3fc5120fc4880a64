import { type EnvBatch, type Info, NO_INFO, type ResetOptions, type StepArrays } from '../env.ts';
import { FAILURE, SUCCESS } from '../outcome.ts';
import { Generator } from '../random.ts';
import { Lander, LEG_DOWN, metres, STEPS_PER_SECOND } from './lander.ts';
import { drawGround, HEIGHT, PAD_Y, POINTS, WIDTH } from './moon.ts';

/** What a user may choose of the moon. */
export interface Weather {
  /** m/s^2, negative downwards. */
  gravity: number;
  wind: boolean;
  /** Largest force of the wind, N. */
  windPower: number;
  /** Largest torque of the wind, N m. */
  turbulencePower: number;
}

/** How far the engines are open: 0 off, else from 0.5 to 1. */
export interface Throttle {
  main: number;
  side: number;
  /** Which side engine: -1 turns the lander anticlockwise, 1 clockwise. */
  direction: number;
}

/** Writes what an action opens, which begins at `offset` in `actions`. */
export type Open = (actions: Float32Array, offset: number, throttle: Throttle) => void;

const OBSERVED = 8;
const MAIN_POWER = 13;
const MAIN_DOWN = metres(4);
const SIDE_POWER = 0.6;
const SIDE_AWAY = metres(12);
// Gymnasium has one height for x and another for y, so that the torque depends on how the lander leans.
const SIDE_UP = { x: metres(17), y: metres(14) };
const START_FORCE = 1000; // N, at most, each way
const WIND_STARTS = 9999;

const FUEL = { main: 0.3, side: 0.03 };
const LANDED = 100;
const CRASHED = -100;

/** The dynamics, of landers side by side, each in a world of its own. */
export class Landers implements EnvBatch {
  /** [B, 11] of the ground, m. */
  readonly heights: Float64Array;
  private readonly landers: Lander[] = [];
  private readonly random: Generator[];
  /** Of the last observation: what it gains is the reward. */
  private readonly potential: Float64Array;
  /** Where each row is on the curves of wind and turbulence, steps. */
  private readonly windAt: Float64Array;
  private readonly turbulenceAt: Float64Array;
  private readonly throttle: Throttle = { main: 0, side: 0, direction: 0 };
  private readonly force = { x: 0, y: 0 };
  private readonly point = { x: 0, y: 0 };

  constructor(
    count: number,
    private readonly weather: Weather,
    private readonly actionSize: number,
    private readonly open: Open,
  ) {
    this.heights = new Float64Array(POINTS * count);
    this.random = Array.from({ length: count }, () => new Generator());
    this.potential = new Float64Array(count);
    this.windAt = new Float64Array(count);
    this.turbulenceAt = new Float64Array(count);
  }

  /** @throws RangeError before the first reset */
  lander(row: number): Lander {
    const lander = this.landers[row];
    if (!lander) throw new RangeError(`lander ${row} is not there before its first reset`);
    return lander;
  }

  reset(row: number, { seed }: ResetOptions, observations: Float32Array): void {
    const random = this.random[row] as Generator;
    if (seed !== undefined) random.reseed(seed);
    const heights = this.heights.subarray(POINTS * row, POINTS * (row + 1));
    drawGround(random, heights);
    const lander = new Lander(heights, this.weather.gravity);
    this.landers[row] = lander;
    this.force.x = random.uniform(-START_FORCE, START_FORCE);
    this.force.y = random.uniform(-START_FORCE, START_FORCE);
    lander.push(this.force);
    if (this.weather.wind) {
      this.windAt[row] = random.integers(-WIND_STARTS, WIND_STARTS);
      this.turbulenceAt[row] = random.integers(-WIND_STARTS, WIND_STARTS);
    }
    this.throttle.main = this.throttle.side = 0;
    this.move(row);
    this.potential[row] = this.observe(row, observations);
  }

  step(from: number, to: number, actions: Float32Array, arrays: StepArrays): void {
    const { observations, rewards, terminated, truncated } = arrays;
    const { throttle } = this;
    for (let i = from; i < to; i++) {
      this.open(actions, i * this.actionSize, throttle);
      this.move(i);
      const potential = this.observe(i, observations);
      const { asleep } = this.lander(i);
      const lost = this.lost(i);
      const gained = potential - (this.potential[i] as number) - throttle.main * FUEL.main - throttle.side * FUEL.side;
      this.potential[i] = potential;
      rewards[i] = asleep ? LANDED : lost ? CRASHED : gained;
      terminated[i] = asleep || lost ? 1 : 0;
      truncated[i] = 0;
    }
  }

  info(row: number): Info {
    if (this.lander(row).asleep) return SUCCESS;
    return this.lost(row) ? FAILURE : NO_INFO;
  }

  /** One step of the world, with the wind and the engines as `throttle` has them. */
  private move(row: number): void {
    const lander = this.lander(row);
    if (this.weather.wind && !lander.standing[0] && !lander.standing[1]) this.blow(row, lander);
    const random = this.random[row] as Generator;
    const spread = metres(random.uniform(-1, 1));
    const drift = metres(random.uniform(-1, 1));
    const angle = lander.hull.getAngle();
    const sin = Math.sin(angle);
    const cos = Math.cos(angle);
    const { x, y } = lander.hull.getPosition();
    const { throttle, force, point } = this;
    if (throttle.main > 0) {
      const down = MAIN_DOWN + 2 * spread;
      const outX = sin * down - cos * drift;
      const outY = -cos * down - sin * drift;
      point.x = x + outX;
      point.y = y + outY;
      force.x = -outX * MAIN_POWER * throttle.main;
      force.y = -outY * MAIN_POWER * throttle.main;
      lander.kick(force, point);
    }
    if (throttle.side > 0) {
      const away = 3 * drift + throttle.direction * SIDE_AWAY;
      const outX = sin * spread - cos * away;
      const outY = -cos * spread - sin * away;
      point.x = x + outX - sin * SIDE_UP.x;
      point.y = y + outY + cos * SIDE_UP.y;
      force.x = -outX * SIDE_POWER * throttle.side;
      force.y = -outY * SIDE_POWER * throttle.side;
      lander.kick(force, point);
    }
    lander.step();
  }

  private blow(row: number, lander: Lander): void {
    const { windPower, turbulencePower } = this.weather;
    this.force.x = gust(this.windAt[row] as number) * windPower;
    this.force.y = 0;
    lander.push(this.force);
    lander.turn(gust(this.turbulenceAt[row] as number) * turbulencePower);
    this.windAt[row] = (this.windAt[row] as number) + 1;
    this.turbulenceAt[row] = (this.turbulenceAt[row] as number) + 1;
  }

  /** Writes the observation, and gives its potential: higher near the pad, slow, upright and with legs on the ground. */
  private observe(row: number, observations: Float32Array): number {
    const { hull, standing } = this.lander(row);
    const velocity = hull.getLinearVelocity();
    const x = this.awayOf(row);
    const y = (hull.getPosition().y - (PAD_Y + LEG_DOWN)) / (HEIGHT / 2);
    const vx = (velocity.x * (WIDTH / 2)) / STEPS_PER_SECOND;
    const vy = (velocity.y * (HEIGHT / 2)) / STEPS_PER_SECOND;
    const angle = hull.getAngle();
    const legs = (standing[0] ? 1 : 0) + (standing[1] ? 1 : 0);
    const at = OBSERVED * row;
    observations[at] = x;
    observations[at + 1] = y;
    observations[at + 2] = vx;
    observations[at + 3] = vy;
    observations[at + 4] = angle;
    observations[at + 5] = (20 * hull.getAngularVelocity()) / STEPS_PER_SECOND;
    observations[at + 6] = standing[0] ? 1 : 0;
    observations[at + 7] = standing[1] ? 1 : 0;
    return -100 * Math.sqrt(x * x + y * y) - 100 * Math.sqrt(vx * vx + vy * vy) - 100 * Math.abs(angle) + 10 * legs;
  }

  private lost(row: number): boolean {
    return this.lander(row).crashed || Math.abs(this.awayOf(row)) >= 1;
  }

  /** From the middle: -1 at the left edge, 1 at the right one. */
  private awayOf(row: number): number {
    return (this.lander(row).hull.getPosition().x - WIDTH / 2) / (WIDTH / 2);
  }
}

/** From -1 to 1, and never the same again. */
function gust(at: number): number {
  return Math.tanh(Math.sin(0.02 * at) + Math.sin(Math.PI * 0.01 * at));
}
