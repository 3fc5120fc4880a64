import type { Space } from '../../envs/spaces.ts';
import { flatSize, unflatten } from '../../envs/spaces.ts';
import type { Info } from '../../envs/env.ts';
import type { Moment, ReplayHeader } from '../../src/replay/format.ts';
import type { Signals } from '../time/signals.ts';
import { likelihoodOf } from '../time/distribution.ts';
import { componentLabels } from '../../envs/componentLabels.ts';

/** A step as a search looks at it. */
export interface Step {
  step: number;
  moment: Moment;
  signals: Signals;
  /** Of the whole episode. */
  return: number;
}

/** What a step can be asked for. */
export interface Field {
  name: string;
  /** Undefined where the step has none: no comparison with it holds. */
  read(step: Step): number | boolean | string | undefined;
  /** Names of the numbers 0, 1, 2, …, where they have any. */
  names?: readonly string[] | undefined;
  /** What is added to a number for a person: a Discrete space need not begin with 0. */
  start?: number;
}

/** The fields of a replay's steps, by name: of every replay, of its actions, of its observations. */
export function fieldsOf({ actionSpace, observationSpace }: ReplayHeader): Field[] {
  return [
    { name: 'step', read: ({ step }) => step },
    { name: 'reward', read: ({ moment }) => moment.decision?.reward },
    { name: 'value', read: ({ moment }) => moment.decision?.value ?? undefined },
    { name: 'advantage', read: ({ signals, step }) => known(signals.advantages[step]) },
    { name: 'entropy', read: ({ signals, step }) => known(signals.entropies[step]) },
    { name: 'return so far', read: ({ signals, step }) => signals.returns[step] },
    { name: 'return to go', read: (step) => step.return - (step.signals.returns[step.step] ?? NaN) },
    { name: 'probability', read: ({ moment }) => probabilityOf(actionSpace, moment) },
    { name: 'terminated', read: ({ moment }) => moment.decision?.terminated },
    { name: 'truncated', read: ({ moment }) => moment.decision?.truncated },
    ...componentsOf(actionSpace, 'action', ({ moment }) => moment.decision?.action),
    ...componentsOf(observationSpace, '', ({ moment }) => moment.observation),
  ];
}

/** A field of an info: its path in the info, as `info.success` or `info.position.x`. */
export function infoField(path: string): Field {
  const keys = path.split('.').slice(1);
  return {
    name: path,
    read: ({ moment }) => {
      let found: unknown = moment.decision?.info as Info | undefined;
      for (const key of keys) found = isRecord(found) ? found[key] : undefined;
      return typeof found === 'object' || found === undefined ? undefined : (found as number | boolean | string);
    },
  };
}

type Read = (step: Step) => ArrayLike<number> | undefined;

/** A field for each number of a flat form, or for the text that some of them are. */
function componentsOf(space: Space, name: string, read: Read, offset = 0): Field[] {
  const at = (index: number) => (step: Step) => read(step)?.[offset + index];
  switch (space.kind) {
    case 'discrete':
      return [{ name: name || 'state', read: at(0), names: space.names, start: space.start }];
    case 'text':
      return [{ name: name || 'text', read: (step) => textAt(space, read(step), offset) }];
    case 'tuple':
    case 'dict': {
      let begin = offset;
      return Object.entries(space.spaces).flatMap(([key, part]) => {
        const label = space.kind === 'tuple' ? String(Number(key) + 1) : key;
        const fields = componentsOf(part as Space, [name, label].filter(Boolean).join(' '), read, begin);
        begin += flatSize(part as Space);
        return fields;
      });
    }
    case 'box':
    case 'multiDiscrete':
    case 'multiBinary':
      return componentLabels(space, name).map((label, i) => ({ name: label, read: at(i) }));
    default:
      return space satisfies never;
  }
}

function textAt(space: Space, flat: ArrayLike<number> | undefined, offset: number): string | undefined {
  return flat && String(unflatten(space, flat, offset));
}

/** Of densities there is no probability. */
function probabilityOf(space: Space, { decision }: Moment): number | undefined {
  const likelihood = decision && space.kind !== 'box' ? likelihoodOf(space, decision) : null;
  return likelihood ? Math.exp(likelihood.logProb) : undefined;
}

function known(number: number | undefined): number | undefined {
  return number === undefined || Number.isNaN(number) ? undefined : number;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
