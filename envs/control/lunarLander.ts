import { BatchOfOne } from '../batchOfOne.ts';
import type { Scene } from '../scene.ts';
import { Box, Discrete } from '../spaces.ts';
import { drawLanding } from './drawLanding.ts';
import { Landers, type Open, type Throttle, type Weather } from './landers.ts';

/**
 * LunarLander: bring a lander down on its pad, with three engines that are on or off.
 *
 * | action | meaning                                                               |
 * |--------|-----------------------------------------------------------------------|
 * | 0      | nothing                                                               |
 * | 1      | left engine: pushes to the left, and turns the lander anticlockwise   |
 * | 2      | main engine: pushes upwards, where upwards is as the lander leans     |
 * | 3      | right engine: pushes to the right, and turns the lander clockwise     |
 *
 * | observation      | from  | to   | unit      | meaning                                             |
 * |------------------|-------|------|-----------|-----------------------------------------------------|
 * | x                | -2.5  | 2.5  | 10 m      | from the pad, to the right                          |
 * | y                | -2.5  | 2.5  | 6.67 m    | above the pad, 0 where the lander stands on it      |
 * | x velocity       | -10   | 10   | 5 m/s     |                                                     |
 * | y velocity       | -10   | 10   | 7.5 m/s   |                                                     |
 * | angle            | -2 pi | 2 pi | rad       | anticlockwise                                       |
 * | angular velocity | -10   | 10   | 2.5 rad/s |                                                     |
 * | first leg        | 0     | 1    |           | 1 while the leg on the right stands on the ground   |
 * | second leg       | 0     | 1    |           | the same of the leg on the left                     |
 *
 * Bounds and units are Gymnasium's, whose lander can leave the bounds of y and the velocities in a long flight.
 *
 * - **Reward**: what each step gains in potential, -100 distance - 100 speed - 100 |angle| + 10 for each leg on the
 *   ground, all in the units above, less 0.3 for the main engine and 0.03 for a side engine. The last step gives 100 to
 *   a lander that has come to rest and -100 to one that is lost, instead. `info.success` then says which it was.
 * - **Start**: at the top, over the pad, with a random push of up to 1000 N each way. The ground is drawn anew, but for
 *   the pad and its surroundings.
 * - **End**: terminates when the hull touches the ground, when |x| reaches 1, and when the lander has come to rest
 *   (anywhere); registered with at most 1000 steps of 1/50 s.
 * - **Solved**: a mean return of 200.
 *
 * Physics are planck's, a port of Box2D, which Gymnasium has: the same seed gives the same ground, pushes and noise of
 * the engines, and the same flight but for rounding (64-bit numbers here, 32-bit there), which grows with each contact.
 *
 * @see https://gymnasium.farama.org/environments/box2d/lunar_lander/, by Oleg Klimov
 * @see https://piqnt.com/planck.js/
 */
export class LunarLander extends BatchOfOne<Landers, number> {
  readonly observationSpace = observed();
  readonly actionSpace = new Discrete(4, { names: ['nothing', 'left engine', 'main engine', 'right engine'] });

  constructor(weather: Weather) {
    super((count) => new Landers(count, weather, 1, openSwitches));
  }

  draw(): Scene {
    return drawLanding(this.batch.heights, this.batch.lander(0), openedBy(this.lastAction, openSwitches));
  }
}

/**
 * LunarLanderContinuous: the same lander, whose engines have throttles.
 *
 * | action | from | to | meaning                                                                           |
 * |--------|------|----|-----------------------------------------------------------------------------------|
 * | main   | -1   | 1  | off up to 0, then from half to full power                                         |
 * | side   | -1   | 1  | left engine from full power at -1 to half at -0.5, off, right engine from 0.5 to 1 |
 *
 * Observations, reward (less fuel for less power), start and end are those of `LunarLander`.
 *
 * @see https://gymnasium.farama.org/environments/box2d/lunar_lander/
 */
export class LunarLanderContinuous extends BatchOfOne<Landers, ArrayLike<number>> {
  readonly observationSpace = observed();
  readonly actionSpace = new Box({ low: -1, high: 1, shape: [2], names: ['main', 'side'] });

  constructor(weather: Weather) {
    super((count) => new Landers(count, weather, 2, openThrottles));
  }

  draw(): Scene {
    return drawLanding(this.batch.heights, this.batch.lander(0), openedBy(this.lastAction, openThrottles));
  }
}

function observed(): Box {
  const high = [2.5, 2.5, 10, 10, 2 * Math.PI, 10, 1, 1];
  return new Box({
    low: [...high.slice(0, 6).map((bound) => -bound), 0, 0],
    high,
    names: ['x', 'y', 'x velocity', 'y velocity', 'angle', 'angular velocity', 'first leg', 'second leg'],
    units: ['10 m', '6.67 m', '5 m/s', '7.5 m/s', 'rad', '2.5 rad/s', '', ''],
  });
}

function openSwitches(actions: Float32Array, offset: number, throttle: Throttle): void {
  const action = actions[offset] as number;
  throttle.main = action === 2 ? 1 : 0;
  throttle.side = action === 1 || action === 3 ? 1 : 0;
  throttle.direction = action - 2;
}

function openThrottles(actions: Float32Array, offset: number, throttle: Throttle): void {
  const main = Math.min(Math.max(actions[offset] as number, -1), 1);
  const side = Math.min(Math.max(actions[offset + 1] as number, -1), 1);
  throttle.main = main > 0 ? (main + 1) / 2 : 0;
  throttle.side = Math.abs(side) > 0.5 ? Math.abs(side) : 0;
  throttle.direction = Math.sign(side);
}

/** What the last action opened; after a reset, nothing. */
function openedBy(action: Float32Array | undefined, open: Open): Throttle {
  const throttle = { main: 0, side: 0, direction: 0 };
  if (action) open(action, 0, throttle);
  return throttle;
}
