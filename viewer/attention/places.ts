import { canShow } from '../../envs/problemOfShown.ts';
import type { Scene, Shape, TextShape } from '../../envs/scene.ts';
import {
  type CellTokens,
  type PatchTokens,
  placeOf,
  stretchOf,
  type TokenGroup,
  type WaveformTokens,
} from '../../envs/tokens.ts';

/** Where a token of the observation is to be seen in a scene. */
export interface TokenPlace {
  /** Counted through all groups: its index in weights over tokens. */
  token: number;
  /** Corners x0, y0, …, x3, y3 in world units, one after the other round the place. */
  corners: Corners;
}

export type Corners = readonly number[];

/** How wide a text is, in units of the height of its line. */
export type MeasureText = (text: string) => number;

/**
 * The places of all tokens that a scene's shapes show, in painting order. A shape that shows something else than the
 * observation has, in a replay of anybody's, has none.
 */
export function placesOf(scene: Scene, groups: readonly TokenGroup[], measure: MeasureText): TokenPlace[] {
  const firsts = new Map<string, { group: TokenGroup; first: number }>();
  let first = 0;
  for (const group of groups) {
    firsts.set(group.name, { group, first });
    first += group.tokens;
  }
  const words = new Map<string, number>(); // of each part, how many have had their place
  return scene.shapes.flatMap((shape): TokenPlace[] => {
    const shown = shape.shows === undefined ? undefined : firsts.get(shape.shows);
    if (!shown || !canShow(shape, shown.group)) return [];
    const { group, first } = shown;
    const place = (corners: Corners, i: number): TokenPlace => ({ token: first + i, corners });
    if (group.kind === 'cells' || group.kind === 'patches') return spread(cornersOf(shape, measure), group).map(place);
    if (group.kind === 'waveform') return stretches(cornersOf(shape, measure), group).map(place);
    if (group.kind !== 'words') return [place(cornersOf(shape, measure), 0)];
    const before = words.get(group.name) ?? 0;
    const boxes = wordBoxes(shape as TextShape, measure); // canShow: words lie in texts only
    words.set(group.name, before + boxes.length);
    return boxes.slice(0, Math.max(0, group.tokens - before)).map((box, i) => place(box, before + i));
  });
}

/** The place that a point lies in, the topmost of several. */
export function placeAt(places: readonly TokenPlace[], x: number, y: number): TokenPlace | undefined {
  return places.findLast(({ corners }) => contains(corners, x, y));
}

/** Cells or patches spread evenly, rows and columns as a person sees them; a last patch may be a narrow one. */
function spread(corners: Corners, group: CellTokens | PatchTokens): Corners[] {
  const [rows, columns] = edges(group);
  return Array.from({ length: group.tokens }, (_, i) => {
    const [row, column] = placeOf(group, i);
    const [top, bottom] = [rows[row] as number, rows[row + 1] as number];
    const [left, right] = [columns[column] as number, columns[column + 1] as number];
    return [
      at(corners, left, top),
      at(corners, right, top),
      at(corners, right, bottom),
      at(corners, left, bottom),
    ].flat();
  });
}

/** Stretches of a waveform from left to right, each as wide as it is long. */
function stretches(corners: Corners, group: WaveformTokens): Corners[] {
  return Array.from({ length: group.tokens }, (_, i) => {
    const [left, right] = stretchOf(group, i).map((sample) => sample / group.samples) as [number, number];
    return [at(corners, left, 0), at(corners, right, 0), at(corners, right, 1), at(corners, left, 1)].flat();
  });
}

/** Where rows and columns begin and end, as shares of the whole. */
function edges(group: CellTokens | PatchTokens): [rows: number[], columns: number[]] {
  const [first, second] = group.shape.map((count, axis) => {
    const size = group.kind === 'patches' ? (group.pixels[axis] as number) : count;
    const side = group.kind === 'patches' ? group.side : 1;
    return Array.from({ length: count + 1 }, (_, i) => Math.min(i * side, size) / size);
  }) as [number[], number[]];
  return group.axes === 'yx' ? [first, second] : [second, first];
}

