import type { Body } from 'planck';
import { ACCENT, BACKGROUND, BODY, DETAIL, EDGE, GOOD, SURFACE } from '../palette.ts';
import type { Polygon, Scene, Shape } from '../scene.ts';
import { HULL, type Lander, LEG, metres } from './lander.ts';
import type { Throttle } from './landers.ts';
import { groundX, HEIGHT, PAD_LEFT, PAD_RIGHT, POINTS, WIDTH } from './moon.ts';

/** More sky than Gymnasium shows, so that the lander is all in view where it starts. */
const TOP = HEIGHT + 1.2;
// x and y in turn
const STARS = [1.1, 1.3, 3.2, 3.9, 4.6, 0.9, 6.9, 2.6, 8.3, 4.8, 12.2, 1.6, 13.4, 4.2, 15.6, 2.4, 17.1, 5.1, 18.7, 1.5];
const LEG_CORNERS = [-LEG.x, -LEG.y, LEG.x, -LEG.y, LEG.x, LEG.y, -LEG.x, LEG.y];
/** Where a strut leaves the hull. */
const HIP = { x: metres(14), y: metres(-6) };
const WINDOW = [-0.2, 0.36, -0.24, 0.12, 0.24, 0.12, 0.2, 0.36];
/** Where the nozzles are, about the hull's origin. */
const MAIN_NOZZLE = { y: metres(-10), halfWidth: 0.2 };
const SIDE_NOZZLE = { x: metres(16), y: metres(8), halfWidth: 0.1 };

/**
 * The lander above its pad, with the flames of its last action.
 *
 * @param heights  of the ground's points, m
 */
export function drawLanding(heights: Float64Array, lander: Lander, throttle: Throttle): Scene {
  const ground = Array.from({ length: POINTS }, (_, i) => [groundX(i), screenY(heights[i] as number)]).flat();
  const padY = screenY(heights[(POINTS - 1) / 2] as number);
  const { hull, legs, standing } = lander;
  return {
    width: WIDTH,
    height: TOP,
    background: BACKGROUND,
    shapes: [
      ...stars(),
      { kind: 'polygon', points: [...ground, WIDTH, TOP, 0, TOP], fill: SURFACE },
      { kind: 'line', points: ground, stroke: EDGE, strokeWidth: 0.08 },
      { kind: 'line', points: [PAD_LEFT, padY, PAD_RIGHT, padY], stroke: GOOD, strokeWidth: 0.1 },
      ...flag('left flag', PAD_LEFT, padY),
      ...flag('right flag', PAD_RIGHT, padY),
      ...flames(hull, throttle),
      ...legs.map((leg, i) => strut(hull, leg, i === 0 ? 1 : -1)),
      ...legs.map((leg, i) =>
        part(leg, { id: i === 0 ? 'first leg' : 'second leg', points: LEG_CORNERS, fill: standing[i] ? GOOD : DETAIL }),
      ),
      part(hull, { id: 'hull', points: HULL, fill: BODY }),
      part(hull, { id: 'window', points: WINDOW, fill: EDGE }),
    ],
  };
}

function stars(): Shape[] {
  return Array.from({ length: STARS.length / 2 }, (_, i) => {
    const [x, y] = STARS.slice(2 * i, 2 * i + 2) as [number, number];
    return { kind: 'circle', x, y, radius: i % 3 === 0 ? 0.05 : 0.035, fill: EDGE };
  });
}

function flag(id: string, x: number, y: number): Shape[] {
  const top = y - 1.3;
  return [
    { kind: 'line', id: `${id} pole`, points: [x, y, x, top], stroke: DETAIL, strokeWidth: 0.06 },
    { kind: 'polygon', id, points: [x, top, x + 0.62, top + 0.18, x, top + 0.36], fill: GOOD },
  ];
}

/** From the hull's lower corner on its side to the leg. */
function strut(hull: Body, leg: Body, side: 1 | -1): Shape {
  const from = hull.getWorldPoint({ x: side * HIP.x, y: HIP.y });
  const to = leg.getPosition();
  return {
    kind: 'line',
    id: side === 1 ? 'first strut' : 'second strut',
    points: [from.x, screenY(from.y), to.x, screenY(to.y)],
    stroke: EDGE,
    strokeWidth: 0.09,
  };
}

/** Always there, with no length where an engine is off, so that a viewer can let them grow. */
function flames(hull: Body, { main, side, direction }: Throttle): Shape[] {
  const { x, y, halfWidth } = SIDE_NOZZLE;
  const length = (open: number, most: number): number => (open > 0 ? most * open : 0);
  const down = MAIN_NOZZLE.y - length(main, 1.1);
  // What comes out on the left pushes to the right.
  const sides = [-1, 1].map((at) => {
    const tip = at * (x + length(direction === -at ? side : 0, 0.7));
    return part(hull, {
      id: at < 0 ? 'left flame' : 'right flame',
      points: [at * x, y - halfWidth, tip, y, at * x, y + halfWidth],
      fill: ACCENT,
    });
  });
  const { y: nozzle, halfWidth: half } = MAIN_NOZZLE;
  return [part(hull, { id: 'main flame', points: [-half, nozzle, 0, down, half, nozzle], fill: ACCENT }), ...sides];
}

/** A polygon that is fixed to a body; the points are about its origin, y upwards. */
function part(body: Body, polygon: Pick<Polygon, 'id' | 'points' | 'fill'>): Shape {
  const { x, y } = body.getPosition();
  return {
    ...polygon,
    kind: 'polygon',
    points: polygon.points.map((at, i) => (i % 2 === 0 ? at : -at)),
    x,
    y: screenY(y),
    rotation: -body.getAngle(),
  };
}

function screenY(y: number): number {
  return TOP - y;
}
