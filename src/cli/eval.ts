import { EXIT, UsageError } from '../errors.ts';
import type { EvaluateOptions } from '../evaluate.ts';
import { resolveEnvironment } from '../plugins.ts';
import { type Command, type CommonArguments, EXAMPLE, type Flag, type Flags, withParameters } from './command.ts';
import { downloadDisplay } from './download.ts';
import { onInterrupt } from './interrupt.ts';
import { printJson, say } from './output.ts';
import { printEvaluation } from './evalReport.ts';
import { describeRestart } from './progress.ts';
import { counter } from './counter.ts';

/** Of the commands that load an agent and let it play. */
export interface PlayArguments extends CommonArguments {
  run: string;
  episodes?: number;
  seed?: number;
  device?: 'auto';
  checkpoint?: 'best' | 'latest';
  actions?: 'likeliest' | 'drawn';
}

interface EvalArguments extends PlayArguments {
  envWorkers?: number;
  targetReturn?: number;
  by?: string;
}

/** Of those that ask an agent for a return. */
export const TARGET_RETURN: Flag = {
  type: 'number',
  describe: 'of a run of dt: the return to ask it for',
  default: "the run's",
};

/** The flags of `PlayArguments`, but for the number of episodes. */
export async function playFlags(): Promise<Flags> {
  const { DEVICE_NAMES } = await import('../device/names.ts');
  return {
    seed: { type: 'number', describe: 'seed of the episodes', default: 'none that training used' },
    checkpoint: {
      type: 'string',
      describe: "which of the run's checkpoints",
      choices: ['best', 'latest'],
      default: 'best',
    },
    actions: {
      type: 'string',
      describe: 'which actions the agent takes',
      choices: ['likeliest', 'drawn'],
      default: "the run's evalActions",
    },
    device: {
      type: 'string',
      describe: 'where tensors live',
      choices: ['auto', ...DEVICE_NAMES],
      default: "the run's",
    },
  };
}

/** Added to the run's seed, so that no episode is one of training or of its evaluations. */
export const UNSEEN = 2_000_000;

/** `gymformer eval`: how good a trained agent is. */
export const evalCommand: Command<EvalArguments> = {
  usage: 'eval <run>',
  summary: 'evaluate a trained agent',
  takesParameters: true,
  positionals: { run: 'directory of a run, or of one of its checkpoints' },
  flags: async () => ({
    episodes: { type: 'number', describe: 'episodes to play', default: 100 },
    by: {
      type: 'string',
      describe:
        "how groups of episodes differ: by a field of the infos, a parameter of the environment (all its choices are played; or name=value,…), or 'levels'",
    },
    envWorkers: { type: 'number', describe: 'threads that the environments run in', default: "the run's" },
    ...(await playFlags()),
    targetReturn: TARGET_RETURN,
  }),
  examples: [
    [`eval runs/${EXAMPLE}-transformer-1 --episodes 100`, 'mean return with a 95 % interval'],
    [
      `eval runs/${EXAMPLE}-transformer-1 --by task`,
      'the same of each task that its infos tell, and which is the worst',
    ],
  ],
  async run(args) {
    const { run, episodes = 100, seed, device, checkpoint, actions, envWorkers, targetReturn, by, json = false } = args;
    checkCount('--episodes', episodes);
    if (envWorkers !== undefined) checkCount('--env-workers', envWorkers, 0);
    if (seed !== undefined) checkCount('--seed', seed, 0);
    const [{ loadAgent }, { evaluate }, { evaluateBy }] = await Promise.all([
      import('../agent.ts'),
      import('../evaluate.ts'),
      import('../evaluateBy.ts'),
    ]);
    const { signal } = onInterrupt('stopping …');
    const agent = await loadAgent(run, {
      resolve: (environment) => resolveEnvironment(withParameters(environment, args)),
      download: { onProgress: downloadDisplay(), signal },
      ...(device && { device }),
      ...(envWorkers !== undefined && { envWorkers }),
      ...(checkpoint && { checkpoint }),
      ...(targetReturn !== undefined && { targetReturn }),
    });
    const progress = counter('episodes', json);
    try {
      const options: EvaluateOptions = {
        episodes,
        seed: seed ?? agent.config.seed + UNSEEN,
        actions: actions ?? agent.config.evalActions,
        onProgress: progress.show,
        onRestart: ({ worker, from, to, reason }) =>
          say(`warning: ${describeRestart({ worker, environments: to - from, reason })}`),
        signal,
      };
      const result = by ? await evaluateBy(agent, by, options, resolveEnvironment) : await evaluate(agent, options);
      progress.end();
      if (json) printJson(result);
      else printEvaluation(agent.environment, result);
      return EXIT.ok;
    } finally {
      progress.end();
      agent.dispose();
    }
  },
};

/** @throws UsageError unless `value` is an integer from `least` on */
export function checkCount(flag: string, value: number, least = 1): void {
  if (!Number.isInteger(value) || value < least)
    throw new UsageError(`${flag} is ${value}, wanted an integer from ${least} on`);
}
