import type { Thought } from '../../src/playing.ts';
import type { Situation } from '../agent/protocol.ts';

/** The moves that a person can make, on the page and by key. */
export interface Moves {
  /** @param thought what the agent makes of the situation; null for nothing */
  show(situation: Situation, thought: Thought | null): void;
  /** The action, flat, that a key means, as in KeyboardEvent.key; null for none. */
  byKey(key: string): ArrayLike<number> | null;
}
