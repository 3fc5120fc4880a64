import type { Space } from '../../envs/spaces.ts';
import { flatSize, unflatten } from '../../envs/spaces.ts';
import type { EpisodeSummary, Moment, ReplayHeader } from '../../src/replay/format.ts';
import { discountOf } from '../time/signals.ts';
import type { Signals } from '../time/signals.ts';

/** A step and where it stands. */
export interface StepRecord {
  header: ReplayHeader;
  summary: EpisodeSummary;
  /** Counted from 0. */
  episode: number;
  step: number;
  moment: Moment;
  signals: Signals | null;
}

/**
 * A step as data for other programs: numbers by name where they have names, in the environment's units. Episodes are
 * counted from 1, as on the page; what is not known is null.
 */
export function stepToJson({ header, summary, episode, step, moment, signals }: StepRecord): Record<string, unknown> {
  const { actionSpace, observationSpace } = header;
  const { decision } = moment;
  const soFar = signals && step <= signals.known ? (signals.returns[step] ?? null) : null;
  return {
    environment: header.environment,
    run: header.run ?? null,
    trainedSteps: header.step ?? null,
    episode: episode + 1,
    seed: summary.seed,
    step,
    observation: byName(observationSpace, moment.observation),
    returnSoFar: soFar,
    returnToGo: soFar === null ? null : summary.return - soFar,
    ...(decision && {
      action: byName(actionSpace, decision.action),
      ...(actionSpace.kind === 'discrete' && { actionName: actionSpace.names?.[decision.action[0] ?? -1] ?? null }),
      distribution: decision.distribution && choicesByName(actionSpace, decision.distribution),
      mask: decision.mask && choicesByName(actionSpace, decision.mask),
      reward: decision.reward,
      value: decision.value,
      advantage: numberOrNull(signals?.advantages[step]),
      gamma: discountOf(header).gamma,
      entropy: numberOrNull(signals?.entropies[step]),
      terminated: decision.terminated,
      truncated: decision.truncated,
      info: decision.info,
    }),
  };
}

/** A value of a space, its components by name where they have names. */
function byName(space: Space, flat: ArrayLike<number>, offset = 0): unknown {
  switch (space.kind) {
    case 'box':
    case 'multiDiscrete':
    case 'multiBinary': {
      const numbers = Array.from({ length: flatSize(space) }, (_, i) => flat[offset + i] ?? null);
      return space.names ? Object.fromEntries(space.names.map((name, i) => [name, numbers[i] ?? null])) : numbers;
    }
    case 'tuple':
    case 'dict': {
      let at = offset;
      const parts = Object.entries(space.spaces).map(([key, part]) => {
        const value = byName(part as Space, flat, at);
        at += flatSize(part as Space);
        return [key, value] as const;
      });
      return space.kind === 'dict' ? Object.fromEntries(parts) : parts.map(([, value]) => value);
    }
    case 'discrete':
    case 'text':
      return unflatten(space, flat, offset);
    default:
      return space satisfies never;
  }
}

function choicesByName(space: Space, numbers: ArrayLike<number>): unknown {
  const names = space.kind === 'discrete' ? space.names : undefined;
  return names ? Object.fromEntries(names.map((name, i) => [name, numbers[i] ?? null])) : Array.from(numbers);
}

function numberOrNull(number: number | undefined): number | null {
  return number === undefined || Number.isNaN(number) ? null : number;
}
