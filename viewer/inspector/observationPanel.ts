import { flatSize, unflatten } from '../../envs/spaces.ts';
import type { Box, Space } from '../../envs/spaces.ts';
import { tokensOf } from '../../envs/tokens.ts';
import { CellsView } from './cellsView.ts';
import { componentNames } from '../../envs/componentLabels.ts';
import { element, setText } from '../page/dom.ts';
import { Meter } from '../page/meter.ts';
import type { Range } from '../page/meter.ts';
import { formatNumber, formatSigned } from '../page/numbers.ts';
import { PixelsView } from './pixelsView.ts';
import { WaveView } from './waveView.ts';

/** Shows the part of a flat observation that starts at its offset. `ranges` is for what has no bounds of its own. */
type Update = (flat: ArrayLike<number>, ranges: readonly Range[]) => void;

const MOST_METERS = 32; // more components than these are shown as a picture
const NO_BOUND = 1e30; // float32's largest number stands for none in many environments

/** Builds the rows of an observation under `parent`; what it returns brings them up to date. */
export function buildObservation(space: Space, parent: HTMLElement, offset = 0, name = ''): Update {
  switch (space.kind) {
    case 'box':
      return buildBox(space, parent, offset, name);
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
      return buildWord(
        name || 'text',
        parent,
        (flat) => String(unflatten(space, flat, offset)) || '(nothing)',
        'prose',
      );
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

/** Grids as grids, images as images, waveforms as waves, numbers as numbers; too many of these as a picture. */
function buildBox(space: Box, parent: HTMLElement, offset: number, name: string): Update {
  const [group] = tokensOf(space);
  if (group?.kind === 'cells') {
    const cells = new CellsView(space, group, name, parent);
    return (flat) => cells.show(flat, offset);
  }
  if (group?.kind === 'waveform') {
    const wave = new WaveView(space, group, name, parent);
    return (flat) => wave.show(flat, offset);
  }
  if (group?.kind === 'patches' || space.size > MOST_METERS) {
    const pixels = new PixelsView(space, name, parent);
    return (flat) => pixels.show(flat, offset);
  }
  return buildNumbers(space, parent, offset, name);
}

function buildNumbers(space: Box, parent: HTMLElement, offset: number, name: string): Update {
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

function buildWord(
  name: string,
  parent: HTMLElement,
  read: (flat: ArrayLike<number>) => string,
  look: 'word' | 'prose' = 'word',
): Update {
  const value = element('span', { class: 'number' });
  parent.append(element('li', { class: `meter word ${look}` }, element('span', { class: 'name' }, name), value));
  return (flat) => setText(value, read(flat));
}
