import { readFileSync } from 'node:fs';
import { parseReference } from '../../envs/parameters.ts';
import type { EnvSpec } from '../../envs/registry.ts';
import type { ConfigSources, ResolvedConfig } from '../config.ts';
import type { Cost } from '../cost.ts';
import { EXIT, FileError } from '../errors.ts';
import type { DoneEvent, EvalEvent, TrainEvent } from '../metrics.ts';
import { environmentName, resolveEnvironment } from '../plugins.ts';
import { type Command, type CommonArguments, EXAMPLE, type Flag, type Flags, withParameters } from './command.ts';
import { formatCount, formatDuration, formatLarge, formatNumber } from './format.ts';
import { onInterrupt, untilInterrupted } from './interrupt.ts';
import { print, printJson, PROGRAM, say } from './output.ts';
import { LiveProgress, PlainProgress, type Progress } from './progress.ts';
import { isOf, latestRun, nextRun, shortPath } from './runs.ts';
import { showSettings } from './settings.ts';
import { Watcher } from './watcher.ts';

interface TrainArguments extends CommonArguments {
  environment: string;
  out?: string;
  resume?: boolean;
  config?: string;
  watch?: boolean;
  /** A flag for every setting of a run. */
  [setting: string]: unknown;
}

const OWN_FLAGS: Flags = {
  out: { type: 'string', describe: 'directory of the run', default: 'runs/<environment>-<policy>-<n>' },
  resume: { type: 'boolean', describe: 'go on with the run of --out, or the latest of this environment' },
  config: { type: 'string', describe: 'JSON file with settings; flags count more, presets less' },
  watch: { type: 'boolean', describe: 'show the training in the viewer while it runs' },
  showConfig: { type: 'boolean', describe: 'print every setting and where it comes from, and train nothing' },
};

/** Headings of the help; a setting in none of the lists stands under "Learning". */
const MAIN = [
  'algo',
  'policy',
  'steps',
  'untilReturn',
  'envs',
  'envWorkers',
  'seed',
  'device',
  'threads',
  'deterministic',
];
const FINE_TUNING = ['initFrom', 'freeze', 'loraRank', 'loraAlpha'];
const REPORTS = [
  'evalEpisodes',
  'evalEvery',
  'evalFirst',
  'evalActions',
  'evalParameters',
  'checkpointEvery',
  'replayEvery',
];
const IMITATION = [
  'expert',
  'discriminatorWindow',
  'discriminatorWidth',
  'discriminatorLayers',
  'discriminatorHeads',
  'discriminatorSteps',
  'discriminatorBatch',
  'discriminatorLearningRate',
  'discriminatorPenalty',
  'discriminatorAccuracy',
];
const SELF_PLAY = ['snapshotEvery', 'poolSize', 'newestShare'];
const MODEL = ['trunk', 'textEncoder', 'width', 'layers', 'heads', 'context', 'feedForward', 'gating', 'initialLogStd'];
const HEADINGS: Readonly<Record<string, readonly string[]>> = {
  'Training:': MAIN,
  'Fine-tuning:': FINE_TUNING,
  'Reports:': REPORTS,
  'Imitation:': IMITATION,
  'Self-play:': SELF_PLAY,
  'Model:': MODEL,
};

/** `gymformer train`: trains an agent, and keeps all there is to know of it in a run's directory. */
export const trainCommand: Command<TrainArguments> = {
  usage: 'train <environment>',
  summary: 'train an agent',
  takesParameters: true,
  positionals: { environment: 'id (gymformer envs lists them), path of a module, or package#export' },
  flags: async () => ({ ...OWN_FLAGS, ...(await settingFlags()) }),
  examples: [
    [`train ${EXAMPLE} --steps 50000`, 'one of the built-in games'],
    ['train ./my-env.ts --until-return 9 --watch', 'a game of your own, until it is solved, watched'],
    [`train ${EXAMPLE} --resume`, 'go on with the latest run'],
    [`train ${EXAMPLE} --init-from runs/other --lora-rank 2`, 'fine-tune what another run has learned'],
    [`train ${EXAMPLE} --algo gail --expert datasets/expert`, 'imitate an expert, without the rewards'],
    [`train ${EXAMPLE} --show-config`, 'what it would be trained with, and why'],
  ],
  async run(args) {
    const { json = false, resume = false, watch = false, showConfig = false } = args;
    const { run, spec, config, sources } = await planRun(args);
    if (showConfig) return showSettings({ config, sources }, await settingFlags(), json);
    const { train } = await import('../trainer.ts');

    const progress = chooseProgress(json);
    const interrupt = onInterrupt('stopping after this update, then saving … (Ctrl-C again quits at once)', (line) =>
      progress.say(line),
    );
    const watcher = watch ? new Watcher(run) : null;
    let evaluation: EvalEvent | null = null;
    const onEvent = (event: TrainEvent): void => {
      if (json) printJson(event);
      if (event.event === 'eval') evaluation = event;
      progress.show(event);
      // Not before the run's directory is there.
      if (event.event === 'start') void watcher?.open((line) => progress.say(line));
    };
    try {
      const { signal } = interrupt;
      const done = await train({ config, spec, run, resume, signal, onEvent, ...(watcher && { audience: watcher }) });
      watcher?.stopRecording();
      if (!json) printOutcome(spec.id, done, evaluation);
      if (!json || done.interrupted) sayWhatNext(withParameters(args.environment, args), done);
      interrupt.release();
      if (watcher && !done.interrupted && process.stdout.isTTY) {
        say('the viewer stays until Ctrl-C');
        await untilInterrupted();
      }
      return done.interrupted ? EXIT.interrupted : done.solved === false ? EXIT.failed : EXIT.ok;
    } finally {
      watcher?.close();
    }
  },
};

