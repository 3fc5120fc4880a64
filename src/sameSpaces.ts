import { describeSpace } from '../envs/spaces.ts';
import { type EnvSpec, make } from '../envs/registry.ts';
import { ConfigError } from './errors.ts';

/** What has to be known of an environment before many are opened. */
export interface EnvDescription {
  id: string;
  needsOpponent: boolean;
  spaces: string;
}

export function describeEnv(spec: EnvSpec): EnvDescription {
  const env = make(spec);
  const { observationSpace, actionSpace, needsOpponent = false } = env;
  env.close?.();
  const spaces = `observations ${describeSpace(observationSpace)} and actions ${describeSpace(actionSpace)}`;
  return { id: spec.id, needsOpponent, spaces };
}

/** @throws ConfigError when what learns in one environment cannot be evaluated in the other */
export function checkEvaluation(played: EnvDescription, evaluated: EnvDescription): void {
  if (evaluated.needsOpponent)
    throw new ConfigError(
      `${evaluated.id}: an evaluation wants an opponent that stays as it is: choose one by --eval-parameters, such as opponent=scripted`,
    );
  if (played.spaces !== evaluated.spaces)
    throw new ConfigError(
      `${evaluated.id}, for evaluations, has ${evaluated.spaces}, wanted those of ${played.id}: ${played.spaces}`,
    );
}
