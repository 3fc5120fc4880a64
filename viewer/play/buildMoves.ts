import type { Space } from '../../envs/spaces.ts';
import { buildChoices } from './choices.ts';
import { buildDials } from './dials.ts';
import type { Moves } from './moves.ts';

/**
 * Builds the moves of an action space under `parent`.
 *
 * @param act  gets the action, flat, that a person chose
 * @returns    null where a person cannot play: in spaces that no policy can act in either
 */
export function buildMoves(space: Space, parent: HTMLElement, act: (action: ArrayLike<number>) => void): Moves | null {
  switch (space.kind) {
    case 'discrete':
      return buildChoices(space, parent, act);
    case 'box':
    case 'multiDiscrete':
    case 'multiBinary':
      return buildDials(space, parent, act);
    case 'text':
    case 'tuple':
    case 'dict':
      return null;
    default:
      return space satisfies never;
  }
}
