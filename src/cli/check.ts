import { EXIT } from '../errors.ts';
import { resolveEnvironment } from '../plugins.ts';
import type { Command, CommonArguments } from './command.ts';
import { checkCount } from './eval.ts';
import { colours, print, printJson } from './output.ts';

interface CheckArguments extends CommonArguments {
  environment: string;
  seed?: number;
}

/** `gymformer check`: whether an environment keeps its contract. */
export const checkCommand: Command<CheckArguments> = {
  usage: 'check <environment>',
  summary: 'check that an environment keeps its contract',
  positionals: { environment: 'id, path of a module, or package#export' },
  flags: () => ({ seed: { type: 'number', describe: 'seed of the episodes played', default: 0 } }),
  examples: [['check ./my-env.ts', 'before training on it']],
  async run({ environment, seed = 0, json = false }) {
    checkCount('--seed', seed, 0);
    const spec = await resolveEnvironment(environment);
    const { checkEnvironment } = await import('../../envs/check.ts');
    const results = checkEnvironment(spec.make, { name: spec.id, seed });
    const { green, red } = colours(process.stdout);
    for (const { claim, problem } of results) {
      if (json) printJson({ event: 'check', claim, passed: problem === undefined, ...(problem && { problem }) });
      else print(problem === undefined ? `${green('✓')} ${claim}` : `${red('✗')} ${claim}\n    ${problem}`);
    }
    const failed = results.filter(({ problem }) => problem !== undefined).length;
    if (!json) print(failed === 0 ? `all ${results.length} claims hold` : `${failed} of ${results.length} claims do not hold`);
    return failed === 0 ? EXIT.ok : EXIT.environment;
  },
};
