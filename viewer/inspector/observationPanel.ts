import { flatSize, unflatten } from '../../envs/spaces.ts';
import type { Box, Space } from '../../envs/spaces.ts';
import { pageColours, parseColour } from '../page/colours.ts';
import type { Colour } from '../../envs/scene.ts';
import { element, setText } from '../page/dom.ts';
import { Meter } from '../page/meter.ts';
import type { Range } from '../page/meter.ts';
import { formatNumber, formatSigned } from '../page/numbers.ts';

/** Shows the part of a flat observation that starts at its offset. `ranges` is for what has no bounds of its own. */
type Update = (flat: ArrayLike<number>, ranges: readonly Range[]) => void;

const MOST_METERS = 32; // more components than these are shown as a picture
const NO_BOUND = 1e30; // float32's largest number stands for none in many environments

/** Builds the rows of an observation under `parent`; what it returns brings them up to date. */
export function buildObservation(space: Space, parent: HTMLElement, offset = 0, name = ''): Update {
  switch (space.kind) {
    case 'box':
      return space.size > MOST_METERS
        ? buildPicture(space, parent, offset, name)
        : buildBox(space, parent, offset, name);
    case 'discrete':
      return buildWord(name || 'state', parent, (flat) => {
        const index = flat[offset] ?? 0;
        return space.names?.[index] ?? String(index + space.start);
      });
    case 'multiDiscrete':
      return buildMeters(
        componentNames(space.names, space.n.length, name),
        parent,
        offset,
        (i) => ({ low: 0, high: Math.max(1, (space.n[i] ?? 2) - 1) }),
        formatNumber,
      );
    case 'multiBinary':
      return buildMeters(
        componentNames(space.names, space.n, name),
        parent,
        offset,
        () => ({ low: 0, high: 1 }),
        formatNumber,
      );
    case 'text':
      return buildWord(name || 'text', parent, (flat) => `\u201c${String(unflatten(space, flat, offset))}\u201d`);
    case 'tuple':
      return buildParts(
        space.spaces.map((part, i) => [String(i + 1), part]),
        parent,
        offset,
        name,
      );
    case 'dict':
      return buildParts(Object.entries(space.spaces), parent, offset, name);
    default:
      return space satisfies never;
  }
}

/** Whether a component has bounds to draw its bar between. */
export function isBounded(low: number | null | undefined, high: number | null | undefined): boolean {
  const finite = (bound: number | null | undefined): boolean => typeof bound === 'number' && Math.abs(bound) < NO_BOUND;
  return finite(low) && finite(high);
}

function buildParts(parts: [string, Space][], parent: HTMLElement, offset: number, name: string): Update {
  let at = offset;
  const updates = parts.map(([key, part]) => {
    const update = buildObservation(part, parent, at, name ? `${name} ${key}` : key);
    at += flatSize(part);
    return update;
  });
  return (flat, ranges) => updates.forEach((update) => update(flat, ranges));
}

function buildBox(space: Box, parent: HTMLElement, offset: number, name: string): Update {
  const format = (value: number, i: number): string => {
    const [low, unit] = [space.low[i] ?? -Infinity, space.units?.[i] ?? ''];
    return `${low < 0 || !Number.isFinite(low) ? formatSigned(value) : formatNumber(value)}${unit && ` ${unit}`}`;
  };
  const range = (i: number): Range | null => {
    const [low, high] = [space.low[i], space.high[i]];
    return isBounded(low, high) ? { low: low as number, high: high as number } : null;
  };
  return buildMeters(componentNames(space.names, space.size, name), parent, offset, range, format);
}

function buildMeters(
  names: readonly string[],
  parent: HTMLElement,
  offset: number,
  range: (index: number) => Range | null,
  format: (value: number, index: number) => string,
): Update {
  const meters = names.map((label) => new Meter(label));
  parent.append(...meters.map((meter) => meter.root));
  return (flat, ranges) =>
    meters.forEach((meter, i) => {
      const value = flat[offset + i] ?? NaN;
      meter.show(value, range(i) ?? ranges[offset + i] ?? { low: -1, high: 1 }, format(value, i));
    });
}

function buildWord(name: string, parent: HTMLElement, read: (flat: ArrayLike<number>) => string): Update {
  const value = element('span', { class: 'number' });
  parent.append(element('li', { class: 'meter word' }, element('span', { class: 'name' }, name), value));
  return (flat) => setText(value, read(flat));
}

/** Many numbers as pixels: bytes in three channels in colour, everything else as strength of the accent colour. */
function buildPicture(space: Box, parent: HTMLElement, offset: number, name: string): Update {
  const [rows, columns, channels] = pictureShape(space);
  const canvas = element('canvas', { class: 'picture', width: columns, height: rows, role: 'img' });
  canvas.setAttribute('aria-label', `${name || 'observation'}, ${space.shape.join(' by ')} numbers`);
  parent.append(element('li', {}, ...(name ? [element('span', { class: 'note' }, name)] : []), canvas));
  return (flat) => {
    const context = canvas.getContext('2d');
    if (!context) return;
    const image = context.createImageData(columns, rows);
    const numbers = Array.from({ length: space.size }, (_, i) => flat[offset + i] ?? 0);
    const [low, high] =
      space.dtype === 'uint8' && !space.categories ? [0, 255] : [Math.min(...numbers), Math.max(...numbers)];
    const accent = parseColour(pageColours().accent as Colour).color;
    for (let at = 0; at < columns * rows; at++) {
      const i = space.axes === 'xy' ? (at % columns) * rows + Math.floor(at / columns) : at;
      const inColour = channels === 3 && space.dtype === 'uint8' && !space.categories;
      for (let c = 0; c < 3; c++)
        image.data[at * 4 + c] = inColour ? (numbers[i * 3 + c] ?? 0) : (accent >> (16 - 8 * c)) & 255;
      image.data[at * 4 + 3] = inColour ? 255 : 255 * share01(numbers[i * channels] ?? 0, low ?? 0, high ?? 1);
    }
    context.putImageData(image, 0, 0);
  };
}

/** [rows, columns, channels]; a long vector is folded into about a square. */
function pictureShape({ shape, size, axes }: Box): [rows: number, columns: number, channels: number] {
  const [rows, columns, channels] = axes === 'xy' ? [shape[1], shape[0], shape[2]] : shape;
  if (rows && columns && shape.length === 2) return [rows, columns, 1];
  if (rows && columns && channels && shape.length === 3) return [rows, columns, channels];
  const side = Math.ceil(Math.sqrt(size));
  return [Math.ceil(size / side), side, 1];
}

function share01(value: number, low: number, high: number): number {
  return high > low ? (value - low) / (high - low) : 0;
}

/** A name for each number of an observation's flat form. */
export function componentLabels(space: Space, name = ''): string[] {
  if (space.kind === 'tuple' || space.kind === 'dict') {
    const parts =
      space.kind === 'tuple'
        ? space.spaces.map((part, i) => [String(i + 1), part] as const)
        : Object.entries(space.spaces);
    return parts.flatMap(([key, part]) => componentLabels(part, name ? `${name} ${key}` : key));
  }
  const own = space.kind === 'discrete' || space.kind === 'text' ? undefined : space.names;
  return [...componentNames(own, flatSize(space), name)];
}

function componentNames(names: readonly string[] | undefined, size: number, name: string): readonly string[] {
  return Array.from({ length: size }, (_, i) => {
    const own = names?.[i] ?? (size === 1 ? '' : String(i + 1));
    return [name, own].filter(Boolean).join(' ') || 'value';
  });
}
