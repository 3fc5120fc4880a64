/**
 * What a person would see of an environment, as plain data: no canvas, no colours of a theme, nothing to run.
 *
 * World units are the environment's own choice. The origin is the top left corner, x grows to the right and
 * y grows downwards; angles are radians, clockwise on the screen. Later shapes are painted over earlier ones.
 */
export interface Scene {
  /** Size of the visible world, in world units. */
  width: number;
  height: number;
  background?: Colour;
  shapes: Shape[];
}

/** `#rrggbb`, or `#rrggbbaa` with its opacity. */
export type Colour = `#${string}`;

interface ShapeBase {
  /** Stable from step to step, so that a viewer can glide the shape from where it was to where it is. */
  id?: string;
  /**
   * The part of the observation that the shape shows, as `tokensOf` (tokens.ts) names it: `image`, `left.position`, or ''
   * where the observation is one part. A viewer can then show in the scene itself what an agent looked at.
   *
   * | the part's tokens | where they are                                                                             |
   * |-------------------|--------------------------------------------------------------------------------------------|
   * | cells, patches    | spread over a grid, an image, a rect, or a polygon of four corners: upper left, upper      |
   * |                   | right, lower right, lower left of the part, wherever they lie in the scene                 |
   * | waveform          | side by side, in time from left to right, over one of these, or over what a line takes up  |
   * | words             | the words of texts, in order; a part may go on from one text to the next                   |
   * | any other         | the shape                                                                                  |
   *
   * A shape need not be painted to show something: what an agent sees of a larger world is a polygon without a fill.
   */
  shows?: string;
}

export interface Painted {
  fill?: Colour;
  stroke?: Colour;
  /** World units. */
  strokeWidth?: number;
}

/** `x`, `y` are the top left corner; `rotation` turns it about its own centre. */
export interface Rect extends ShapeBase, Painted {
  kind: 'rect';
  x: number;
  y: number;
  width: number;
  height: number;
  rotation?: number;
  /** Radius of the rounded corners. */
  radius?: number;
}

/** `x`, `y` are the centre. */
export interface Circle extends ShapeBase, Painted {
  kind: 'circle';
  x: number;
  y: number;
  radius: number;
}

/** An open path through `points` (x0, y0, x1, y1, …) with round caps and joins. */
export interface Line extends ShapeBase {
  kind: 'line';
  points: number[];
  stroke: Colour;
  strokeWidth: number;
}

/** A closed path through `points` (x0, y0, x1, y1, …), moved to `x`, `y` and turned about that point. */
export interface Polygon extends ShapeBase, Painted {
  kind: 'polygon';
  points: number[];
  x?: number;
  y?: number;
  rotation?: number;
}

/** Height of a line of text, as a multiple of the font's size. */
export const LINE_HEIGHT = 1.2;

/** `x`, `y` is the middle of the line's height, at its left end, centre or right end as `align` says (centre). */
export interface TextShape extends ShapeBase {
  kind: 'text';
  x: number;
  y: number;
  text: string;
  /** Height of a line, in world units. */
  size: number;
  fill: Colour;
  align?: 'left' | 'center' | 'right';
}

/** A board of equal square cells; `cells[row * columns + column]` is an index into `palette`. */
export interface Grid extends ShapeBase {
  kind: 'grid';
  x: number;
  y: number;
  columns: number;
  rows: number;
  cellSize: number;
  cells: number[];
  palette: Colour[];
}

/** Pixels: `pixels[(row * columns + column) * 3]` is red, then green, then blue, each from 0 to 255. */
export interface Image extends ShapeBase {
  kind: 'image';
  x: number;
  y: number;
  width: number;
  height: number;
  columns: number;
  rows: number;
  pixels: number[];
}

export type Shape = Rect | Circle | Line | Polygon | TextShape | Grid | Image;
