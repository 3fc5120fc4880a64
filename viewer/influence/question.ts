import type { Decision, ReplayHeader } from '../../src/replay/format.ts';
import type { DecisionRequest } from '../agent/protocol.ts';
import { momentOrLost } from '../time/momentOrLost.ts';
import type { Recording } from '../time/player.ts';

/** A moment of a recording. */
export interface Where {
  recording: Recording;
  episode: number;
  step: number;
}

const SAMPLED = 256;
const NUMBERS = { scene: false, attention: false } as const; // parts of a moment that are not needed

/** What a worker needs to weigh the decision that was made at a moment. */
export function questionOf({ recording, episode, step }: Where, agent: number, decision: Decision): DecisionRequest {
  const { header } = recording;
  const first = Math.max(0, step - stepsRemembered(header));
  const now = observationAt({ recording, episode, step });
  const past = new Float32Array((step - first) * now.length);
  for (let t = first; t < step; t++) past.set(observationAt({ recording, episode, step: t }), (t - first) * now.length);
  return {
    agent,
    past,
    fromStart: first === 0,
    now,
    action: Float32Array.from(decision.action),
    mask: decision.mask && Uint8Array.from(decision.mask),
    continuous: header.actionSpace.kind === 'box',
  };
}

/** Observations of an episode, so many at most, evenly spread over it. */
export function sampleObservations(recording: Recording, episode: number): Float32Array[] {
  const steps = recording.episodes[episode]?.steps ?? 0;
  const every = Math.max(1, Math.ceil((steps + 1) / SAMPLED));
  const samples: Float32Array[] = [];
  for (let step = 0; step <= steps; step += every) {
    const moment = momentOrLost(recording, episode, step, NUMBERS);
    if (moment) samples.push(Float32Array.from(moment.observation));
  }
  return samples;
}

/** How many earlier steps a decision can depend on: those that a Transformer's layers reach, one through another. */
function stepsRemembered({ policy }: ReplayHeader): number {
  if (policy?.kind === 'mlp') return 0;
  if (policy?.kind === 'transformer') return (policy.layers ?? 1) * (policy.context ?? 0);
  return Infinity;
}

function observationAt({ recording, episode, step }: Where): Float32Array {
  return Float32Array.from(recording.moment(episode, step, NUMBERS).observation);
}
