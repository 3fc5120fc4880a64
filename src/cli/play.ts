import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { UsageError } from '../errors.ts';
import { resolveEnvironment } from '../plugins.ts';
import { RunDirectory } from '../run.ts';
import { mayOpenBrowser, openBrowser } from './browser.ts';
import { type Command, type CommonArguments, EXAMPLE, withParameters } from './command.ts';
import { checkCount } from './eval.ts';
import { untilInterrupted } from './interrupt.ts';
import { print, printJson, say } from './output.ts';
import { checkPort } from './view.ts';

interface PlayArguments extends CommonArguments {
  env: string;
  against?: string;
  seed?: number;
  port?: number;
  open?: boolean;
}

/** `gymformer play`: serves the viewer with a game in it, until Ctrl-C. */
export const playCommand: Command<PlayArguments> = {
  usage: 'play <env>',
  summary: 'play an environment yourself in the browser, and save it as a replay',
  takesParameters: true,
  positionals: { env: 'id of an environment (gymformer envs lists them), a file, or package#export' },
  flags: () => ({
    against: { type: 'string', describe: 'directory of a run: its agent is the opponent, or plays on when you say so' },
    seed: { type: 'number', describe: 'of the first episode', default: 'any' },
    port: { type: 'number', describe: 'port on 127.0.0.1; 0: any free one', default: 'a free one' },
    open: { type: 'boolean', describe: 'open a browser', default: true },
  }),
  examples: [[`play ${EXAMPLE}`, 'with the arrow keys, as the page shows']],
  async run({ env, against, seed, port = 0, open = true, json = false, ...rest }) {
    checkPort(port);
    if (seed !== undefined) checkCount('--seed', seed, 0);
    const { id } = await resolveEnvironment(withParameters(env, rest));
    const run = against === undefined ? null : runAt(against);
    const { startServer } = await import('../server.ts');
    const server = await startServer({ ...(run && { path: run.path }), played: id, port });
    const url = `${server.url}#${new URLSearchParams({
      play: id,
      ...(run && { against: basename(realpathSync(run.path)) }), // as the server calls it
      ...(seed !== undefined && { seed: String(seed) }),
    })}`;
    if (json) printJson({ event: 'listening', url });
    else print(url);
    if (!json) say('Ctrl-C ends it');
    if (open && !json && mayOpenBrowser()) await openBrowser(url);
    await untilInterrupted();
    await server.close();
  },
};

/** @throws FileError, UsageError when there is no run with a checkpoint */
function runAt(path: string): RunDirectory {
  const run = new RunDirectory(path);
  run.readConfig();
  if (!run.checkpoints()) throw new UsageError(`${run.path} has no checkpoint yet`);
  return run;
}