/** The run's directory, environment and settings: of a new run, or of the one that is resumed. */
async function planRun(args: TrainArguments): Promise<{ run: string; spec: EnvSpec } & ResolvedConfig> {
  const [{ CHOSEN_KEYS }, { explainConfig }] = await Promise.all([import('../settings.ts'), import('../config.ts')]);
  const reference = withParameters(args.environment, args);
  const spec = await resolveEnvironment(reference);
  const flags = Object.fromEntries(
    CHOSEN_KEYS.filter((key) => key !== 'environment' && args[key] !== undefined).map((key) => [key, args[key]]),
  );
  const file = args.config === undefined ? {} : readConfigFile(args.config);
  if (args.resume) return await planResume(args, { reference, spec, file, flags });
  const initFrom = flags['initFrom'] ?? file['initFrom'];
  const init = typeof initFrom === 'string' ? (await import('../initFrom.ts')).initSettings(initFrom) : undefined;
  const resolved = explainConfig({ environment: spec.id, preset: spec.preset ?? {}, init, file, flags });
  return { run: args.out ?? nextRun(spec.id, resolved.config.policy), spec, ...resolved };
}

/** Of an environment named without parameters, a run with any is meant. */
async function planResume(
  { out }: TrainArguments,
  {
    reference,
    spec,
    file,
    flags,
  }: { reference: string; spec: EnvSpec } & Required<Pick<ConfigSources, 'file' | 'flags'>>,
): Promise<{ run: string; spec: EnvSpec } & ResolvedConfig> {
  const { RunDirectory } = await import('../run.ts');
  const anyParameters = Object.keys(parseReference(reference).given).length === 0;
  const run = out ?? latestRun(spec.id, anyParameters);
  const directory = new RunDirectory(run);
  const { environment } = directory.readConfig();
  const meant = isOf(spec.id, environment, anyParameters);
  const resolved = directory.explainResume({ ...(!meant && { environment: spec.id }), file, flags });
  return { run, spec: environment === spec.id ? spec : await resolveEnvironment(environment), ...resolved };
}

export function readConfigFile(path: string): Record<string, unknown> {
  try {
    const settings: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof settings === 'object' && settings !== null && !Array.isArray(settings))
      return settings as Record<string, unknown>;
  } catch (cause) {
    throw new FileError(`cannot read the config ${path}: ${(cause as Error).message}`, { cause });
  }
  throw new FileError(`the config ${path} is no JSON object of settings`);
}

/** A flag for each setting in the schema, with its meaning and default. */
export async function settingFlags(): Promise<Flags> {
  const [{ CHOSEN_KEYS, configSchema }, { z }] = await Promise.all([import('../settings.ts'), import('zod')]);
  const { properties = {} } = z.toJSONSchema(configSchema, { io: 'input' });
  const settings = Object.entries(properties).filter(
    ([name]) => name !== 'environment' && (CHOSEN_KEYS as string[]).includes(name),
  );
  return Object.fromEntries(settings.map(([name, schema]) => [name, settingFlag(name, schema as SettingSchema)]));
}

interface SettingSchema {
  type?: string | string[];
  description?: string;
  default?: string | number | boolean | null;
  enum?: string[];
  anyOf?: { type?: string }[];
}

function settingFlag(
  name: string,
  { type, anyOf, description = '', default: value, enum: choices }: SettingSchema,
): Flag {
  const types = [type, ...(anyOf ?? []).map((part) => part.type)].flat();
  return {
    type: types.includes('boolean') ? 'boolean' : types.includes('string') ? 'string' : 'number',
    describe: description,
    group: Object.entries(HEADINGS).find(([, names]) => names.includes(name))?.[0] ?? 'Learning:',
    ...(value !== undefined && { default: value }),
    ...(choices && { choices }),
  };
}

export function chooseProgress(json: boolean): Progress {
  if (process.stderr.isTTY && !(json && process.stdout.isTTY)) return new LiveProgress();
  return json ? { show: () => {}, say } : new PlainProgress();
}

function printOutcome(
  environment: string,
  { steps, seconds, solved, interrupted, cost }: DoneEvent,
  evaluation: EvalEvent | null,
): void {
  if (interrupted) return;
  const name = environmentName(environment);
  const verdict = solved === null ? 'trained' : solved ? 'solved' : 'not solved';
  const result = evaluation
    ? `mean return ${formatNumber(evaluation.mean)} ± ${formatNumber(evaluation.standardError)} over ${evaluation.episodes} episodes, `
    : '';
  print(`${name} ${verdict}: ${result}${formatCount(steps)} steps in ${formatDuration(seconds)}`);
  say(describeCost(cost));
}

/** "cost: 2.34 TFLOP, 1 min 12 s, at most 212 MB of memory, on simd" */
function describeCost({ flops, seconds, peakMemoryBytes, devices, sessions }: Cost): string {
  const during = `${formatDuration(seconds)}${sessions > 1 ? ` in ${sessions} sessions` : ''}`;
  return `cost: ${formatLarge(flops)}FLOP, ${during}, at most ${formatLarge(peakMemoryBytes)}B of memory, on ${devices.join(' and ')}`;
}

function sayWhatNext(environment: string, { run, interrupted, steps }: DoneEvent): void {
  const path = shortPath(run);
  if (interrupted) {
    say(`saved at step ${formatCount(steps)}; go on with: ${PROGRAM} train ${environment} --resume --out ${path}`);
    return;
  }
  say(`the run is in ${path}: ${PROGRAM} view ${path}`);
}
