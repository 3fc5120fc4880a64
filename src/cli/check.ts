import { checkEnvironment, type Finding } from '../../envs/check.ts';
import { EXIT } from '../errors.ts';
import { resolveEnvironment } from '../plugins.ts';
import { type Command, type CommonArguments, withParameters } from './command.ts';
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
  takesParameters: true,
  positionals: { environment: 'id, path of a module, or package#export' },
  flags: () => ({ seed: { type: 'number', describe: 'seed of the episodes played', default: 0 } }),
  examples: [['check ./my-env.ts', 'before training on it']],
  async run({ environment, seed = 0, json = false, ...rest }) {
    checkCount('--seed', seed, 0);
    const spec = await resolveEnvironment(withParameters(environment, rest));
    const findings = checkEnvironment(spec.make, { name: spec.id, seed });
    for (const finding of findings) {
      if (json) printJson({ event: 'check', ...finding });
      else printFinding(finding);
    }
    const failed = findings.filter(({ ok }) => !ok).length;
    if (!json)
      print(failed === 0 ? `all ${findings.length} claims hold` : `${failed} of ${findings.length} claims do not hold`);
    return failed === 0 ? EXIT.ok : EXIT.environment;
  },
};

function printFinding({ claim, ok, message }: Finding): void {
  const { green, red, dim } = colours(process.stdout);
  print(`${ok ? green('✓') : red('✗')} ${claim}`);
  if (message !== undefined) print(`  ${ok ? dim(message) : message}`);
}
