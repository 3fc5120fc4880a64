import { CellKind, COLOUR_NAMES, DoorState } from './cells.ts';
import { AHEAD, ASIDE, VIEW } from './view.ts';

/** Pixels of a tile's side. */
export const TILE = 8;
/** Pixels of the side of what an agent sees. */
export const VIEW_PIXELS = VIEW * TILE;
/** Numbers of that picture. */
export const PICTURE_SIZE = VIEW_PIXELS * VIEW_PIXELS * 3;

/** Points that a pixel is the mean of, along each side. */
const FINE = 3;
const ROW = VIEW_PIXELS * 3;

type Rgb = readonly [red: number, green: number, blue: number];
/** Whether something covers a point of a tile, whose sides are 1. */
type Covers = (x: number, y: number) => boolean;
type Layer = readonly [covers: Covers, colour: Rgb];

/** MiniGrid's. */
const COLOURS: Readonly<Record<(typeof COLOUR_NAMES)[number], Rgb>> = {
  red: [255, 0, 0],
  green: [0, 255, 0],
  blue: [0, 0, 255],
  purple: [112, 39, 195],
  yellow: [255, 255, 0],
  grey: [100, 100, 100],
};
const BLACK: Rgb = [0, 0, 0];
const LINE: Rgb = [100, 100, 100];
const LAVA: Rgb = [255, 128, 0];
/** How much lighter what is seen is. */
const LIGHT = 0.3;

const rect =
  (left: number, right: number, top: number, bottom: number): Covers =>
  (x, y) =>
    x >= left && x <= right && y >= top && y <= bottom;
const disc =
  (cx: number, cy: number, radius: number): Covers =>
  (x, y) =>
    (x - cx) ** 2 + (y - cy) ** 2 <= radius ** 2;
const everywhere: Covers = () => true;
/** An arrow upwards: what the agent is in its own view. */
const arrow: Covers = (x, y) => y <= 0.88 && Math.abs(x - 0.5) <= (0.31 * (y - 0.13)) / 0.75;
/** Three waves, one under the other. */
const waves: Covers = (x, y) =>
  [0.3, 0.5, 0.7].some((height) => Math.abs(y - height - 0.1 * Math.abs(((x * 2 + 0.6) % 1) - 0.5)) < 0.045);

/** By kind, colour, state, and whether the agent is there; made when they are first wanted. */
const tiles: (Float32Array[] | undefined)[] = [];

/**
 * Writes the picture of a view, as MiniGrid's RGBImgPartialObsWrapper shows it: tiles of 8 x 8 pixels, of which those that
 * are seen are lighter. Row by row, red, green and blue of each pixel.
 *
 * @param view [7, 7, 3] kind, colour and state of each cell, column by column
 * @param out  gets PICTURE_SIZE numbers from `offset` on
 */
export function writePicture(view: Float32Array, out: Float32Array, offset: number): void {
  for (let column = 0; column < VIEW; column++) {
    for (let row = 0; row < VIEW; row++) {
      const at = 3 * (column * VIEW + row);
      const isAgent = column === ASIDE && row === AHEAD;
      const tile = tileOf(view[at] as number, view[at + 1] as number, view[at + 2] as number, isAgent);
      let to = offset + row * TILE * ROW + column * TILE * 3;
      for (const pixels of tile) {
        out.set(pixels, to);
        to += ROW;
      }
    }
  }
}

/** Its rows, [8 * 3] each. */
function tileOf(kind: number, colour: number, state: number, isAgent: boolean): Float32Array[] {
  const index = (((kind * 8 + colour) * 4 + state) << 1) | (isAgent ? 1 : 0);
  return (tiles[index] ??= paint(kind, colour, state, isAgent));
}

function paint(kind: number, colour: number, state: number, isAgent: boolean): Float32Array[] {
  const tile = Array.from({ length: TILE }, () => new Float32Array(TILE * 3));
  if (kind === CellKind.unseen) return tile;
  const layers: Layer[] = [
    [rect(0, 0.031, 0, 1), LINE],
    [rect(0, 1, 0, 0.031), LINE],
    ...layersOf(kind, COLOURS[COLOUR_NAMES[colour] as keyof typeof COLOURS], state),
    ...(isAgent ? [[arrow, COLOURS.red] as const] : []),
  ];
  const points = FINE * FINE;
  for (let pixel = 0; pixel < TILE * TILE; pixel++) {
    const sums = [0, 0, 0];
    for (let point = 0; point < points; point++) {
      const x = ((pixel % TILE) + ((point % FINE) + 0.5) / FINE) / TILE;
      const y = (Math.floor(pixel / TILE) + (Math.floor(point / FINE) + 0.5) / FINE) / TILE;
      const top = layers.findLast(([covers]) => covers(x, y))?.[1] ?? BLACK;
      top.forEach((value, c) => (sums[c] = (sums[c] as number) + value));
    }
    sums.forEach((sum, c) => {
      const mean = sum / points;
      const row = tile[Math.floor(pixel / TILE)] as Float32Array;
      row[3 * (pixel % TILE) + c] = Math.round(mean + LIGHT * (255 - mean));
    });
  }
  return tile;
}

/** What is painted of a thing, from the ground up. */
function layersOf(kind: number, colour: Rgb, state: number): Layer[] {
  const dark = colour.map((value) => value * 0.45) as unknown as Rgb;
  switch (kind) {
    case CellKind.wall:
      return [[everywhere, LINE]];
    case CellKind.floor:
      return [[rect(0.031, 1, 0.031, 1), dark]];
    case CellKind.goal:
      return [[everywhere, colour]];
    case CellKind.lava:
      return [
        [everywhere, LAVA],
        [waves, BLACK],
      ];
    case CellKind.ball:
      return [[disc(0.5, 0.5, 0.31), colour]];
    case CellKind.box:
      return [
        [rect(0.12, 0.88, 0.12, 0.88), colour],
        [rect(0.18, 0.82, 0.18, 0.82), BLACK],
        [rect(0.16, 0.84, 0.47, 0.53), colour],
      ];
    case CellKind.key:
      return [
        [rect(0.5, 0.63, 0.31, 0.88), colour],
        [rect(0.38, 0.5, 0.59, 0.66), colour],
        [rect(0.38, 0.5, 0.81, 0.88), colour],
        [disc(0.56, 0.28, 0.19), colour],
        [disc(0.56, 0.28, 0.064), BLACK],
      ];
    case CellKind.door:
      return doorLayers(colour, dark, state);
    default:
      return [];
  }
}

function doorLayers(colour: Rgb, dark: Rgb, state: number): Layer[] {
  if (state === DoorState.open)
    return [
      [rect(0.88, 1, 0, 1), colour],
      [rect(0.92, 0.96, 0.04, 0.96), BLACK],
    ];
  if (state === DoorState.locked)
    return [
      [everywhere, colour],
      [rect(0.06, 0.94, 0.06, 0.94), dark],
      [rect(0.52, 0.75, 0.5, 0.56), colour],
    ];
  return [
    [everywhere, colour],
    [rect(0.04, 0.96, 0.04, 0.96), BLACK],
    [rect(0.08, 0.92, 0.08, 0.92), colour],
    [rect(0.12, 0.88, 0.12, 0.88), BLACK],
    [disc(0.75, 0.5, 0.08), colour],
  ];
}
