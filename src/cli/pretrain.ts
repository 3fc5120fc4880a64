import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EnvSpec } from '../../envs/registry.ts';
import type { ResolvedConfig } from '../config.ts';
import type { Config } from '../settings.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { EXIT, UsageError } from '../errors.ts';
import { environmentName, resolveEnvironment } from '../plugins.ts';
import type { PretrainResult } from '../pretraining/pretrainer.ts';
import { type Command, type CommonArguments, EXAMPLE, type Flags } from './command.ts';
import { counter } from './counter.ts';
import { downloadDisplay } from './download.ts';
import { Eta } from './eta.ts';
import { formatCount, formatDuration, formatNumber } from './format.ts';
import { onInterrupt } from './interrupt.ts';
import { print, printJson, printTable, PROGRAM, say } from './output.ts';
import { nextRun, shortPath } from './runs.ts';
import { showSettings } from './settings.ts';
import { chooseProgress, readConfigFile, settingFlags } from './train.ts';

interface PretrainArguments extends CommonArguments {
  datasets: string[];
  out?: string;
  resume?: boolean;
  config?: string;
  showConfig?: boolean;
  /** A flag for each setting that means something here. */
  [setting: string]: unknown;
}

/** What a policy is made of, and what its values are of: as training has them, and so taken from an environment's preset. */
const SHARED: readonly (keyof Config)[] = [
  ...(['policy', 'trunk', 'textEncoder', 'width', 'layers', 'heads', 'reach', 'context', 'feedForward'] as const),
  ...(['gating', 'initialLogStd'] as const),
  ...(['gamma', 'normalizeObservations', 'normalizeRewards', 'evalActions', 'evalParameters'] as const),
];

/** The settings that mean something where nobody plays. */
const SETTINGS: ReadonlySet<keyof Config> = new Set<keyof Config>([
  ...SHARED,
  ...(['algo', 'seed', 'device', 'threads', 'deterministic', 'steps', 'targetReturn', 'returnScale'] as const),
  ...(['evalEpisodes', 'evalEvery', 'checkpointEvery', 'envWorkers', 'envs', 'rolloutSteps', 'sequenceSteps'] as const),
  ...(['minibatches', 'learningRate', 'finalLearningRate', 'annealSteps', 'valueCoefficient'] as const),
  ...(['maxGradientNorm', 'trunk', 'textEncoder', 'freeze', 'loraRank', 'loraAlpha'] as const),
]);

/** What settings of training mean here. */
const MEANINGS: Record<string, { describe: string; default?: string | number; choices?: readonly string[] }> = {
  algo: {
    describe: 'bc: act as the episodes do; dt: Decision Transformer, act for the return asked for',
    choices: ['bc', 'dt'],
    default: 'bc',
  },
  steps: {
    describe: 'steps of demonstrations to learn from, each pass over the dataset counted',
    default: '200000, of dt 400000',
  },
  envs: { describe: 'demonstrations read side by side' },
  rolloutSteps: { describe: 'steps of each between updates' },
  minibatches: { describe: 'optimiser steps an update' },
  annealSteps: { describe: 'steps over which the learning rate falls; 0: it stays', default: 'steps' },
};

/** `gymformer pretrain`: teaches a policy from a dataset, and keeps it as a run. */
export const pretrainCommand: Command<PretrainArguments> = {
  usage: 'pretrain <datasets..>',
  summary: 'learn from datasets: behaviour cloning, or a Decision Transformer',
  positionals: { datasets: 'made by gymformer dataset build' },
  flags: async () => ({
    out: { type: 'string', describe: 'directory of the run', default: 'runs/<environment>-<policy>-<n>' },
    resume: { type: 'boolean', describe: 'go on with the run of --out' },
    config: { type: 'string', describe: 'JSON file with settings; flags count more, presets less' },
    showConfig: { type: 'boolean', describe: 'print every setting and where it comes from, and learn nothing' },
    ...(await ownFlags()),
  }),
  examples: [
    [`pretrain datasets/${EXAMPLE} --algo bc`, 'act as the expert did'],
    [`pretrain datasets/${EXAMPLE} --algo dt --out runs/dt`, 'act for a return: eval runs/dt --target-return 200'],
  ],
  async run(args) {
    const { json = false, resume = false } = args;
    const { openDataset } = await import('../dataset/dataset.ts');
    const datasets = args.datasets.map(openDataset);
    const { out, config, sources } = await plan(args, datasets);
    if (args.showConfig) return showSettings({ config, sources }, await settingFlags(), json);
    const { pretrain } = await import('../pretraining/pretrainer.ts');
    const progress = chooseProgress(json);
    const interrupt = onInterrupt('stopping after this update, then saving … (Ctrl-C again quits at once)', (line) =>
      progress.say(line),
    );
    const reading = counter('episodes', json);
    const eta = new Eta();
    const results = await pretrain({
      ...{ config, datasets, out, resume, signal: interrupt.signal, resolve: resolveEnvironment },
      download: { onProgress: downloadDisplay() },
      onReading(done, total) {
        reading.show(done, total, { what: 'reading', secondsLeft: eta.left(done, total) });
        if (done === total) reading.end();
      },
      onEvent(event) {
        if (json) printJson(event);
        progress.show(event);
      },
    });
    interrupt.release();
    for (const result of results) {
      if (json) printJson(result);
      else printResult(result);
      if (!json || result.interrupted) sayWhatNext(args.datasets, out, result);
    }
    return results.some(({ interrupted }) => interrupted) ? EXIT.interrupted : EXIT.ok;
  },
};

