import { describeRange } from '../../envs/parameters.ts';
import { environmentFamilies, environmentIds, type EnvSpec } from '../../envs/registry.ts';
import { describeSpace } from '../../envs/spaces.ts';
import { resolveEnvironment } from '../plugins.ts';
import type { Command, CommonArguments } from './command.ts';
import { colours, columns, print, printJson, printTable, PROGRAM } from './output.ts';

interface EnvsArguments extends CommonArguments {
  environment?: string;
}

/** `gymformer envs`: the environments that come with it, some of them, or one with its parameters. */
export const envsCommand: Command<EnvsArguments> = {
  usage: 'envs [environment]',
  summary: 'list the built-in environments, or tell of one',
  positionals: {
    environment: 'id, path of a module, or package#export: tells of it; a family or a part of ids: lists those',
  },
  examples: [
    ['envs grid', 'those of a family'],
    [`envs ${environmentIds()[0]}`, 'what one sees, does, and lets you choose'],
  ],
  async run({ environment, json = false }) {
    const families = environment === undefined ? environmentFamilies() : familiesLike(environment);
    const ids = Object.values(families).flat();
    if (environment !== undefined && (ids.length === 0 || environmentIds().includes(environment)))
      return printParameters(await resolveEnvironment(environment), json);
    const specs = await Promise.all(ids.map(resolveEnvironment));
    if (json) return specs.forEach((spec) => printJson({ ...spacesOf(spec), parameters: spec.parameters ?? {} }));
    printList(families, specs);
  },
};

/** The family of this name, or else the environments that have the word in their ids, by family. */
function familiesLike(word: string): Record<string, string[]> {
  const families = Object.entries(environmentFamilies());
  const holds = (text: string): boolean => text.toLowerCase().includes(word.toLowerCase());
  const named = families.filter(([family]) => family.toLowerCase() === word.toLowerCase());
  const found = families.map(([family, ids]) => [family, ids.filter(holds)] as const);
  return Object.fromEntries(named.length > 0 ? named : found.filter(([, ids]) => ids.length > 0));
}

function printList(families: Record<string, string[]>, specs: readonly EnvSpec[]): void {
  const { bold, dim } = colours(process.stdout);
  const rows = specs.map(({ id, summary = '', parameters = {} }) => {
    const names = Object.keys(parameters).map((name) => dim(`--env.${name}`));
    return [id, [summary, ...names].join(' ')];
  });
  const width = Math.max(...specs.map(({ id }) => id.length));
  for (const [family, ids] of Object.entries(families)) {
    print(bold(family));
    const members = rows.filter(([id]) => ids.includes(id as string));
    columns(
      members.map(([id = '', text = '']) => [id.padEnd(width), text]),
      2,
    ).forEach(print);
    print();
  }
  print(`What one sees and does:  ${PROGRAM} envs ${specs[0]?.id}`);
  print(`One of your own:         ${PROGRAM} train ./my-env.ts`);
}

function spacesOf({
  id,
  summary = '',
  make,
}: EnvSpec): Record<'id' | 'observationSpace' | 'actionSpace' | 'summary', string> {
  const env = make();
  const [observationSpace, actionSpace] = [describeSpace(env.observationSpace), describeSpace(env.actionSpace)];
  env.close?.();
  return { id, observationSpace, actionSpace, summary };
}

function printParameters(spec: EnvSpec, json: boolean): void {
  const { parameters = {} } = spec;
  if (json) return printJson({ ...spacesOf(spec), parameters });
  const { id, observationSpace, actionSpace, summary } = spacesOf(spec);
  print(`${id}: ${summary}`);
  const spaces = [
    ['observations', observationSpace],
    ['actions', actionSpace],
  ];
  columns(spaces, 2).forEach(print);
  const rows = Object.entries(parameters).map(([name, parameter]) => [
    `--env.${name}`,
    describeRange(parameter),
    String(parameter.default),
    parameter.meaning,
  ]);
  print();
  if (rows.length > 0) printTable(['parameter', 'range', 'default', ''], rows);
  else print('It has no parameters.');
}
