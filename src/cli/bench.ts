import { cpus } from 'node:os';
import type { BenchLine } from '../../bench/line.ts';
import { UsageError } from '../errors.ts';
import { type Command, type CommonArguments, didYouMean } from './command.ts';
import { counter } from './counter.ts';
import { checkCount } from './eval.ts';
import { formatNumber } from './format.ts';
import { print, printJson, printTable, say } from './output.ts';

interface BenchArguments extends CommonArguments {
  name?: string;
  only?: string;
  device?: string;
  seeds?: number;
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
    };
  },
  examples: [['bench train-step --device simd --json', 'a training step on our CPU backend, as JSON']],
  async run({ name, json = false, seeds, only, device }) {
    const { BENCHES } = await import('../../bench/index.ts');
    if (name === undefined) return list(BENCHES, json);
    const found = BENCHES[name];
    if (!found) throw new UsageError(`unknown benchmark ${name}${didYouMean(name, Object.keys(BENCHES))}`);
    if (seeds !== undefined) checkCount('--seeds', seeds);
    const progress = counter('measurements', json);
    const lines: BenchLine[] = [];
    const options = { ...(only && { only }), ...(device && { device }), ...(seeds && { seeds }) };
    for await (const line of found.bench({ ...options, onProgress: progress.show })) {
      progress.end();
      lines.push(line);
      if (json) printJson(line);
      else say(Object.values(line).slice(1).map(shown).join('  '));
    }
    progress.end();
    if (lines.length === 0) throw new UsageError(`${name} has no case ${only}`);
    if (!json) printLines(lines);
  },
};

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
