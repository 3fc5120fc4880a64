import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { FileError, UsageError } from '../errors.ts';
import { Replay } from '../replay/format.ts';
import { mayOpenBrowser, openBrowser } from './browser.ts';
import { type Command, type CommonArguments, EXAMPLE } from './command.ts';
import { untilInterrupted } from './interrupt.ts';
import { print, printJson, say } from './output.ts';
import { RUNS } from './runs.ts';

interface ViewArguments extends CommonArguments {
  path?: string;
  port?: number;
  open?: boolean;
}

/** `gymformer view`: serves the viewer until Ctrl-C. */
export const viewCommand: Command<ViewArguments> = {
  usage: 'view [path]',
  summary: 'watch runs and replays in the browser',
  positionals: { path: 'a run, a replay, or a folder of runs (default: runs)' },
  flags: () => ({
    port: { type: 'number', describe: 'port on 127.0.0.1; 0: any free one', default: 'a free one' },
    open: { type: 'boolean', describe: 'open a browser', default: true },
  }),
  examples: [
    ['view', 'all runs in runs/'],
    [`view runs/${EXAMPLE}-transformer-1`, 'one run, also while it trains'],
  ],
  async run({ path = RUNS, port = 0, open = true, json = false }) {
    checkPort(port);
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) checkReplay(path);
    const { startServer } = await import('../server.ts');
    const server = await startServer({ path: resolve(path), port });
    if (json) printJson({ event: 'listening', url: server.url });
    else print(server.url);
    if (!json) say('Ctrl-C ends it');
    if (open && !json && mayOpenBrowser()) await openBrowser(server.url);
    await untilInterrupted();
    await server.close();
  },
};

/** @throws UsageError when there can be no such port */
export function checkPort(port: number): void {
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new UsageError(`--port is ${port}, wanted 0 to 65535`);
}

/** @throws FileError when the file is no replay, is damaged, or is of a newer version; one that is cut can be shown */
function checkReplay(path: string): void {
  try {
    Replay.open(readFileSync(path));
  } catch (cause) {
    throw new FileError(`cannot show ${path}: ${(cause as Error).message}`, { cause });
  }
}
