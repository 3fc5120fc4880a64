import type { TextShape } from '../scene.ts';
import type { Ending } from './twoPlayer.ts';

const WORDS = {
  won: 'the agent has won',
  lost: 'the opponent has won',
  drawn: 'a draw',
  illegal: 'an illegal move: the opponent has won',
} as const;

/** The line below a board: how the game stands. */
export function caption(ending: Ending, place: Pick<TextShape, 'x' | 'y' | 'size' | 'fill'>): TextShape[] {
  return [{ kind: 'text', id: 'state', text: ending === null ? 'the agent to move' : WORDS[ending], ...place }];
}
