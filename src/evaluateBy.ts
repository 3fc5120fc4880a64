import { type Parameter, type Parameters, parseReference, formatReference } from '../envs/parameters.ts';
import { ALL_SEEDS } from '../envs/vector.ts';
import type { EnvSpec } from '../envs/registry.ts';
import type { Agent } from './agent.ts';
import { UsageError } from './errors.ts';
import {
  type EpisodeResult,
  type EvaluateOptions,
  type Player,
  playEpisodes,
  report,
  tellsSuccess,
  withSuccess,
} from './evaluate.ts';
import { compareGroups, groupByField } from './groups.ts';
import { seedsOf } from './levels.ts';
import type { EvalEvent } from './metrics.ts';

/** Whoever plays one group. */
interface Group {
  name: string;
  player: Player;
}

/**
 * Evaluates by groups of episodes, which `by` names:
 *
 * - a parameter of the environment: all its choices are played in turn, with the same seeds; `size=5,7` names values
 * - `levels`, where the run trained in some alone: those, and others
 * - else a field of the infos, of the reset or of the last step
 *
 * @throws UsageError when it is none of these
 * @throws ConfigError when the agent cannot play with a value of the parameter
 */
export async function evaluateBy(
  agent: Agent,
  by: string,
  options: EvaluateOptions,
  resolve: (environment: string) => Promise<EnvSpec>,
): Promise<EvalEvent> {
  const groups = (await byParameter(agent, by, resolve)) ?? byLevels(agent, by);
  if (!groups) {
    const results = await playEpisodes(agent, options);
    return {
      ...report(agent, results, options),
      groups: groupByField(by, results, Object.keys(agent.spec.parameters ?? {})),
    };
  }
  const played: [string, EpisodeResult[]][] = [];
  for (const [i, { name, player }] of groups.entries()) {
    const onProgress = (done: number, total: number): void =>
      options.onProgress?.(i * total + done, groups.length * total);
    played.push([name, await playEpisodes(player, { ...options, onProgress })]);
  }
  // A group of which all episodes were cut is told by the others what there was to tell.
  const told = played.some(([, results]) => tellsSuccess(results));
  const complete = played.map(([name, results]) => [name, told ? results.map(withSuccess) : results] as const);
  const [name = by] = by.split('=');
  const all = complete.flatMap(([, results]) => results);
  return { ...report(agent, all, options), groups: compareGroups(name, complete) };
}

async function byParameter(
  agent: Agent,
  by: string,
  resolve: (environment: string) => Promise<EnvSpec>,
): Promise<Group[] | null> {
  const [name = '', list] = by.split('=');
  const parameter = agent.spec.parameters?.[name];
  if (!parameter && list !== undefined) throw noParameter(name, agent.spec.parameters ?? {});
  if (!parameter) return null;
  const { base, given } = parseReference(agent.spec.id);
  const values = list?.split(',') ?? choicesOf(name, parameter);
  return Promise.all(
    values.map(async (value) => {
      const spec = await resolve(formatReference({ base, given: { ...given, [name]: value } }));
      return { name: value, player: agent.playIn(spec) };
    }),
  );
}

function choicesOf(name: string, parameter: Parameter): readonly string[] {
  switch (parameter.kind) {
    case 'choice':
      return parameter.choices;
    case 'boolean':
      return ['true', 'false'];
    case 'integer':
    case 'number':
      throw new UsageError(
        `--by ${name}: it is ${parameter.kind === 'integer' ? 'an integer' : 'a number'} from ${parameter.min} to ${parameter.max}: say which, as in --by ${name}=${parameter.default},${parameter.max}`,
      );
    default:
      return parameter satisfies never;
  }
}

function noParameter(name: string, parameters: Parameters): UsageError {
  const names = Object.keys(parameters);
  const there = names.length > 0 ? `there are ${names.join(', ')}` : 'the environment has none';
  return new UsageError(`--by ${name}=…: no parameter is called ${name}; ${there}`);
}

function byLevels(agent: Agent, by: string): Group[] | null {
  if (by !== 'levels') return null;
  if (agent.config.levels === 0)
    throw new UsageError('--by levels: the run trained in any of them; train --levels N trains in some alone');
  const { training, others } = seedsOf(agent.config);
  return [
    { name: `the ${training.count} of training`, player: { ...agent, seeds: training } },
    { name: `others of ${ALL_SEEDS.count}`, player: { ...agent, seeds: others } },
  ];
}
