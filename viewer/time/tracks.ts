import type { PageColours } from '../page/colours.ts';
import { FONT, translucent } from '../page/colours.ts';
import { formatNumber } from '../page/numbers.ts';
import type { Extremes } from './extremes.ts';

/** Where the timeline's steps and tracks lie, in CSS pixels. */
export interface Plot {
  left: number;
  right: number;
  /** The steps in sight, from the left edge to the right one; they may lie between two steps. */
  first: number;
  last: number;
  /** Of the episode. */
  lastStep: number;
}

export interface Band {
  top: number;
  height: number;
}

export type Pen = CanvasRenderingContext2D;

const HEAT = 8; // height of the strip of weights, px
const FAINTEST_ARC = 0.1; // of the heaviest
const MARGIN = 6; // between the names of tracks and the tracks, px
const LINE_HEIGHT = 14; // of the names of tracks, px

export function xOf(step: number, { left, right, first, last }: Plot): number {
  return last === first ? left : left + ((step - first) / (last - first)) * (right - left);
}

/** The step nearest to a place, of those in sight. */
export function stepAt(x: number, plot: Plot): number {
  const { left, right, first, last } = plot;
  const share = right > left ? (x - left) / (right - left) : 0;
  const step = Math.round(first + Math.min(Math.max(share, 0), 1) * (last - first));
  return Math.min(Math.max(step, Math.ceil(first)), Math.floor(last));
}

/** Pixels from one step to the next. */
export function stepWidth({ left, right, first, last }: Plot): number {
  return (right - left) / Math.max(1, last - first);
}

/** A line through the values with a soft area under it; where several fall on one pixel, all they span is covered. */
export function drawLine(pen: Pen, values: Extremes, band: Band, plot: Plot, colour: string): void {
  const [low, high] = values.all ?? [0, 0];
  const y = (value: number): number => yIn(band, value, low, high);
  const path = new Path2D();
  let [start, end]: [number | null, number] = [null, 0];
  for (const [x, least, most] of pixelColumns(values, plot)) {
    path.lineTo(x, y(most));
    if (least !== most) path.lineTo(x, y(least));
    start ??= x;
    end = x;
  }
  if (start === null) return;
  const area = new Path2D(path);
  area.lineTo(end, band.top + band.height);
  area.lineTo(start, band.top + band.height);
  pen.fillStyle = translucent(colour, 0.12);
  pen.fill(area);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.lineJoin = 'round';
  pen.stroke(path);
}

/** What bars are painted with: above zero, below it, and the line of zero itself. */
export interface BarColours {
  up: string;
  down: string;
  zero: string;
}

/** A bar from zero for each value; a rare one among zeros stays visible, however long the episode. */
export function drawBars(pen: Pen, values: Extremes, band: Band, plot: Plot, { up, down, zero }: BarColours): void {
  const [low, high] = values.all ?? [0, 0];
  const y = (value: number): number => yIn(band, value, Math.min(low, 0), Math.max(high, 0));
  const space = stepWidth(plot);
  const width = Math.min(space * 0.6, 12);
  for (const [x, least, most] of pixelColumns(values, plot)) {
    // narrow bars touch, from whole pixel to whole pixel: gaps of a fraction would make a pattern of their own
    const [start, end] =
      space < 5
        ? [Math.floor(x), Math.max(Math.floor(x) + 1, Math.floor(x + space))]
        : [x + (space - width) / 2, x + (space + width) / 2];
    const bar = (value: number, colour: string): void => {
      const [top, bottom] = [y(Math.max(value, 0)), y(Math.min(value, 0))];
      pen.fillStyle = colour;
      pen.fillRect(start, top, end - start, Math.max(1, bottom - top));
    };
    if (most > 0) bar(most, up);
    if (least < 0) bar(least, down);
  }
  pen.fillStyle = zero;
  pen.fillRect(plot.left, Math.round(y(0)), plot.right - plot.left, 1);
}

