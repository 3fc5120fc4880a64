import { environmentIds, environmentSpec } from '../../envs/registry.ts';
import { describeSpace } from '../../envs/spaces.ts';
import type { Command, CommonArguments } from './command.ts';
import { print, printJson, printTable, PROGRAM } from './output.ts';

/** `gymformer envs`: the environments that come with it. */
export const envsCommand: Command<CommonArguments> = {
  usage: 'envs',
  summary: 'list the built-in environments',
  async run({ json }) {
    const environments = environmentIds().map((id) => {
      const { summary = '', maxEpisodeSteps = null, make } = environmentSpec(id);
      const env = make();
      const [observationSpace, actionSpace] = [describeSpace(env.observationSpace), describeSpace(env.actionSpace)];
      env.close?.();
      return { id, observationSpace, actionSpace, maxEpisodeSteps, summary };
    });
    if (json) return environments.forEach(printJson);
    printTable(
      ['environment', 'observations', 'actions', 'steps', ''],
      environments.map(({ id, observationSpace, actionSpace, maxEpisodeSteps, summary }) => [
        id,
        observationSpace,
        actionSpace,
        String(maxEpisodeSteps ?? ''),
        summary,
      ]),
    );
    print();
    print(`One of your own: ${PROGRAM} train ./my-env.ts`);
  },
};
