import { svg } from './dom.ts';

/** How lines that stand for different things are drawn beside the colour, in pixels of line and gap, from series 1 on. */
const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3]];

/** @param series from 1 to 4 */
export function seriesDash(series: number): readonly number[] {
  return DASHES[series - 1] ?? [];
}

/** A piece of a series' line: what a name beside it is the name of. */
export function seriesSwatch(series: number): SVGElement {
  const line = svg('line', { x1: 1, x2: 23, y1: 4, y2: 4, 'stroke-dasharray': seriesDash(series).join(' ') });
  return svg('svg', { class: 'swatch', viewBox: '0 0 24 8', 'data-series': series, 'aria-hidden': 'true' }, line);
}
