import { describe } from './contract.ts';
import type { Shape } from './scene.ts';

/** What each kind of shape must have, and may have, by type. */
const SHAPES: Record<Shape['kind'], Readonly<Record<string, Field>>> = {
  rect: { x: 'number', y: 'number', width: 'size', height: 'size', rotation: 'number?', radius: 'size?', ...painted() },
  circle: { x: 'number', y: 'number', radius: 'size', ...painted() },
  line: { points: 'points', stroke: 'colour', strokeWidth: 'size' },
  polygon: { points: 'points', x: 'number?', y: 'number?', rotation: 'number?', ...painted() },
  text: { x: 'number', y: 'number', text: 'string', size: 'size', fill: 'colour', align: 'align?' },
  grid: {
    x: 'number',
    y: 'number',
    columns: 'count',
    rows: 'count',
    cellSize: 'size',
    cells: 'array',
    palette: 'colours',
  },
  image: { x: 'number', y: 'number', width: 'size', height: 'size', columns: 'count', rows: 'count', pixels: 'array' },
};

type Type = keyof typeof TYPES;
type Field = Type | `${Type}?`;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isColour = (value: unknown): boolean => typeof value === 'string' && /^#[0-9a-f]{6}([0-9a-f]{2})?$/i.test(value);

const TYPES = {
  number: { wanted: 'a finite number', holds: isNumber },
  size: { wanted: 'a finite number, not negative', holds: (value: unknown) => isNumber(value) && value >= 0 },
  count: {
    wanted: 'a positive integer',
    holds: (value: unknown) => isNumber(value) && Number.isInteger(value) && value > 0,
  },
  string: { wanted: 'a string', holds: (value: unknown) => typeof value === 'string' },
  colour: { wanted: 'a colour, #rrggbb or #rrggbbaa', holds: isColour },
  colours: { wanted: 'an array of colours', holds: (value: unknown) => Array.isArray(value) && value.every(isColour) },
  align: {
    wanted: "'left', 'center' or 'right'",
    holds: (value: unknown) => ['left', 'center', 'right'].includes(value as string),
  },
  array: { wanted: 'an array of numbers', holds: (value: unknown) => Array.isArray(value) && value.every(isNumber) },
  points: {
    wanted: 'finite numbers x0, y0, x1, y1, …',
    holds: (value: unknown) =>
      Array.isArray(value) && value.length > 0 && value.length % 2 === 0 && value.every(isNumber),
  },
} as const;

function painted(): Record<string, Field> {
  return { fill: 'colour?', stroke: 'colour?', strokeWidth: 'size?' };
}

/** Why this is not a Scene that a viewer can paint, or undefined where it is. */
export function problemOfScene(scene: unknown): string | undefined {
  if (typeof scene !== 'object' || scene === null) return `is ${describe(scene)}, wanted { width, height, shapes }`;
  const { width, height, background, shapes } = scene as Record<string, unknown>;
  if (!isNumber(width) || width <= 0) return `width is ${describe(width)}, wanted a positive number`;
  if (!isNumber(height) || height <= 0) return `height is ${describe(height)}, wanted a positive number`;
  if (background !== undefined && !isColour(background))
    return `background is ${describe(background)}, wanted ${TYPES.colour.wanted}`;
  if (!Array.isArray(shapes)) return `shapes is ${describe(shapes)}, wanted an array`;
  const ids = new Set<unknown>();
  for (const [i, shape] of (shapes as Record<string, unknown>[]).entries()) {
    const problem = problemOfShape(shape);
    if (problem) return `shapes[${i}] ${problem}`;
    if (shape['id'] === undefined) continue;
    if (ids.has(shape['id'])) return `shapes[${i}] has the id "${String(shape['id'])}" of an earlier shape`;
    ids.add(shape['id']);
  }
  return undefined;
}

function problemOfShape(shape: unknown): string | undefined {
  const { kind, id, shows } = (shape ?? {}) as Record<string, unknown>;
  const fields = Object.hasOwn(SHAPES, String(kind)) ? SHAPES[kind as Shape['kind']] : undefined;
  if (!fields) return `is of kind ${describe(kind)}, wanted one of ${Object.keys(SHAPES).join(', ')}`;
  if (id !== undefined && typeof id !== 'string') return `(${String(kind)}): id is ${describe(id)}, wanted a string`;
  if (shows !== undefined && typeof shows !== 'string')
    return `(${String(kind)}): shows is ${describe(shows)}, wanted the name of a part of the observation`;
  for (const [name, field] of Object.entries(fields)) {
    const value = (shape as Record<string, unknown>)[name];
    if (value === undefined && field.endsWith('?')) continue;
    const { holds, wanted } = TYPES[field.replace('?', '') as Type];
    if (!holds(value)) return `(${String(kind)}): ${name} is ${describe(value)}, wanted ${wanted}`;
  }
  return problemOfCells(shape as Shape);
}

function problemOfCells(shape: Shape): string | undefined {
  if (shape.kind === 'grid') {
    const { columns, rows, cells, palette } = shape;
    if (cells.length !== columns * rows) return `(grid): ${cells.length} cells, wanted ${columns} x ${rows}`;
    const beyond = cells.find((cell) => palette[cell] === undefined);
    if (beyond !== undefined) return `(grid): a cell is ${beyond}, wanted an index into ${palette.length} colours`;
  }
  if (shape.kind === 'image') {
    const { columns, rows, pixels } = shape;
    if (pixels.length !== columns * rows * 3)
      return `(image): ${pixels.length} numbers as pixels, wanted ${columns} x ${rows} x 3`;
    const beyond = pixels.find((value) => value < 0 || value > 255);
    if (beyond !== undefined) return `(image): a pixel holds ${beyond}, wanted 0 to 255`;
  }
  return undefined;
}
