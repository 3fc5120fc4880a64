import type { Branch } from './branch.ts';
import type { Simulation } from './simulation.ts';

/** What is going on. */
export type Phase =
  /** Nothing: a replay, or a branch that was played, is looked at. */
  | { kind: 'idle' }
  /** Something is being loaded or played again; `what` says what. */
  | { kind: 'busy'; what: string }
  /** A person is to say what else the agent might have done at a step. */
  | { kind: 'choosing'; simulation: Simulation }
  /** It is a person's move. */
  | { kind: 'yours'; simulation: Simulation }
  /** The agent plays on. */
  | { kind: 'agents'; simulation: Simulation }
  /** The episode that a person played is over. */
  | { kind: 'over'; branch: Branch };

export const IDLE: Phase = { kind: 'idle' };

/** The game in which a person is to choose an action; null where none is. */
export function simulationToMoveIn(phase: Phase): Simulation | null {
  return phase.kind === 'yours' || phase.kind === 'choosing' ? phase.simulation : null;
}
