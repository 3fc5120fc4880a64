import type { Generator } from '../random.ts';

/** Metres of the visible world; the ground lies in its lower half. */
export const WIDTH = 20;
export const HEIGHT = 40 / 3;
/** Points of the ground, from the left edge to the right one. */
export const POINTS = 11;
const MIDDLE = 5;
/** The landing pad: between the points beside the middle one, at a height of its own. */
export const PAD_LEFT = groundX(MIDDLE - 1);
export const PAD_RIGHT = groundX(MIDDLE + 1);
export const PAD_Y = HEIGHT / 4;

/** Drawn, before they are made smooth; one more than there are points, as in Gymnasium. */
const rough = new Float64Array(POINTS + 1);

export function groundX(point: number): number {
  return (WIDTH / (POINTS - 1)) * point;
}

/** Draws heights for the ground, flat about the pad, each then about the mean of itself and its neighbours. */
export function drawGround(random: Generator, heights: Float64Array): void {
  for (let i = 0; i < rough.length; i++) rough[i] = random.uniform(0, HEIGHT / 2);
  rough.fill(PAD_Y, MIDDLE - 2, MIDDLE + 3);
  for (let i = 0; i < POINTS; i++) {
    const before = rough[i === 0 ? POINTS : i - 1] as number;
    heights[i] = 0.33 * (before + (rough[i] as number) + (rough[i + 1] as number));
  }
}
