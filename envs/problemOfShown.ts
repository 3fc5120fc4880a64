import type { Scene, Shape } from './scene.ts';
import type { Space } from './spaces.ts';
import { type TokenGroup, tokensOf } from './tokens.ts';

/** Why a shape cannot show what it says that it shows of observations of a space; undefined where all can. */
export function problemOfShown({ shapes }: Scene, space: Space): string | undefined {
  const groups = new Map(tokensOf(space).map((group) => [group.name, group]));
  for (const [i, shape] of shapes.entries()) {
    if (shape.shows === undefined) continue;
    const group = groups.get(shape.shows);
    if (!group) {
      const parts = [...groups.keys()].map((name) => `"${name}"`).join(', ');
      return `shapes[${i}] (${shape.kind}) shows "${shape.shows}", which is no part of the observation; there are ${parts}`;
    }
    if (!canShow(shape, group))
      return `shapes[${i}] (${shape.kind}) shows "${shape.shows}", which is ${group.kind}: they lie ${WANTED[group.kind]}`;
  }
  return undefined;
}

/** Whether the tokens of a group have places in the shape. */
export function canShow(shape: Shape, { kind }: TokenGroup): boolean {
  switch (kind) {
    case 'cells':
    case 'patches':
      return ['grid', 'image', 'rect'].includes(shape.kind) || (shape.kind === 'polygon' && shape.points.length === 8);
    case 'waveform':
      return ['image', 'rect', 'line'].includes(shape.kind) || (shape.kind === 'polygon' && shape.points.length === 8);
    case 'words':
    case 'sentence':
      return shape.kind === 'text';
    case 'vector':
    case 'category':
      return true;
    default:
      return kind satisfies never;
  }
}

const SPREAD = 'in a grid, an image, a rect or a polygon of four corners';
const WANTED = {
  cells: SPREAD,
  patches: SPREAD,
  waveform: 'in an image, a rect, a line or a polygon of four corners',
  words: 'in texts',
  sentence: 'in texts',
  vector: 'in any shape',
  category: 'in any shape',
};
