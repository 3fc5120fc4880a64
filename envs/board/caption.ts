import type { TextShape } from '../scene.ts';
import type { Ending } from './twoPlayer.ts';

// By the stones, since either side may be a person.
const WORDS = {
  won: 'blue has won',
  lost: 'white has won',
  drawn: 'a draw',
  illegal: 'an illegal move: white has won',
} as const;

/** The line below a board: how the game stands. */
export function caption(ending: Ending, place: Pick<TextShape, 'x' | 'y' | 'size' | 'fill'>): TextShape[] {
  return [{ kind: 'text', id: 'state', text: ending === null ? 'blue to move' : WORDS[ending], ...place }];
}
