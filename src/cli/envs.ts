import { describeRange } from '../../envs/parameters.ts';
import { environmentIds, type EnvSpec } from '../../envs/registry.ts';
import { describeSpace } from '../../envs/spaces.ts';
import { resolveEnvironment } from '../plugins.ts';
import type { Command, CommonArguments } from './command.ts';
import { print, printJson, printTable, PROGRAM } from './output.ts';

interface EnvsArguments extends CommonArguments {
  environment?: string;
}

/** `gymformer envs`: the environments that come with it, or one with its parameters. */
export const envsCommand: Command<EnvsArguments> = {
  usage: 'envs [environment]',
  summary: 'list the built-in environments, or the parameters of one',
  positionals: { environment: 'id, path of a module, or package#export; without it all are listed' },
  async run({ environment, json = false }) {
    if (environment !== undefined) return printParameters(await resolveEnvironment(environment), json);
    const specs = await Promise.all(environmentIds().map(resolveEnvironment));
    const environments = specs.map((spec) => ({ ...spacesOf(spec), parameters: spec.parameters ?? {} }));
    if (json) return environments.forEach(printJson);
    printTable(
      ['environment', 'observations', 'actions', 'parameters', ''],
      environments.map(({ id, observationSpace, actionSpace, parameters, summary }) => [
        id,
        observationSpace,
        actionSpace,
        Object.keys(parameters).join(', '),
        summary,
      ]),
    );
    print();
    print(`One of your own: ${PROGRAM} train ./my-env.ts`);
  },
};

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
  print(`${id}: ${summary}\n  observations ${observationSpace}\n  actions ${actionSpace}`);
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
