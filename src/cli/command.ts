import type { Argv } from 'yargs';
import { nearest } from '../../envs/nearest.ts';
import { formatReference, parseReference } from '../../envs/parameters.ts';
import { environmentIds } from '../../envs/registry.ts';
import { UsageError } from '../errors.ts';
import { goOffline } from '../pretrained/offline.ts';

/** One flag of a command. Its name is the key that it stands under, in kebab case on the command line. */
export interface Flag {
  type: 'string' | 'number' | 'boolean';
  describe: string;
  /** For the help: what holds when the flag is left out. A boolean that holds is shown as its `--no-` form. */
  default?: string | number | boolean | null;
  choices?: readonly string[];
  /** Heading in the help. */
  group?: string;
}

export type Flags = Record<string, Flag>;

/** What a command does: parse, call one function, print. */
export interface Command<Args = never> {
  /** As yargs wants it: the name, then `<wanted>` and `[optional]` arguments. */
  usage: string;
  summary: string;
  /** Meaning of each argument in `usage`. */
  positionals?: Record<string, string>;
  /** Loaded only when the command is the one that runs, since some flags come from heavy modules. */
  flags?: () => Flags | Promise<Flags>;
  examples?: readonly (readonly [command: string, meaning: string])[];
  /** Whether it takes `--env.<name> <value>`: parameters of the environment (see `withParameters`). */
  takesParameters?: boolean;
  /** @returns exit code; 0 when left out */
  run(args: Args): Promise<number | void>;
}

/** An environment for the examples in the help. */
export const EXAMPLE = environmentIds()[0] as string;

/** Flags of every command. */
export interface CommonArguments {
  json?: boolean;
  debug?: boolean;
  offline?: boolean;
}

const COMMON_FLAGS: Flags = {
  json: { type: 'boolean', describe: 'print one JSON object a line' },
  debug: { type: 'boolean', describe: 'print the stack trace of an error' },
  offline: { type: 'boolean', describe: 'download nothing: of hf: models, take what is cached' },
};

const PARAMETER_FLAG: Flag = {
  type: 'string',
  describe: 'a parameter of the environment (gymformer envs <id> lists them)',
};

/** Adds the command to the parser; `onExitCode` gets what it returned. */
export function addCommand(parser: Argv, command: Command, onExitCode: (code: number) => void): void {
  let flags: Flags = {};
  const build = async (yargs: Argv): Promise<Argv> => {
    flags = { ...(await command.flags?.()), ...COMMON_FLAGS };
    for (const [name, describe] of Object.entries(command.positionals ?? {}))
      yargs.positional(name, { describe, type: 'string' });
    for (const [name, flag] of Object.entries(flags)) addFlag(yargs, name, flag);
    if (command.takesParameters) addFlag(yargs, `${PARAMETER}<name>`, PARAMETER_FLAG);
    for (const [example, meaning] of command.examples ?? []) yargs.example(`gymformer ${example}`, meaning);
    return yargs;
  };
  const handle = async (args: Record<string, unknown>): Promise<void> => {
    checkArguments(command, flags, args);
    if (args['offline']) goOffline();
    // The parser gave each flag the type that the command's flags say, and so its Args.
    onExitCode((await command.run(args as never)) ?? 0);
  };
  // yargs takes an asynchronous builder; its types know only the synchronous one.
  parser.command(command.usage, command.summary, build as unknown as (yargs: Argv) => Argv, handle);
}

/** How flags begin that are parameters of the environment. */
const PARAMETER = 'env.';

/** The environment's reference with the parameters that `--env.<name>` gave; those count more than its own. */
export function withParameters(reference: string, args: object): string {
  const { base, given } = parseReference(reference);
  const flags = Object.entries(args).filter(([name]) => name.startsWith(PARAMETER));
  const chosen = Object.fromEntries(flags.map(([name, value]) => [name.slice(PARAMETER.length), String(value)]));
  return formatReference({ base, given: { ...given, ...chosen } });
}

/** `untilReturn` -> `until-return` */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}

function addFlag(yargs: Argv, name: string, { type, describe, default: value, choices, group }: Flag): void {
  const negated = type === 'boolean' && value === true;
  yargs.option(negated ? `no-${kebabCase(name)}` : kebabCase(name), {
    type,
    describe: (negated ? `do not ${describe}` : describe) + (choices ? ` (${choices.join(', ')})` : ''),
    // Booleans take no value; everything else takes exactly one, which may begin with a minus.
    ...(type !== 'boolean' && { nargs: 1 }),
    ...(value !== undefined && value !== null && type !== 'boolean' && { defaultDescription: String(value) }),
    ...(group !== undefined && { group }),
  });
}

/**
 * What yargs does not check, or without naming the nearest valid word.
 *
 * @throws UsageError
 */
function checkArguments(command: Command, flags: Flags, args: Record<string, unknown>): void {
  const positionals = Object.keys(command.positionals ?? {});
  for (const [name, value] of Object.entries(args)) {
    if (name === '_' || name === '$0' || positionals.includes(name)) continue;
    if (command.takesParameters && name.startsWith(PARAMETER) && !Array.isArray(value)) continue;
    const flag = flags[name];
    const shown = `--${kebabCase(name)}`;
    if (!flag)
      throw new UsageError(
        `unknown flag ${shown}${didYouMean(
          shown,
          Object.keys(flags).map((key) => `--${kebabCase(key)}`),
        )}`,
      );
    if (value === undefined) continue;
    if (Array.isArray(value)) throw new UsageError(`${shown} was given ${value.length} times, wanted once`);
    if (flag.type === 'number' && Number.isNaN(value)) throw new UsageError(`${shown} is not a number`);
    if (flag.choices && !flag.choices.includes(String(value)))
      throw new UsageError(`unknown ${name} ${String(value)}${didYouMean(String(value), flag.choices)}`);
  }
  const [, ...unexpected] = args['_'] as unknown[];
  if (unexpected.length > 0) throw new UsageError(`unexpected argument ${String(unexpected[0])}`);
}

/** The end of a message about a word that does not exist: the one that was most likely meant, or all there are. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const guess = nearest(word, candidates);
  return guess === undefined ? `; there are ${candidates.join(', ')}` : `: did you mean ${guess}?`;
}
