import { BufferImageSource, Graphics, Sprite, Text, Texture } from 'pixi.js';
import type { Container } from 'pixi.js';
import { LINE_HEIGHT } from '../../envs/scene.ts';
import type { Circle, Colour, Grid, Image, Line, Polygon, Rect, Shape, TextShape } from '../../envs/scene.ts';
import { parseColour } from '../page/colours.ts';
import { FONT_FAMILY } from './textMetrics.ts';

/** One shape on the screen. `scale` is CSS pixels for a world unit. */
export interface ShapeView {
  readonly node: Container;
  /** The shape has the kind that the view was made for. */
  paint(shape: Shape, scale: number): void;
  destroy(): void;
}

export function createShapeView(kind: Shape['kind']): ShapeView {
  switch (kind) {
    case 'rect':
    case 'circle':
    case 'line':
    case 'polygon':
      return new OutlineView();
    case 'text':
      return new TextView();
    case 'grid':
    case 'image':
      return new PixelView();
    default:
      return kind satisfies never;
  }
}

type Outline = Rect | Circle | Line | Polygon;

/**
 * Outlines are laid out in pixels around their own centre: moving and turning only touches the transform, and a curve is
 * as fine as the screen, whatever the world's units.
 */
class OutlineView implements ShapeView {
  readonly node = new Graphics();
  #drawn = '';

  paint(shape: Shape, scale: number): void {
    const outline = shape as Outline; // createShapeView gives outlines to this class only
    const look = JSON.stringify([scale, outline], (key, value: unknown) => (PLACEMENT.has(key) ? undefined : value));
    if (look !== this.#drawn) {
      this.#drawn = look;
      drawOutline(this.node.clear(), outline, scale);
    }
    place(this.node, outline, scale);
  }

  destroy(): void {
    this.node.destroy();
  }
}

const PLACEMENT = new Set(['x', 'y', 'rotation', 'id']);

function place(node: Container, shape: Outline, scale: number): void {
  switch (shape.kind) {
    case 'rect':
      node.position.set((shape.x + shape.width / 2) * scale, (shape.y + shape.height / 2) * scale);
      node.rotation = shape.rotation ?? 0;
      return;
    case 'polygon':
      node.position.set((shape.x ?? 0) * scale, (shape.y ?? 0) * scale);
      node.rotation = shape.rotation ?? 0;
      return;
    case 'circle':
      node.position.set(shape.x * scale, shape.y * scale);
      return;
    case 'line':
      return;
    default:
      shape satisfies never;
  }
}

function drawOutline(graphics: Graphics, shape: Outline, scale: number): void {
  switch (shape.kind) {
    case 'rect': {
      const [width, height, radius] = [shape.width * scale, shape.height * scale, (shape.radius ?? 0) * scale];
      if (radius > 0) graphics.roundRect(-width / 2, -height / 2, width, height, radius);
      else graphics.rect(-width / 2, -height / 2, width, height);
      break;
    }
    case 'circle':
      graphics.circle(0, 0, shape.radius * scale);
      break;
    case 'polygon':
      graphics.poly(scaled(shape.points, scale), true);
      break;
    case 'line':
      graphics.poly(scaled(shape.points, scale), false);
      break;
    default:
      shape satisfies never;
  }
  if (shape.kind !== 'line' && shape.fill) graphics.fill(parseColour(shape.fill));
  if (shape.stroke) {
    const width = shape.strokeWidth === undefined ? 1 : shape.strokeWidth * scale;
    graphics.stroke({ ...parseColour(shape.stroke), width, cap: 'round', join: 'round' });
  }
}

function scaled(points: readonly number[], scale: number): number[] {
  return points.map((coordinate) => coordinate * scale);
}

const ANCHORS = { left: 0, center: 0.5, right: 1 };

class TextView implements ShapeView {
  readonly node = new Text({ style: { fontFamily: FONT_FAMILY, padding: 2 }, resolution: window.devicePixelRatio });
  #fill: Colour | null = null;

  paint(shape: Shape, scale: number): void {
    const { x, y, text, size, fill, align = 'center' } = shape as TextShape; // see createShapeView
    const fontSize = Math.max(1, Math.round(((size * scale) / LINE_HEIGHT) * 4) / 4);
    if (this.node.text !== text) this.node.text = text;
    if (this.node.style.fontSize !== fontSize) this.node.style.fontSize = fontSize;
    if (this.#fill !== fill) {
      this.#fill = fill;
      this.node.style.fill = parseColour(fill);
    }
    this.node.anchor.set(ANCHORS[align], 0.5);
    this.node.position.set(x * scale, y * scale);
  }

  destroy(): void {
    this.node.destroy();
  }
}

/** Grids and images: a texture with one texel a cell or pixel, uploaded when one changed. */
class PixelView implements ShapeView {
  readonly node = new Sprite();
  #content: readonly number[] = [];
  #palette = '';

  paint(shape: Shape, scale: number): void {
    const board = shape as Grid | Image; // see createShapeView
    const content = board.kind === 'grid' ? board.cells : board.pixels;
    const palette = board.kind === 'grid' ? board.palette.join() : '';
    const { width, height } = this.node.texture;
    const fits = this.node.texture !== Texture.EMPTY && width === board.columns && height === board.rows;
    if (!fits || palette !== this.#palette || !sameNumbers(content, this.#content)) {
      this.#show(board.kind === 'grid' ? gridTexels(board) : imageTexels(board), board.columns, board.rows, fits);
      this.#content = content;
      this.#palette = palette;
    }
    this.node.position.set(board.x * scale, board.y * scale);
    this.node.width = (board.kind === 'grid' ? board.columns * board.cellSize : board.width) * scale;
    this.node.height = (board.kind === 'grid' ? board.rows * board.cellSize : board.height) * scale;
  }

  destroy(): void {
    this.#dropTexture();
    this.node.destroy();
  }

  #show(texels: Uint8Array, columns: number, rows: number, fits: boolean): void {
    if (fits) {
      const { source } = this.node.texture;
      (source.resource as Uint8Array).set(texels); // made below
      source.update();
      return;
    }
    this.#dropTexture();
    const source = new BufferImageSource({
      resource: texels,
      width: columns,
      height: rows,
      format: 'rgba8unorm',
      scaleMode: 'nearest',
      alphaMode: 'premultiplied-alpha',
    });
    this.node.texture = new Texture({ source });
  }

  #dropTexture(): void {
    if (this.node.texture !== Texture.EMPTY) this.node.texture.destroy(true);
    this.node.texture = Texture.EMPTY;
  }
}

/** [rows * columns * 4] bytes, colours multiplied by their opacity; a cell beyond the palette stays empty. */
function gridTexels({ cells, palette, columns, rows }: Grid): Uint8Array {
  const texels = new Uint8Array(columns * rows * 4);
  const colours = palette.map(parseColour);
  for (let i = 0; i < columns * rows; i++) {
    const colour = colours[cells[i] ?? -1];
    if (!colour) continue;
    for (let channel = 0; channel < 3; channel++) {
      texels[i * 4 + channel] = ((colour.color >> (16 - 8 * channel)) & 255) * colour.alpha;
    }
    texels[i * 4 + 3] = 255 * colour.alpha;
  }
  return texels;
}

function imageTexels({ pixels, columns, rows }: Image): Uint8Array {
  const texels = new Uint8Array(columns * rows * 4).fill(255);
  for (let i = 0; i < columns * rows; i++) {
    for (let channel = 0; channel < 3; channel++) texels[i * 4 + channel] = pixels[i * 3 + channel] ?? 0;
  }
  return texels;
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((value, i) => value === b[i]));
}
