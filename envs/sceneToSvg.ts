import { type Colour, type Grid, type Image, LINE_HEIGHT, type Painted, type Scene, type Shape } from './scene.ts';

const ROUND = { 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
const ONE_PIXEL = { 'stroke-width': 1, 'vector-effect': 'non-scaling-stroke' };
const ANCHORS = { left: 'start', center: 'middle', right: 'end' } as const;

type Attributes = Readonly<Record<string, string | number | undefined>>;

/**
 * A scene as an SVG document: a still picture of an environment for where there is no viewer, such as a page or a notebook.
 *
 *   writeFileSync('now.svg', sceneToSvg(env.draw()));
 *
 * @param width  of the picture, in pixels; its height follows from the scene
 */
export function sceneToSvg(scene: Scene, width = 480): string {
  const size = { width, height: Math.round((width * scene.height) / scene.width) };
  const world = { width: scene.width, height: scene.height };
  const ground = scene.background === undefined ? '' : element('rect', { ...world, fill: scene.background });
  const viewBox = `0 0 ${rounded(scene.width)} ${rounded(scene.height)}`;
  const content = [ground, ...scene.shapes.map(svgOf)].filter(Boolean).join('\n');
  return `${element('svg', { xmlns: 'http://www.w3.org/2000/svg', viewBox, ...size }, `\n${content}\n`)}\n`;
}

function svgOf(shape: Shape): string {
  switch (shape.kind) {
    case 'rect': {
      const { x, y, width, height, radius, rotation } = shape;
      const transform = rotation && `rotate(${degrees(rotation)} ${rounded(x + width / 2)} ${rounded(y + height / 2)})`;
      return painted('rect', { x, y, width, height, rx: radius, transform: transform || undefined }, shape);
    }
    case 'circle':
      return painted('circle', { cx: shape.x, cy: shape.y, r: shape.radius }, shape);
    case 'polygon': {
      const { x = 0, y = 0, rotation = 0 } = shape;
      const moved = x !== 0 || y !== 0 || rotation !== 0;
      const transform = moved ? `translate(${rounded(x)} ${rounded(y)}) rotate(${degrees(rotation)})` : undefined;
      return painted('polygon', { points: pointsOf(shape.points), transform }, shape);
    }
    case 'line':
      return painted('polyline', { points: pointsOf(shape.points) }, shape);
    case 'text': {
      const anchor = { 'text-anchor': ANCHORS[shape.align ?? 'center'], 'dominant-baseline': 'central' };
      const font = { 'font-family': 'sans-serif', 'font-size': shape.size / LINE_HEIGHT };
      return element('text', { x: shape.x, y: shape.y, fill: shape.fill, ...anchor, ...font }, escaped(shape.text));
    }
    case 'grid': {
      const { cells, palette, cellSize } = shape;
      return stripes(shape, { width: cellSize, height: cellSize }, (i) => palette[cells[i] as number] as Colour);
    }
    case 'image': {
      const size = { width: shape.width / shape.columns, height: shape.height / shape.rows };
      return stripes(shape, size, (i) => colourOf(shape.pixels.slice(3 * i, 3 * i + 3)));
    }
    default:
      return shape satisfies never;
  }
}

/** Nothing where there is nothing to be seen. */
function painted(name: string, attributes: Attributes, { fill, stroke, strokeWidth }: Painted): string {
  if (fill === undefined && stroke === undefined) return '';
  const line = stroke && {
    stroke,
    ...ROUND,
    ...(strokeWidth === undefined ? ONE_PIXEL : { 'stroke-width': strokeWidth }),
  };
  return element(name, { ...attributes, fill: fill ?? 'none', ...line });
}

/** Cells, row by row, those of one colour that lie side by side as one. */
function stripes(
  { x, y, columns, rows }: Pick<Grid | Image, 'x' | 'y' | 'columns' | 'rows'>,
  cell: { width: number; height: number },
  colourAt: (index: number) => Colour,
): string {
  const all: string[] = [];
  for (let row = 0; row < rows; row++)
    for (let from = 0, to; from < columns; from = to) {
      const fill = colourAt(row * columns + from);
      for (to = from + 1; to < columns && colourAt(row * columns + to) === fill;) to++;
      const place = { x: x + from * cell.width, y: y + row * cell.height };
      all.push(painted('rect', { ...place, width: (to - from) * cell.width, height: cell.height }, { fill }));
    }
  // Edges that are smoothed would show the ground between cells.
  return element('g', { 'shape-rendering': 'crispEdges' }, all.join(''));
}

function element(name: string, attributes: Attributes, content = ''): string {
  const words = Object.entries(attributes).map(([key, value]) => {
    if (value === undefined) return '';
    return ` ${key}="${typeof value === 'number' ? rounded(value) : escaped(value)}"`;
  });
  return content === '' ? `<${name}${words.join('')}/>` : `<${name}${words.join('')}>${content}</${name}>`;
}

function pointsOf(points: readonly number[]): string {
  return points.map(rounded).join(' ');
}

/** To the fourth digit, which no picture shows: the same text on every machine. */
function rounded(value: number): number {
  return Number(value.toFixed(4)) + 0; // no -0
}

function degrees(radians: number): number {
  return rounded((radians * 180) / Math.PI);
}

function colourOf(pixel: readonly number[]): Colour {
  return `#${pixel.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