async function ownFlags(): Promise<Flags> {
  const flags = Object.entries(await settingFlags()).filter(([name]) => SETTINGS.has(name as keyof Config));
  return Object.fromEntries(flags.map(([name, flag]) => [name, { ...flag, ...MEANINGS[name] }]));
}

/** Where the run goes, and its settings: of one environment, what its preset says of the policy counts. */
async function plan(args: PretrainArguments, datasets: readonly Dataset[]): Promise<{ out: string } & ResolvedConfig> {
  const [{ CONFIG_KEYS }, { explainConfig }] = await Promise.all([import('../settings.ts'), import('../config.ts')]);
  const given = CONFIG_KEYS.filter((key) => SETTINGS.has(key) && args[key] !== undefined);
  const file = args.config === undefined ? {} : readConfigFile(args.config);
  const known = Object.keys(file).filter((key): key is keyof Config => CONFIG_KEYS.includes(key as keyof Config));
  const wrong = known.find((key) => !SETTINGS.has(key));
  if (wrong !== undefined) throw new UsageError(`${wrong} in ${args.config} is a setting of training, not of pretrain`);
  const flags = Object.fromEntries(given.map((key) => [key, args[key]]));
  const ids = [...new Set(datasets.flatMap(({ card }) => card.environments.map(({ id }) => id)))];
  const [first] = await Promise.all(ids.map(resolveEnvironment));
  if (args.resume) return await planResume(args, { file, flags });
  const preset = ids.length === 1 ? sharedOf(first as EnvSpec) : {};
  const algo = flags['algo'] ?? file['algo'] ?? 'bc';
  const explained = explainConfig({ environment: (first as EnvSpec).id, preset, file, flags: { ...flags, algo } });
  const { config, sources } = explained;
  const annealed = ['flag', 'config file'].includes(sources.annealSteps) ? {} : { annealSteps: config.steps };
  const out = args.out ?? nextRun(ids.length === 1 ? config.environment : 'generalist', config.policy);
  return { out, config: { ...config, ...annealed }, sources };
}

async function planResume(
  { out }: PretrainArguments,
  given: { file: Record<string, unknown>; flags: Record<string, unknown> },
): Promise<{ out: string } & ResolvedConfig> {
  if (out === undefined) throw new UsageError('--resume wants --out, the run to go on with');
  const [{ RunDirectory }, { readdirSync }] = await Promise.all([import('../run.ts'), import('node:fs')]);
  // Of several environments, there is a run in each folder.
  const inside = existsSync(out) && !existsSync(join(out, 'config.json')) ? readdirSync(out) : [];
  const first = inside.map((name) => join(out, name)).find((path) => existsSync(join(path, 'config.json')));
  return { out, ...new RunDirectory(first ?? out).explainResume(given) };
}

function sharedOf({ preset = {} }: EnvSpec): Record<string, unknown> {
  return Object.fromEntries(Object.entries(preset).filter(([key]) => SHARED.includes(key as keyof Config)));
}

function printResult(result: PretrainResult): void {
  const { environment, algo, steps, passes, seconds, interrupted, heldOutEpisodes, confusion } = result;
  if (interrupted) return;
  const { meanReturn, standardError, evalEpisodes, targetReturn } = result;
  print(
    `${environmentName(environment)}, ${algo}: ${formatCount(steps)} steps, ${formatNumber(passes)} passes, in ${formatDuration(seconds)}`,
  );
  const asked = targetReturn === null ? '' : `, ${formatNumber(targetReturn)} asked for`;
  const rows: [string, string][] = [
    ['mean return', `${shown(meanReturn)} ± ${shown(standardError)} over ${evalEpisodes} episodes${asked}`],
  ];
  if (heldOutEpisodes === 0) rows.push(['validation', 'no episode is kept for it']);
  else if (result.meanSquaredError !== null) rows.push(['mean squared error', shown(result.meanSquaredError)]);
  else
    rows.push(
      ['accuracy', `${shown(result.accuracy)} over ${heldOutEpisodes} episodes kept for validation`],
      ['macro recall', shown(result.macroRecall)],
      ['macro F1', shown(result.macroF1)],
    );
  for (const [name, value] of rows) print(`  ${name.padEnd(20)}${value}`);
  for (const { part, labels, counts } of confusion) {
    print(`\n${part} taken, and what was told instead:`);
    printTable(
      ['', ...labels],
      counts.map((row, i) => [labels[i] as string, ...row.map(formatCount)]),
    );
  }
}

function shown(value: number | null): string {
  return value === null ? 'none' : formatNumber(value);
}

function sayWhatNext(
  datasets: readonly string[],
  out: string,
  { run, interrupted, steps, algo }: PretrainResult,
): void {
  const path = shortPath(run);
  if (interrupted)
    say(
      `saved at step ${formatCount(steps)}; go on with: ${PROGRAM} pretrain ${datasets.join(' ')} --resume --out ${shortPath(out)}`,
    );
  else {
    const ask = algo === 'dt' ? ' --target-return <return>' : '';
    say(`the run is in ${path}: ${PROGRAM} eval ${path}${ask}`);
  }
}
