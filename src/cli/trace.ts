import { readFileSync } from 'node:fs';
import { GuardedEnv } from '../../envs/guarded.ts';
import { make } from '../../envs/registry.ts';
import { describeSpace, type Space, type Value } from '../../envs/spaces.ts';
import { ConfigError, FileError, UsageError } from '../errors.ts';
import { resolveEnvironment } from '../plugins.ts';
import { parseActions } from './actions.ts';
import { type Command, type CommonArguments, EXAMPLE, withParameters } from './command.ts';
import { printJson } from './output.ts';
import { toJson } from './values.ts';

interface TraceArguments extends CommonArguments {
  environment: string;
  seed?: number;
  actions?: string;
}

/** `gymformer trace`: what an environment answers to actions, step by step. */
export const traceCommand: Command<TraceArguments> = {
  usage: 'trace <environment>',
  summary: "print each reset and step of an environment's answers to given actions, as JSON",
  takesParameters: true,
  positionals: { environment: 'id, path of a module, or package#export' },
  flags: () => ({
    seed: { type: 'number', describe: 'seed of the first reset; later ones have none', default: 0 },
    actions: { type: 'string', describe: 'actions: 0,1,1 or JSON such as [[0.1],[0.2]], or @file with either' },
  }),
  examples: [
    [`trace ${EXAMPLE} --seed 0 --actions 0,1,1`, 'three steps of an episode'],
    ['trace ./my-env.ts --actions [[0.5],[-2]]', 'actions as JSON'],
    ['trace ./my-env.ts --actions @actions.json', 'actions from a file'],
  ],
  async run({ environment, seed = 0, actions = '[]', ...rest }) {
    if (!Number.isInteger(seed) || seed < 0) throw new UsageError(`--seed is ${seed}, wanted an integer from 0 on`);
    const spec = await resolveEnvironment(withParameters(environment, rest));
    const env = new GuardedEnv(make(spec), spec.id);
    try {
      const parsed = parseActions(env.actionSpace, readActions(actions));
      checkActions(spec.id, env.actionSpace, parsed);
      trace(env, seed, parsed);
    } finally {
      env.close();
    }
  },
};

function readActions(text: string): string {
  if (!text.startsWith('@')) return text;
  try {
    return readFileSync(text.slice(1), 'utf8');
  } catch (cause) {
    throw new FileError(`cannot read the actions of ${text.slice(1)}: ${(cause as Error).message}`, { cause });
  }
}

/** @throws ConfigError naming the first that the environment does not know */
function checkActions(environment: string, space: Space, actions: readonly Value[]): void {
  const index = actions.findIndex((action) => !space.contains(action));
  if (index < 0) return;
  throw new ConfigError(
    `${environment}: action ${JSON.stringify(actions[index])} (at index ${index}) is not in the action space, ${describeSpace(space)}${bounds(space)}`,
  );
}

function bounds(space: Space): string {
  if (space.kind === 'box') return ` from [${space.low.join(', ')}] to [${space.high.join(', ')}]`;
  return space.kind === 'discrete' ? `: integers from ${space.start} to ${space.start + space.n - 1}` : '';
}

function trace(env: GuardedEnv, seed: number, actions: readonly Value[]): void {
  const { observationSpace, actionSpace } = env;
  const reset = (options?: { seed: number }): void => {
    const { observation } = env.reset(options);
    printJson({ event: 'reset', observation: toJson(observationSpace, observation as Value) });
  };

  reset({ seed });
  for (const action of actions) {
    const { observation, reward, terminated, truncated } = env.step(action);
    printJson({
      event: 'step',
      action: toJson(actionSpace, action),
      observation: toJson(observationSpace, observation as Value),
      reward,
      terminated,
      truncated,
    });
    if (terminated || truncated) reset();
  }
}
