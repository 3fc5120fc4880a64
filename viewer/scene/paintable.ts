import type { Scene, Shape } from '../../envs/scene.ts';

/*
 * Scenes come from files and from anybody's environments. What cannot be painted is left out here, in front of the
 * painter, to which a number that is none, or a circle of a million worlds, would be the end of the page.
 */

/** No part of a shape lies further from the world than this, or is larger, in sizes of the world. */
const REACH = 1000;
/** Letters are pixels of a picture of their own, which a graphics card takes up to some size. */
const TEXT_REACH = 4;
const MOST_SHAPES = 2 ** 14;
const MOST_POINTS = 2 ** 16;
/** Of a grid or an image, along one side: a texture has no more. */
const MOST_TEXELS = 4096;
const WORLD_SIZES = { least: 1e-6, most: 1e9 };

type Loose = Readonly<Record<string, unknown>>;
/** Names of what must be a number, and of what may be left out. */
type Numbers = readonly [needed: readonly string[], optional: readonly string[]];

const NUMBERS: Readonly<Record<Shape['kind'], Numbers>> = {
  rect: [
    ['x', 'y', 'width', 'height'],
    ['rotation', 'radius', 'strokeWidth'],
  ],
  circle: [['x', 'y', 'radius'], ['strokeWidth']],
  line: [['strokeWidth'], []],
  polygon: [[], ['x', 'y', 'rotation', 'strokeWidth']],
  text: [['x', 'y', 'size'], []],
  grid: [['x', 'y', 'columns', 'rows', 'cellSize'], []],
  image: [['x', 'y', 'width', 'height', 'columns', 'rows'], []],
};
const COLOURS = ['fill', 'stroke'];
const SIZES = new Set(['width', 'height', 'radius', 'size', 'strokeWidth', 'cellSize']);
const EMPTY: Scene = { width: 1, height: 1, shapes: [] };

/** The scene without the shapes that cannot be painted; an empty one where not even its world can. */
export function paintable(scene: Scene): Scene {
  const { width, height, shapes, background } = scene;
  if (![width, height].every((size) => size >= WORLD_SIZES.least && size <= WORLD_SIZES.most)) return EMPTY;
  if (background !== undefined && typeof background !== 'string') return EMPTY;
  const size = Math.max(width, height);
  const sound = shapes.slice(0, MOST_SHAPES).filter((shape) => isPaintable(shape, size));
  return sound.length === shapes.length ? scene : { ...scene, shapes: sound };
}

function isPaintable(shape: Shape, size: number): boolean {
  const loose = shape as unknown as Loose;
  if (!Object.hasOwn(NUMBERS, shape.kind)) return false;
  const [needed, optional] = NUMBERS[shape.kind];
  const reaches = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= REACH * size;
  const fits = (name: string): boolean => reaches(loose[name]) && !(SIZES.has(name) && (loose[name] as number) < 0);
  if (!needed.every(fits)) return false;
  if (!optional.every((name) => loose[name] === undefined || fits(name))) return false;
  if (!COLOURS.every((name) => loose[name] === undefined || typeof loose[name] === 'string')) return false;
  switch (shape.kind) {
    case 'line':
    case 'polygon':
      return areNumbers(shape.points) && shape.points.length <= MOST_POINTS && shape.points.every(reaches);
    case 'text':
      return isShortText(shape.text, shape.size, size) && typeof shape.fill === 'string' && isAligned(shape.align);
    case 'grid':
      return hasTexels(shape) && areNumbers(shape.cells) && isTexts(shape.palette);
    case 'image':
      return hasTexels(shape) && areNumbers(shape.pixels);
    case 'rect':
    case 'circle':
      return true;
    default:
      return shape satisfies never;
  }
}

function areNumbers(values: unknown): boolean {
  return Array.isArray(values) && values.every((value) => typeof value === 'number');
}

function isTexts(values: unknown): boolean {
  return Array.isArray(values) && values.every((value) => typeof value === 'string');
}

function hasTexels({ columns, rows }: { columns: number; rows: number }): boolean {
  return [columns, rows].every((count) => Number.isInteger(count) && count > 0 && count <= MOST_TEXELS);
}

function isAligned(align: unknown): boolean {
  return align === undefined || align === 'left' || align === 'center' || align === 'right';
}

/** A letter is about half as wide as it is tall. */
function isShortText(text: unknown, lineHeight: number, worldSize: number): boolean {
  if (typeof text !== 'string') return false;
  const lines = text.split('\n');
  const longest = lines.reduce((most, { length }) => Math.max(most, length), 0);
  return lineHeight * Math.max(lines.length, longest / 2) <= TEXT_REACH * worldSize;
}
