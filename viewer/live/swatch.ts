import { svg } from '../page/dom.ts';
import type { Shown } from './overlay.ts';

/** A piece of a run's line, beside its name. */
export function swatch({ colour, dashed }: Shown): SVGElement {
  const picture = svg('svg', { class: 'swatch', viewBox: '0 0 16 8', 'aria-hidden': 'true', 'data-curve': colour });
  picture.append(svg('line', { x1: 0, x2: 16, y1: 4, y2: 4, ...(dashed && { 'stroke-dasharray': '5 3' }) }));
  return picture;
}
