import { cpus } from 'node:os';
import type { BenchLine, BenchOptions } from '../../bench/line.ts';
import { UsageError } from '../errors.ts';
import { type Command, type CommonArguments, didYouMean, EXAMPLE } from './command.ts';
import { counter } from './counter.ts';
import { checkCount } from './eval.ts';
import { formatNumber } from './format.ts';
import { onInterrupt } from './interrupt.ts';
import { print, printJson, printTable, say } from './output.ts';

interface BenchArguments extends CommonArguments {
  name?: string;
  only?: string;
  device?: string;
  seeds?: number;
  jobs?: number;
  again?: boolean;
  report?: boolean;
  out?: string;
}

/** `gymformer bench`: how fast this machine is, and what is learned on it. */
export const benchCommand: Command<BenchArguments> = {
  usage: 'bench [name]',
  summary: 'measure how fast it is, beside others',
  positionals: { name: 'which benchmark; without it they are listed' },
  flags: async () => {
    const { DEVICE_NAMES } = await import('../device/names.ts');
    return {
      only: { type: 'string', describe: 'measure this case alone' },
      device: { type: 'string', describe: 'measure this device alone', choices: ['auto', ...DEVICE_NAMES] },
      seeds: { type: 'number', describe: 'how often to learn, each time from another seed' },
      jobs: { type: 'number', describe: 'of learning: seeds trained at once, each on one thread', default: 1 },
      again: { type: 'boolean', describe: 'of learning: train also what is done' },
      report: { type: 'boolean', describe: 'of learning: train nothing, write tables and curves of what is done' },
      out: { type: 'string', describe: 'of learning: folder of results, RESULTS.md and curves', default: 'bench' },
    };
  },
  examples: [
    ['bench train-step --device simd --json', 'a training step on our CPU backend, as JSON'],
    [`bench learning --only ${EXAMPLE} --jobs 2`, 'what is learned there, two seeds at once'],
  ],
  async run({ name, json = false, ...args }) {
    const { BENCHES } = await import('../../bench/index.ts');
    if (name === undefined) return list(BENCHES, json);
    const found = BENCHES[name];
    if (!found) throw new UsageError(`unknown benchmark ${name}${didYouMean(name, Object.keys(BENCHES))}`);
    const { takes = [], bench } = found;
    const options = benchOptions(name, takes, args);
    const progress = counter('measurements', json);
    const tell = (line: string): void => {
      progress.end();
      say(line);
    };
    const stopping = 'stopping … (Ctrl-C again quits at once)';
    const signal = takes.includes('signal') && { signal: onInterrupt(stopping, tell).signal };
    const lines: BenchLine[] = [];
    try {
      for await (const line of bench({ ...options, ...signal, onProgress: progress.show })) {
        lines.push(line);
        if (json) printJson(line);
        else tell(Object.values(line).slice(1).map(shown).join('  '));
      }
    } finally {
      progress.end();
    }
    if (lines.length === 0) throw new UsageError(`${name} has no case ${options.only}`);
    if (!json) printLines(lines);
  },
};

/** Options of some benchmarks alone. */
const OWN_OPTIONS = ['seeds', 'jobs', 'again', 'report', 'out'] as const;

/** @throws UsageError for a flag that the benchmark does not have, and for a count that is none */
function benchOptions(
  name: string,
  takes: readonly (keyof BenchOptions)[],
  { only, device, ...args }: Omit<BenchArguments, 'name' | 'json'>,
): BenchOptions {
  const own = OWN_OPTIONS.filter((option) => args[option] !== undefined);
  for (const option of own) if (!takes.includes(option)) throw new UsageError(`${name} has no --${option}`);
  for (const option of ['seeds', 'jobs'] as const)
    if (args[option] !== undefined) checkCount(`--${option}`, args[option]);
  const given = Object.fromEntries(own.map((option) => [option, args[option]]));
  return { ...(only && { only }), ...(device && { device }), ...given };
}

function list(benches: Readonly<Record<string, { summary: string }>>, json: boolean): void {
  for (const [bench, { summary }] of Object.entries(benches)) {
    if (json) printJson({ bench, summary });
    else print(`${bench.padEnd(12)}${summary}`);
  }
}

/** A table with a column for each figure that any line has. */
function printLines(lines: readonly BenchLine[]): void {
  print(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}\n`);
  const columns = [...new Set(lines.flatMap((line) => Object.keys(line)))].filter((column) => column !== 'bench');
  printTable(
    columns,
    lines.map((line) => columns.map((column) => shown(line[column]))),
  );
}

function shown(value: BenchLine[string]): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'number' && !Number.isInteger(value) ? formatNumber(value) : String(value);
}
