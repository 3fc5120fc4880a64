#!/usr/bin/env node
import yargs, { type Argv } from 'yargs';
import { EnvError } from '../../envs/env.ts';
import { DeviceFailure } from '../device/failure.ts';
import { EXIT, GymformerError, UsageError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { benchCommand } from './bench.ts';
import { checkCommand } from './check.ts';
import { classifyCommand } from './classify.ts';
import { addCommand, type Command, didYouMean } from './command.ts';
import { datasetCommand } from './dataset.ts';
import { devicesCommand } from './devices.ts';
import { envsCommand } from './envs.ts';
import { evalCommand } from './eval.ts';
import { explainCommand } from './explain.ts';
import { initCommand } from './init.ts';
import { colours, say } from './output.ts';
import { playCommand } from './play.ts';
import { pretrainCommand } from './pretrain.ts';
import { recordCommand } from './record.ts';
import { replayCommand } from './replay.ts';
import { traceCommand } from './trace.ts';
import { trainCommand } from './train.ts';
import { transferCommand } from './transfer.ts';
import { viewCommand } from './view.ts';

const COMMANDS: readonly Command[] = [
  trainCommand,
  evalCommand,
  explainCommand,
  recordCommand,
  viewCommand,
  playCommand,
  classifyCommand,
  replayCommand,
  transferCommand,
  datasetCommand,
  pretrainCommand,
  checkCommand,
  traceCommand,
  envsCommand,
  devicesCommand,
  benchCommand,
  initCommand,
];

// A reader that has seen enough (`gymformer trace … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed),
);

const words = process.argv.slice(2);
let code: number = EXIT.ok;
try {
  code = await main();
} catch (error) {
  code = report(error);
}
// Devices and worker threads would keep the process alive; what was printed has to leave first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));

async function main(): Promise<number> {
  let result: number = EXIT.ok;
  const parser: Argv = yargs(words)
    .scriptName('gymformer')
    .locale('en')
    .usage('Train, watch and understand Transformer agents that play games.\n\nUsage: $0 <command>')
    .parserConfiguration({ 'strip-dashed': true, 'dot-notation': false })
    .help('help', 'show this help')
    .alias('help', 'h')
    .version('version', 'show the version', VERSION)
    .fail(false)
    .exitProcess(false)
    .wrap(Math.min(process.stdout.columns ?? 100, 110))
    .command('$0', false, {}, ({ _: [command] }) => {
      if (command !== undefined) throw unknownCommand(String(command));
      parser.showHelp('error');
      result = EXIT.usage;
    })
    .epilogue('gymformer <command> --help says more of each.');
  for (const command of COMMANDS) addCommand(parser, command, (exitCode) => (result = exitCode));
  await parser.parseAsync();
  return result;
}

function unknownCommand(name: string): UsageError {
  const names = COMMANDS.map(({ usage }) => usage.split(' ')[0] as string);
  return new UsageError(`unknown command ${name}${didYouMean(name, names)}`);
}

/** Says what went wrong, and gives its exit code. */
function report(thrown: unknown): number {
  const error = explained(thrown instanceof Error ? thrown : new Error(String(thrown)));
  const exitCode = exitCodeOf(error);
  const foreseen = error instanceof GymformerError || error instanceof DeviceFailure;
  const unforeseen = exitCode === EXIT.failed && !foreseen;
  say(`${colours(process.stderr).red('error:')} ${error.message}${unforeseen ? ' (--debug shows where)' : ''}`);
  if (words.includes('--debug')) say(error.stack ?? '');
  return exitCode;
}

function exitCodeOf(error: Error): number {
  if (error instanceof GymformerError) return error.exitCode;
  if (error instanceof EnvError) return EXIT.environment;
  // src/device throws its own, since it knows no other room.
  return error.name === 'DeviceError' ? EXIT.usage : EXIT.failed;
}

/** The parser's own two errors, in words that say what to type. */
function explained(error: Error): Error {
  const flag = /^Not enough arguments following: (.+)$/.exec(error.message)?.[1];
  if (flag !== undefined) return new UsageError(`--${flag} wants a value`, { cause: error });
  const command = COMMANDS.find(({ usage }) => words.includes(usage.split(' ')[0] as string));
  if (error.message.startsWith('Not enough non-option arguments') && command)
    return new UsageError(`an argument is missing: gymformer ${command.usage}`, { cause: error });
  return error;
}
