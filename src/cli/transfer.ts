import { basename, join } from 'node:path';
import { EXIT, UsageError } from '../errors.ts';
import { environmentName, resolveEnvironment } from '../plugins.ts';
import type { ArmSummary, Curve, Estimate } from '../transfer/summary.ts';
import type { Transfer } from '../transfer/transfer.ts';
import { type Command, type CommonArguments, kebabCase, withParameters } from './command.ts';
import { counter } from './counter.ts';
import { checkCount } from './eval.ts';
import { formatCount, formatNumber } from './format.ts';
import { onInterrupt } from './interrupt.ts';
import { print, printJson, printTable, say } from './output.ts';
import { shortPath } from './runs.ts';
import { settingFlags } from './train.ts';

interface TransferArguments extends CommonArguments {
  source: string;
  environment: string;
  seeds?: number;
  sourceSteps?: number;
  evaluations?: number;
  threshold?: number;
  out?: string;
  /** A flag for every setting of a run. */
  [setting: string]: unknown;
}

/** Where results go that were not told where to go, in the current folder. */
const TRANSFERS = 'transfers';

/** Settings that make sense with the source's weights alone. */
const FINE_TUNING = ['freeze', 'loraRank', 'loraAlpha'];

/** Settings that the comparison itself decides. */
const DECIDED: Readonly<Record<string, string>> = {
  initFrom: 'the first argument says where weights come from',
  evalFirst: 'it always does',
  evalEvery: 'give --evaluations',
  untilReturn: 'all seeds learn for as long: give --threshold',
};

/** `gymformer transfer`: what was learned before is worth, against learning from scratch. */
export const transferCommand: Command<TransferArguments> = {
  usage: 'transfer <source> <environment>',
  summary: 'measure what weights of another run are worth',
  takesParameters: true,
  positionals: {
    source: 'a run, or a checkpoint of one; or an environment, to learn in first',
    environment: 'what is learned from scratch, and from the weights of the source',
  },
  flags: async () => ({
    seeds: { type: 'number', describe: 'how often each is learned', default: 3 },
    sourceSteps: { type: 'number', describe: 'of a source that is an environment: steps to learn in it' },
    evaluations: { type: 'number', describe: 'evaluations on the way', default: 20 },
    threshold: { type: 'number', describe: 'mean return to reach; else 0.9 of the way to the best final one' },
    out: { type: 'string', describe: 'folder of runs and results', default: `${TRANSFERS}/<source>-to-<environment>` },
    ...(await settingFlags()),
  }),
  examples: [
    ['transfer runs/easy hard.ts --steps 100000', 'from a run that is there'],
    ['transfer easy.ts hard.ts --lora-rank 2', 'learn the easy one first, then fine-tune with adapters'],
  ],
  async run({ source, environment, seeds = 3, evaluations = 20, json = false, ...args }) {
    checkCount('--seeds', seeds);
    checkCount('--evaluations', evaluations);
    if (args.sourceSteps !== undefined) checkCount('--source-steps', args.sourceSteps);
    const spec = await resolveEnvironment(withParameters(environment, args));
    const folder = args.out ?? join(TRANSFERS, `${nameOf(source)}-to-${nameOf(environment)}`);
    const { settings, fineTuning } = await settingsOf(args);
    const { transfer } = await import('../transfer/transfer.ts');
    const progress = counter('trainings', json);
    const tell = (line: string): void => {
      progress.end();
      say(line);
    };
    const { signal } = onInterrupt('stopping after this update, then saving … (Ctrl-C again quits at once)', tell);
    const { sourceSteps, threshold } = args;
    try {
      const result = await transfer({
        ...{ source, spec, folder, seeds, evaluations, settings, fineTuning, sourceSteps, threshold, signal },
        onProgress: progress.show,
        onCurve: (curve) => (json ? printJson({ event: 'seed', ...curve }) : tell(describeCurve(curve))),
      });
      progress.end();
      if (!result) {
        say(`what is done is in ${shortPath(folder)}: the same command goes on`);
        return EXIT.interrupted;
      }
      if (json) printJson({ event: 'transfer', ...result });
      else printResult(result);
      return EXIT.ok;
    } finally {
      progress.end();
    }
  },
};

/** The part of a path or an id that goes into a folder's name. */
function nameOf(reference: string): string {
  return environmentName(basename(reference)).replace(/[^\w.=-]+/g, '-');
}

/** @throws UsageError for a setting that is not to be chosen here */
async function settingsOf(
  args: Record<string, unknown>,
): Promise<{ settings: Record<string, unknown>; fineTuning: Record<string, unknown> }> {
  const { CONFIG_KEYS } = await import('../settings.ts');
  const given = CONFIG_KEYS.filter((key) => args[key] !== undefined);
  for (const key of given)
    if (DECIDED[key]) throw new UsageError(`transfer takes no --${kebabCase(key)}: ${DECIDED[key]}`);
  const pick = (keys: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(keys.map((key) => [key, args[key]]));
  const [fineTuning, settings] = [true, false].map((wanted) =>
    pick(given.filter((key) => FINE_TUNING.includes(key) === wanted)),
  ) as [Record<string, unknown>, Record<string, unknown>];
  return { settings, fineTuning };
}

function describeCurve({ arm, seed, points }: Curve): string {
  const [first, last] = [points[0]?.mean ?? Number.NaN, points.at(-1)?.mean ?? Number.NaN];
  return `${arm}, seed ${seed}: mean return ${formatNumber(first)} before learning, ${formatNumber(last)} at the end`;
}

function printResult({ environment, source, steps, threshold, arms, jumpStart, stepsRatio, picture }: Transfer): void {
  print(`${environmentName(environment)} with weights of ${shortPath(source)}, ${formatCount(steps)} steps a seed\n`);
  printTable(
    [
      '',
      'before learning',
      threshold === null ? 'steps' : `steps to ${formatNumber(threshold)}`,
      'seeds there',
      'at the end',
    ],
    arms.map((arm) => [arm.arm, withInterval(arm.first), describeSteps(arm), reached(arm), withInterval(arm.final)]),
  );
  print(`\njump-start: ${withInterval(jumpStart)}`);
  if (stepsRatio !== null) print(`steps to the threshold: ${formatNumber(stepsRatio)} of those from scratch`);
  print(`curves: ${shortPath(picture)}`);
}

function withInterval({ mean, ci }: Estimate): string {
  return `${formatNumber(mean)} [${formatNumber(ci[0])}, ${formatNumber(ci[1])}]`;
}

/** The median over seeds. */
function describeSteps({ medianSteps }: ArmSummary): string {
  return medianSteps === null ? 'not reached' : formatCount(medianSteps);
}

function reached({ stepsToThreshold, seeds }: ArmSummary): string {
  return `${stepsToThreshold.filter((step) => step !== null).length} of ${seeds}`;
}
