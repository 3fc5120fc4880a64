import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { Generator } from '../../envs/random.ts';
import { flatten } from '../../envs/spaces.ts';
import type { VectorEnv } from '../../envs/vector.ts';

/** All that a step leaves behind. */
function books(envs: VectorEnv): object {
  const { observations, finalObservations, rewards, terminated, truncated, actionMasks, infos } = envs;
  const { episodeSeeds, episodeSteps, episodeReturns, lastSeeds, lastLengths, lastReturns } = envs;
  return {
    ...{ observations, finalObservations, rewards, terminated, truncated, actionMasks, infos },
    ...{ episodeSeeds, episodeSteps, episodeReturns, lastSeeds, lastLengths, lastReturns },
  };
}

/** Shows where two vectors of environments differ; where they do not, it is many times as fast as `toEqual`. */
export function expectSameBooks(found: VectorEnv, wanted: VectorEnv): void {
  if (!isDeepStrictEqual(books(found), books(wanted))) expect(books(found)).toEqual(books(wanted));
}

/** Flat actions for all environments. */
export function sampleActions({ count, actionSpace, actionSize }: VectorEnv, random: Generator): Float32Array {
  const actions = new Float32Array(count * actionSize);
  for (let i = 0; i < count; i++) flatten(actionSpace, actionSpace.sample(random), actions, i * actionSize);
  return actions;
}
