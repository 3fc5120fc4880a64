import { EXIT, UsageError } from '../errors.ts';
import type { EvalEvent } from '../metrics.ts';
import { environmentName, resolveEnvironment } from '../plugins.ts';
import { type Command, type CommonArguments, EXAMPLE, type Flags, withParameters } from './command.ts';
import { downloadDisplay } from './download.ts';
import { formatCount, formatNumber } from './format.ts';
import { onInterrupt } from './interrupt.ts';
import { print, printJson, say } from './output.ts';
import { describeRestart } from './progress.ts';
import { counter } from './counter.ts';

interface EvalArguments extends CommonArguments {
  run: string;
  episodes?: number;
  seed?: number;
  device?: 'auto';
  checkpoint?: 'best' | 'latest';
  actions?: 'likeliest' | 'drawn';
  envWorkers?: number;
  targetReturn?: number;
}

/** Flags of the commands that load an agent and let it play. */
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
    targetReturn: { type: 'number', describe: 'of a run of dt: the return to ask it for', default: "the run's" },
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
    envWorkers: { type: 'number', describe: 'threads that the environments run in', default: "the run's" },
    ...(await playFlags()),
  }),
  examples: [[`eval runs/${EXAMPLE}-transformer-1 --episodes 100`, 'mean return with a 95 % interval']],
  async run(args) {
    const { run, episodes = 100, seed, device, checkpoint, actions, envWorkers, targetReturn, json = false } = args;
    checkCount('--episodes', episodes);
    if (envWorkers !== undefined) checkCount('--env-workers', envWorkers, 0);
    if (seed !== undefined) checkCount('--seed', seed, 0);
    const [{ loadAgent }, { evaluate }] = await Promise.all([import('../agent.ts'), import('../evaluate.ts')]);
    const agent = await loadAgent(run, {
      resolve: (environment) => resolveEnvironment(withParameters(environment, args)),
      download: { onProgress: downloadDisplay() },
      ...(device && { device }),
      ...(envWorkers !== undefined && { envWorkers }),
      ...(checkpoint && { checkpoint }),
      ...(targetReturn !== undefined && { targetReturn }),
    });
    const progress = counter('episodes', json);
    try {
      const result = await evaluate(agent, {
        episodes,
        seed: seed ?? agent.config.seed + UNSEEN,
        actions: actions ?? agent.config.evalActions,
        onProgress: progress.show,
        onRestart: ({ worker, from, to, reason }) =>
          say(`warning: ${describeRestart({ worker, environments: to - from, reason })}`),
        signal: onInterrupt('stopping …').signal,
      });
      progress.end();
      if (json) printJson(result);
      else printResult(agent.environment, result);
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

function printResult(
  environment: string,
  { step, episodes, mean, standardError, iqm, ci, meanLength, success, targetReturn }: EvalEvent,
): void {
  const rows = [
    ...(targetReturn === undefined ? [] : [['asked for', formatNumber(targetReturn)]]),
    ['mean return', `${formatNumber(mean)} ± ${formatNumber(standardError)}`],
    ['95 % interval', `${formatNumber(ci[0])} to ${formatNumber(ci[1])}`],
    ['interquartile mean', formatNumber(iqm)],
    ['mean length', `${formatNumber(meanLength)} steps`],
    ...(success === undefined ? [] : [['success', `${formatNumber(100 * success)} %`]]),
  ] as const;
  print(`${environmentName(environment)}, trained for ${formatCount(step)} steps, over ${episodes} episodes:`);
  for (const [name, value] of rows) print(`  ${(name as string).padEnd(20)}${value}`);
}