/** The name of a track and the largest and smallest of its values, in the margin before it. */
export function drawLabel(
  pen: Pen,
  name: string,
  values: Extremes | null,
  band: Band,
  plot: Plot,
  colours: PageColours,
): void {
  pen.font = FONT;
  pen.fillStyle = colours.dim;
  pen.textAlign = 'left';
  const isThin = band.height < LINE_HEIGHT;
  pen.textBaseline = isThin ? 'middle' : 'top';
  pen.fillText(name, 0, isThin ? band.top + band.height / 2 : band.top);
  const extremes = values?.all;
  if (!extremes || band.height < 2 * LINE_HEIGHT || plot.left < 90) return;
  const [low, high] = extremes;
  pen.fillText(
    low === high ? formatNumber(low) : `${formatNumber(low)} … ${formatNumber(high)}`,
    0,
    band.top + LINE_HEIGHT,
    plot.left - MARGIN, // rather narrow letters than numbers in the track
  );
}

/** Step numbers under the tracks, at round steps about 80 pixels apart. */
export function drawAxis(pen: Pen, band: Band, tracksTop: number, plot: Plot, colours: PageColours): void {
  const every = roundStep(80 / stepWidth(plot));
  pen.font = FONT;
  pen.textBaseline = 'bottom';
  for (let step = Math.ceil(plot.first / every) * every; step <= plot.last; step += every) {
    const x = Math.round(xOf(step, plot));
    pen.fillStyle = colours.line;
    pen.fillRect(x, tracksTop, 1, band.top - tracksTop);
    pen.fillStyle = colours.dim;
    pen.textAlign = x - plot.left < 10 ? 'left' : plot.right - x < 20 ? 'right' : 'center';
    pen.fillText(String(step), x, band.top + band.height);
  }
}

/** What a step attended to. */
export interface Attended {
  /** Of past steps, by how many steps before they were. */
  weights: Float32Array;
  /** The step that attends. */
  step: number;
  /** A past step whose arc stands out. */
  pointed: number | null;
}

/** The weights of past steps as heat under, and arcs to, the step that attends. */
export function drawMemory(pen: Pen, attended: Attended, band: Band, plot: Plot, colours: PageColours): void {
  const { weights, step, pointed } = attended;
  const heaviest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  if (heaviest === 0) return;
  const space = stepWidth(plot);
  const ground = band.top + band.height - HEAT - 2;
  const here = xOf(step, plot);
  const past = Math.min(weights.length - 1, step);
  for (let lag = past; lag >= 0; lag--) {
    const strength = (weights[lag] as number) / heaviest;
    const isPointed = step - lag === pointed;
    if (strength === 0) continue;
    const x = xOf(step - lag, plot);
    pen.fillStyle = translucent(colours.accent, strength);
    const cellStart = Math.max(plot.left, x - Math.max(space, 1) / 2);
    pen.fillRect(cellStart, ground + 2, x + Math.max(space, 1) / 2 - cellStart, HEAT);
    const isDrawn = strength >= FAINTEST_ARC && (space >= 4 || isPeak(weights, lag));
    if (lag === 0 || !(isPointed || isDrawn)) continue;
    const tall = (ground - band.top) * Math.sqrt(lag / past);
    pen.strokeStyle = isPointed ? colours.text : translucent(colours.accent, Math.max(0.3, strength));
    pen.lineWidth = isPointed ? 2 : 1.25;
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

/** [x, smallest, largest] of the values that fall on one pixel column, from left to right, as far as they are in sight. */
export function* pixelColumns(values: Extremes, plot: Plot): Generator<[x: number, least: number, most: number]> {
  const space = stepWidth(plot);
  const stepFrom = (x: number): number => Math.ceil(plot.first + (x - plot.left) / space);
  if (space >= 1) {
    // one before and one behind, for a line that goes on
    const end = Math.min(values.length, Math.ceil(plot.last) + 1);
    for (let t = Math.max(0, Math.floor(plot.first)); t < end; t++) {
      const extremes = values.between(t, t + 1);
      if (extremes) yield [xOf(t, plot), ...extremes];
    }
    return;
  }
  for (let x = plot.left; x <= plot.right; x++) {
    const extremes = values.between(stepFrom(x), stepFrom(x + 1));
    if (extremes) yield [x, ...extremes];
  }
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
