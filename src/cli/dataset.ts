import { nearest } from '../../envs/nearest.ts';
import { describeSpace } from '../../envs/spaces.ts';
import type { DatasetCard } from '../dataset/card.ts';
import { EXIT, GymformerError, UsageError } from '../errors.ts';
import { type Command, type CommonArguments, EXAMPLE } from './command.ts';
import { counter } from './counter.ts';
import { Eta } from './eta.ts';
import { checkCount } from './eval.ts';
import { formatCount, formatNumber } from './format.ts';
import { onInterrupt } from './interrupt.ts';
import { print, printJson, printTable, PROGRAM, say } from './output.ts';
import { shortPath } from './runs.ts';

interface DatasetArguments extends CommonArguments {
  action: string;
  paths: string[];
  out?: string;
  validation?: number;
  seed?: number;
}

const ACTIONS = ['build', 'info', 'verify'];

/** `gymformer dataset`: makes datasets of replays, tells of one, or reads all of it. */
export const datasetCommand: Command<DatasetArguments> = {
  usage: 'dataset <action> <paths..>',
  summary: 'make a dataset of replays to learn from, tell of one, or verify it',
  positionals: {
    action: 'build, info or verify',
    paths: 'build: replays, runs (of which the replays are taken) and folders of replays; else a dataset',
  },
  flags: () => ({
    out: { type: 'string', describe: 'build: folder of the dataset, a new one' },
    validation: { type: 'number', describe: 'build: share of the episodes kept for validation', default: 0.1 },
    seed: { type: 'number', describe: 'build: draws the episodes for validation', default: 0 },
  }),
  examples: [
    [`dataset build runs/${EXAMPLE}-transformer-1 --out datasets/expert`, 'of all replays of a run'],
    ['dataset info datasets/expert', 'environments, episodes, returns, split and sources'],
  ],
  async run(args) {
    const { action, paths, json = false } = args;
    switch (action) {
      case 'build':
        return await build(args);
      case 'info':
        return await info(onlyOne(action, paths), json);
      case 'verify':
        return await verify(onlyOne(action, paths), json);
      default: {
        const guess = nearest(action, ACTIONS);
        const hint = guess === undefined ? ': wanted build, info or verify' : `: did you mean ${guess}?`;
        throw new UsageError(`unknown action ${action} of dataset${hint}`);
      }
    }
  },
};

async function build({ paths, out, validation = 0.1, seed = 0, json = false }: DatasetArguments): Promise<void> {
  if (out === undefined) throw new UsageError('build: --out is missing, the folder of the dataset');
  if (!(validation >= 0 && validation < 1))
    throw new UsageError(`--validation is ${validation}, wanted a share from 0 to below 1`);
  checkCount('--seed', seed, 0);
  const { buildDataset } = await import('../dataset/build.ts');
  const progress = counter('episodes', json);
  const eta = new Eta();
  try {
    const card = await buildDataset(paths, out, {
      validation,
      seed,
      signal: onInterrupt('stopping …').signal,
      onProgress: (done, total) => progress.show(done, total, { what: 'reading', secondsLeft: eta.left(done, total) }),
    });
    progress.end();
    if (json) return printJson({ event: 'dataset', path: out, ...described(card) });
    printCard(out, card);
    sayLeftOut(card);
    say(`learn from it: ${PROGRAM} pretrain ${shortPath(out)} --algo bc`);
  } finally {
    progress.end();
  }
}

async function info(path: string, json: boolean): Promise<void> {
  const { openDataset } = await import('../dataset/dataset.ts');
  const { card } = openDataset(path);
  if (json) return printJson({ event: 'dataset', path, ...described(card) });
  printCard(path, card);
  sayLeftOut(card);
}

/** Every episode is read, and compared with its checksum. */
async function verify(path: string, json: boolean): Promise<void> {
  const { openDataset } = await import('../dataset/dataset.ts');
  const dataset = openDataset(path);
  const entries = dataset.episodes('all');
  const progress = counter('episodes', json);
  const eta = new Eta();
  const { signal } = onInterrupt('stopping …');
  try {
    for (const [done, entry] of entries.entries()) {
      if (signal.aborted) throw new GymformerError('verifying was interrupted', EXIT.interrupted);
      dataset.read(entry);
      progress.show(done, entries.length, { what: 'reading', secondsLeft: eta.left(done, entries.length) });
      await new Promise(setImmediate); // let signals through
    }
  } finally {
    progress.end();
  }
  const steps = entries.reduce((sum, entry) => sum + entry.steps, 0);
  if (json) return printJson({ event: 'verify', episodes: entries.length, steps });
  print(`whole: ${formatCount(entries.length)} episodes, ${formatCount(steps)} steps`);
}

function onlyOne(action: string, paths: readonly string[]): string {
  const [path, ...others] = paths;
  if (path === undefined || others.length > 0)
    throw new UsageError(`${action}: wanted one dataset, was given ${paths.length} paths`);
  return path;
}

/** What `--json` tells of a card: all but how it is stored. */
function described({ environments, splits, seed, sources, createdAt, gymformer }: DatasetCard): object {
  return {
    environments: environments.map(({ observationSpace, actionSpace, ...rest }) => ({
      ...rest,
      observations: describeSpace(observationSpace),
      actions: describeSpace(actionSpace),
    })),
    ...{ splits, seed, sources, createdAt, gymformer },
  };
}

function printCard(path: string, { environments, splits, sources }: DatasetCard): void {
  const { train, validation } = splits;
  print(
    `${shortPath(path)}: ${formatCount(train.episodes + validation.episodes)} episodes of ${formatCount(sources.length)} replays, ` +
      `${formatCount(train.episodes)} to learn from, ${formatCount(validation.episodes)} for validation`,
  );
  printTable(
    [
      'environment',
      'observations',
      'actions',
      'episodes',
      'steps',
      'mean return',
      'least',
      '25 %',
      'median',
      '75 %',
      'most',
    ],
    environments.map(({ id, observationSpace, actionSpace, episodes, steps, returns }) => {
      const { mean, deviation, least, lowerQuartile, median, upperQuartile, most } = returns;
      return [
        ...[id, describeSpace(observationSpace), describeSpace(actionSpace), formatCount(episodes), formatCount(steps)],
        `${formatNumber(mean)} ± ${formatNumber(deviation)}`,
        ...[least, lowerQuartile, median, upperQuartile, most].map(formatNumber),
      ];
    }),
  );
}

function sayLeftOut({ sources }: DatasetCard): void {
  for (const { replay, leftOut } of sources)
    for (const { episode, reason } of leftOut) say(`left out: episode ${episode} of ${shortPath(replay)}: ${reason}`);
}
