import type { Env } from './env.ts';
import type { ParameterValue, Parameters, ValuesOf } from './parameters.ts';

/** A built-in environment as its family's table has it: what it is before its parameters are chosen. */
export interface EnvEntry {
  /** A new environment, without its time limit. */
  make(values: Readonly<Record<string, ParameterValue>>): Env;
  /** Steps after which an episode is truncated. */
  maxEpisodeSteps?: number | ((values: Readonly<Record<string, ParameterValue>>) => number | undefined);
  /** One line for lists. */
  summary: string;
  parameters?: Parameters;
}

export type EnvTable = Readonly<Record<string, EnvEntry>>;

/** An entry whose functions get its parameters with their types. */
export function withParameters<const P extends Parameters>(entry: {
  parameters: P;
  make(values: ValuesOf<P>): Env;
  maxEpisodeSteps?: number | ((values: ValuesOf<P>) => number | undefined);
  summary: string;
}): EnvEntry {
  // The registry hands over a value of the right kind for each parameter of this very table.
  return entry as unknown as EnvEntry;
}
