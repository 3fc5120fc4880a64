import { Acrobot } from './classic/acrobot.ts';
import { CartPole } from './classic/cartPole.ts';
import { MountainCar } from './classic/mountainCar.ts';
import { MountainCarContinuous } from './classic/mountainCarContinuous.ts';
import { Pendulum } from './classic/pendulum.ts';
import type { Env } from './env.ts';
import { ProofOfMemory } from './memory/proofOfMemory.ts';
import { nearest } from './nearest.ts';
import { presets } from './presets.ts';
import { TimeLimit } from './wrappers.ts';

/** All that a trainer needs of an environment, whether it is built in or comes from a file. */
export interface EnvSpec {
  id: string;
  /** A new environment, without its time limit: `make(spec)` adds that. */
  make(): Env;
  /** Steps after which an episode is truncated. */
  maxEpisodeSteps?: number;
  /** One line for lists. */
  summary?: string;
  /** Training settings that are known to work, in place of the defaults. */
  preset?: Readonly<Record<string, unknown>>;
}

const specs: Readonly<Record<string, Omit<EnvSpec, 'id' | 'preset'>>> = {
  'CartPole-v1': {
    make: () => new CartPole(),
    maxEpisodeSteps: 500,
    summary: 'keep a pole upright on a cart',
  },
  'MountainCar-v0': {
    make: () => new MountainCar(),
    maxEpisodeSteps: 200,
    summary: 'swing a weak car out of a valley',
  },
  'MountainCarContinuous-v0': {
    make: () => new MountainCarContinuous(),
    maxEpisodeSteps: 999,
    summary: 'swing a weak car out of a valley, with an accelerator',
  },
  'Acrobot-v1': {
    make: () => new Acrobot(),
    maxEpisodeSteps: 500,
    summary: 'swing a two-link chain up from its elbow',
  },
  'Pendulum-v1': {
    make: () => new Pendulum(),
    maxEpisodeSteps: 200,
    summary: 'swing a rod up and hold it there',
  },
  'ProofofMemory-v0': {
    make: () => new ProofOfMemory(),
    maxEpisodeSteps: 16,
    summary: 'walk to the end that was shown to be good, from memory',
  },
};

/** The ids of all built-in environments. */
export function environmentIds(): string[] {
  return Object.keys(specs);
}

/**
 * The built-in environment of this id.
 *
 * @throws RangeError when there is none, with the nearest id
 */
export function environmentSpec(id: string): EnvSpec {
  const spec = Object.hasOwn(specs, id) ? specs[id] : undefined;
  if (!spec) {
    const guess = nearest(id, environmentIds());
    const hint = guess ? `did you mean ${guess}?` : `there are ${environmentIds().join(', ')}`;
    throw new RangeError(`no environment is called ${id}: ${hint}`);
  }
  return { id, ...spec, preset: presets[id] ?? {} };
}

/**
 * A new environment with its time limit, from the id of a built-in one or from a spec of one's own.
 *
 * @throws RangeError when no environment has this id
 */
export function make(environment: string | EnvSpec): Env {
  const spec = typeof environment === 'string' ? environmentSpec(environment) : environment;
  return spec.maxEpisodeSteps === undefined ? spec.make() : new TimeLimit(spec.make(), spec.maxEpisodeSteps);
}
