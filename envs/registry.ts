import { arcadeEnvs } from './arcade/arcadeEnvs.ts';
import { boardEnvs } from './board/boardEnvs.ts';
import { classicEnvs } from './classic/classicEnvs.ts';
import { controlEnvs } from './control/controlEnvs.ts';
import type { EnvTable } from './entry.ts';
import type { Env } from './env.ts';
import { gridEnvs } from './grid/gridEnvs.ts';
import { inContextEnvs } from './inContext/inContextEnvs.ts';
import { memoryEnvs } from './memory/memoryEnvs.ts';
import { nearest } from './nearest.ts';
import { canonicalReference, type Parameters, parseReference, resolveParameters } from './parameters.ts';
import { presetFor } from './presets.ts';
import { soundEnvs } from './sound/soundEnvs.ts';
import { textEnvs } from './text/textEnvs.ts';
import { TimeLimit } from './wrappers.ts';

/** All that a trainer needs of an environment, whether it is built in or comes from a file. */
export interface EnvSpec {
  /** With the parameters that differ from their defaults: `TMaze-v0:length=100`. */
  id: string;
  /** A new environment, without its time limit: `make(spec)` adds that. */
  make(): Env;
  /** Steps after which an episode is truncated. */
  maxEpisodeSteps?: number;
  /** One line for lists. */
  summary?: string;
  /** Training settings that are known to work, in place of the defaults. */
  preset?: Readonly<Record<string, unknown>>;
  /** What its user may choose. */
  parameters?: Parameters;
}

/** The tables of all families, by the names of these. */
const families: Readonly<Record<string, EnvTable>> = {
  'Classic control': classicEnvs,
  Control: controlEnvs,
  Text: textEnvs,
  Grid: gridEnvs,
  Memory: memoryEnvs,
  Sound: soundEnvs,
  'In context': inContextEnvs,
  Arcade: arcadeEnvs,
  Board: boardEnvs,
};

const table: EnvTable = Object.assign({}, ...Object.values(families)) as EnvTable;

/** The ids of each family that has some. */
export function environmentFamilies(): Record<string, string[]> {
  const ids = Object.entries(families).map(([family, entries]) => [family, Object.keys(entries)] as const);
  return Object.fromEntries(ids.filter(([, members]) => members.length > 0));
}

/** The ids of all built-in environments, without parameters. */
export function environmentIds(): string[] {
  return Object.keys(table);
}

/**
 * The built-in environment of this id, which may give parameters: `CartPole-v1`, `TMaze-v0:length=100`.
 *
 * @throws RangeError when there is none, with the nearest id; for a parameter that there is not, or out of its range
 */
export function environmentSpec(id: string): EnvSpec {
  const { base, given } = parseReference(id);
  const entry = Object.hasOwn(table, base) ? table[base] : undefined;
  if (!entry) {
    const guess = nearest(base, environmentIds());
    const hint = guess ? `did you mean ${guess}?` : `there are ${environmentIds().join(', ')}`;
    throw new RangeError(`no environment is called ${base}: ${hint}`);
  }
  const { make: makeOne, maxEpisodeSteps: limit, summary, parameters = {} } = entry;
  const values = resolveParameters(base, parameters, given);
  const maxEpisodeSteps = typeof limit === 'function' ? limit(values) : limit;
  return {
    id: canonicalReference(base, parameters, values),
    make: () => makeOne(values),
    ...(maxEpisodeSteps !== undefined && { maxEpisodeSteps }),
    summary,
    preset: presetFor(base, values),
    parameters,
  };
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
