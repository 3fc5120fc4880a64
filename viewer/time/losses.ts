import type { Loss } from '../../src/replay/format.ts';
import { translucent } from '../page/colours.ts';
import type { Plot } from './tracks.ts';
import { xOf } from './tracks.ts';

/** Narrower gaps are still seen. */
const NARROWEST = 3; // px

/** Veils the steps that the file has lost, over the whole height of the tracks. */
export function drawLosses(
  pen: CanvasRenderingContext2D,
  losses: readonly Loss[],
  plot: Plot,
  { height, colour }: { height: number; colour: string },
): void {
  for (const { first, last } of losses) {
    if (first > plot.last || last < plot.first) continue;
    const [left, right] = [xOf(Math.max(first, plot.first), plot), xOf(Math.min(last, plot.last), plot)];
    const width = Math.max(NARROWEST, right - left);
    pen.fillStyle = translucent(colour, 0.16);
    pen.fillRect(left, 0, width, height);
    pen.fillStyle = colour;
    pen.fillRect(left, 0, width, 2);
  }
}