/** The point at shares `u` of the way from left to right and `v` from top to bottom. */
function at([x0, y0, x1, y1, x2, y2, x3, y3]: Corners, u: number, v: number): [x: number, y: number] {
  const mix = (a = 0, b = 0, c = 0, d = 0): number => (1 - v) * ((1 - u) * a + u * b) + v * ((1 - u) * d + u * c);
  return [mix(x0, x1, x2, x3), mix(y0, y1, y2, y3)];
}

/** A shape's own corners, where it has four, else those of what it takes up; upper left first, clockwise. */
function cornersOf(shape: Shape, measure: MeasureText): Corners {
  switch (shape.kind) {
    case 'rect': {
      const { x, y, width, height, rotation = 0 } = shape;
      const [left, top] = [-width / 2, -height / 2];
      return turned(box(left, top, width, height), x + width / 2, y + height / 2, rotation);
    }
    case 'polygon': {
      const points = turned(shape.points, shape.x ?? 0, shape.y ?? 0, shape.rotation ?? 0);
      return points.length === 8 ? points : around(points);
    }
    case 'grid':
      return box(shape.x, shape.y, shape.columns * shape.cellSize, shape.rows * shape.cellSize);
    case 'image':
      return box(shape.x, shape.y, shape.width, shape.height);
    case 'circle':
      return box(shape.x - shape.radius, shape.y - shape.radius, 2 * shape.radius, 2 * shape.radius);
    case 'line':
      return around(shape.points);
    case 'text': {
      const { left, top } = textOrigin(shape, measure);
      return box(left, top, measure(shape.text) * shape.size, shape.size);
    }
    default:
      return shape satisfies never;
  }
}

function wordBoxes(shape: TextShape, measure: MeasureText): Corners[] {
  const { left, top } = textOrigin(shape, measure);
  return [...shape.text.matchAll(/\S+/g)].map(({ 0: word, index }) => {
    const start = measure(shape.text.slice(0, index)) * shape.size;
    return box(left + start, top, measure(word) * shape.size, shape.size);
  });
}

const ANCHORS = { left: 0, center: 0.5, right: 1 };

function textOrigin(
  { x, y, text, size, align = 'center' }: TextShape,
  measure: MeasureText,
): { left: number; top: number } {
  return { left: x - ANCHORS[align] * measure(text) * size, top: y - size / 2 };
}

function box(left: number, top: number, width: number, height: number): Corners {
  return [left, top, left + width, top, left + width, top + height, left, top + height];
}

function around(points: readonly number[]): Corners {
  const [xs, ys] = [0, 1].map((axis) => points.filter((_, i) => i % 2 === axis)) as [number[], number[]];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return box(left, top, Math.max(...xs) - left, Math.max(...ys) - top);
}

function turned(points: readonly number[], x: number, y: number, rotation: number): number[] {
  const [cos, sin] = [Math.cos(rotation), Math.sin(rotation)];
  return points.map((_, i) => {
    const [px, py] = [points[i - (i % 2)] as number, points[i - (i % 2) + 1] as number];
    return i % 2 === 0 ? x + px * cos - py * sin : y + px * sin + py * cos;
  });
}

/** Whether a point lies in a convex outline. */
function contains(corners: Corners, x: number, y: number): boolean {
  let [left, right] = [false, false];
  for (let i = 0; i < corners.length; i += 2) {
    const [ax, ay] = [corners[i] as number, corners[i + 1] as number];
    const [bx, by] = [corners[(i + 2) % corners.length] as number, corners[(i + 3) % corners.length] as number];
    const side = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
    if (side < 0) left = true;
    if (side > 0) right = true;
  }
  return !(left && right);
}
