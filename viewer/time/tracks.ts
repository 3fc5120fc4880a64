import type { PageColours } from '../page/colours.ts';
import { FONT, translucent } from '../page/colours.ts';
import { formatNumber } from '../page/numbers.ts';

/** Where the timeline's steps and tracks lie, in CSS pixels. */
export interface Plot {
  left: number;
  right: number;
  /** The episode's last step, at `right`. */
  lastStep: number;
}

export interface Band {
  top: number;
  height: number;
}

type Pen = CanvasRenderingContext2D;

/** A number for each step. */
export type Series = Float32Array | Float64Array;

const HEAT = 8; // height of the strip of weights, px

export function xOf(step: number, { left, right, lastStep }: Plot): number {
  return lastStep === 0 ? left : left + (step / lastStep) * (right - left);
}

export function stepAt(x: number, { left, right, lastStep }: Plot): number {
  const share = right > left ? (x - left) / (right - left) : 0;
  return Math.round(Math.min(Math.max(share, 0), 1) * lastStep);
}

/** A line through the values with a soft area under it; where several fall on one pixel, all they span is covered. */
export function drawLine(pen: Pen, values: Float32Array, band: Band, plot: Plot, colours: PageColours): void {
  const { low, high } = extent(values);
  const y = (value: number): number => yIn(band, value, low, high);
  const path = new Path2D();
  for (const [x, least, most] of pixelColumns(values, plot)) {
    path.lineTo(x, y(most));
    if (least !== most) path.lineTo(x, y(least));
  }
  const area = new Path2D(path);
  area.lineTo(xOf(values.length - 1, plot), band.top + band.height);
  area.lineTo(plot.left, band.top + band.height);
  pen.fillStyle = translucent(colours.accent, 0.12);
  pen.fill(area);
  pen.strokeStyle = colours.accent;
  pen.lineWidth = 1.5;
  pen.lineJoin = 'round';
  pen.stroke(path);
}

/** A bar from zero for each value; a rare one among zeros stays visible, however long the episode. */
export function drawBars(pen: Pen, values: Float32Array, band: Band, plot: Plot, colours: PageColours): void {
  const { low, high } = extent(values, 0);
  const y = (value: number): number => yIn(band, value, low, high);
  const space = (plot.right - plot.left) / Math.max(1, plot.lastStep);
  const width = Math.min(space * 0.6, 12);
  pen.fillStyle = translucent(colours.dim, 0.5);
  for (const [x, least, most] of pixelColumns(values, plot)) {
    if (most === 0 && least === 0) continue;
    const [top, bottom] = [y(Math.max(most, 0)), y(Math.min(least, 0))];
    // narrow bars touch, from whole pixel to whole pixel: gaps of a fraction would make a pattern of their own
    const [start, end] =
      space < 5
        ? [Math.floor(x), Math.max(Math.floor(x) + 1, Math.floor(x + space))]
        : [x + (space - width) / 2, x + (space + width) / 2];
    pen.fillRect(start, top, end - start, Math.max(1, bottom - top));
  }
  pen.fillStyle = colours.line;
  pen.fillRect(plot.left, Math.round(y(0)), plot.right - plot.left, 1);
}

/** The name of a track and the largest and smallest of its values, in the margin before it. */
export function drawLabel(
  pen: Pen,
  name: string,
  values: Float32Array | null,
  band: Band,
  plot: Plot,
  colours: PageColours,
): void {
  pen.font = FONT;
  pen.fillStyle = colours.dim;
  pen.textAlign = 'left';
  pen.textBaseline = 'top';
  pen.fillText(name, 0, band.top);
  if (!values || values.length === 0 || band.height < 36 || plot.left < 90) return;
  const { low, high } = extent(values);
  pen.fillText(low === high ? formatNumber(low) : `${formatNumber(low)} … ${formatNumber(high)}`, 0, band.top + 15);
}

/** Step numbers under the tracks, at round steps about 80 pixels apart. */
export function drawAxis(pen: Pen, band: Band, tracksTop: number, plot: Plot, colours: PageColours): void {
  const every = roundStep((plot.lastStep * 80) / Math.max(1, plot.right - plot.left));
  pen.font = FONT;
  pen.textBaseline = 'bottom';
  for (let step = 0; step <= plot.lastStep; step += every) {
    const x = Math.round(xOf(step, plot));
    pen.fillStyle = colours.line;
    pen.fillRect(x, tracksTop, 1, band.top - tracksTop);
    pen.fillStyle = colours.dim;
    pen.textAlign = step === 0 ? 'left' : plot.right - x < 20 ? 'right' : 'center';
    pen.fillText(String(step), x, band.top + band.height);
  }
}

/** The weights of past steps as heat under, and arcs to, the step that attends. */
export function drawMemory(
  pen: Pen,
  weights: Float32Array,
  step: number,
  band: Band,
  plot: Plot,
  colours: PageColours,
): void {
  const heaviest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  if (heaviest === 0) return;
  const space = (plot.right - plot.left) / Math.max(1, plot.lastStep);
  const ground = band.top + band.height - HEAT - 2;
  const here = xOf(step, plot);
  const past = Math.min(weights.length - 1, step);
  for (let lag = past; lag >= 0; lag--) {
    const strength = (weights[lag] as number) / heaviest;
    const x = xOf(step - lag, plot);
    pen.fillStyle = translucent(colours.accent, strength);
    const cellStart = Math.max(plot.left, x - Math.max(space, 1) / 2);
    pen.fillRect(cellStart, ground + 2, x + Math.max(space, 1) / 2 - cellStart, HEAT);
    if (strength < 0.1 || lag === 0 || (space < 4 && !isPeak(weights, lag))) continue;
    const tall = (ground - band.top) * Math.sqrt(lag / past);
    pen.strokeStyle = translucent(colours.accent, Math.max(0.3, strength));
    pen.lineWidth = 1.25;
    pen.beginPath();
    pen.ellipse((x + here) / 2, ground, (here - x) / 2, tall, 0, Math.PI, 0);
    pen.stroke();
  }
}

/** Where arcs would lie on one another, only those to a step that stands out among its neighbours are drawn. */
function isPeak(weights: Float32Array, lag: number): boolean {
  const weight = weights[lag] as number;
  return weight >= (weights[lag - 1] ?? 0) && weight > (weights[lag + 1] ?? 0);
}

/** [x, smallest, largest] of the values that fall on one pixel column, from left to right. */
export function* pixelColumns(values: Series, plot: Plot): Generator<[x: number, least: number, most: number]> {
  const crowded = values.length > plot.right - plot.left;
  for (let first = 0; first < values.length;) {
    const x = xOf(first, plot);
    let [least, most] = [Infinity, -Infinity];
    do {
      const value = values[first++] as number;
      if (Number.isNaN(value)) continue; // the policy gave none
      least = Math.min(least, value);
      most = Math.max(most, value);
    } while (crowded && first < values.length && Math.floor(xOf(first, plot)) === Math.floor(x));
    if (least <= most) yield [x, least, most];
  }
}

export function extent(values: Series, ...others: number[]): { low: number; high: number } {
  let [low, high] = [Math.min(Infinity, ...others), Math.max(-Infinity, ...others)];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}

export function yIn({ top, height }: Band, value: number, low: number, high: number): number {
  const share = high > low ? (value - low) / (high - low) : value === 0 ? 0 : 0.5;
  return top + height - share * height;
}

/** The smallest of 1, 2, 5, 10, 20, 50, … that is at least `size`. */
function roundStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(size, 1)));
  return ([1, 2, 5].find((factor) => factor * power >= size) ?? 10) * power;
}
