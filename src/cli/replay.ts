import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { EXIT, FileError, UsageError } from '../errors.ts';
import { writeFileAtomic } from '../files.ts';
import { resolveEnvironment } from '../plugins.ts';
import { embedReplay, Replay } from '../replay/format.ts';
import { verifyReplay } from '../replay/verify.ts';
import { singlePage } from '../viewerFiles.ts';
import type { Command, CommonArguments } from './command.ts';
import { checkCount } from './eval.ts';
import { formatCount } from './format.ts';
import { print, printJson, say } from './output.ts';

interface ReplayArguments extends CommonArguments {
  action: string;
  file: string;
  html?: string;
  episode?: number;
  step?: number;
}

/** `gymformer replay`: plays a replay again from its seeds and actions, or makes a web page of it. */
export const replayCommand: Command<ReplayArguments> = {
  usage: 'replay <action> <file>',
  summary: 'verify a replay (play it again from its seeds and actions), or export it as a web page',
  positionals: { action: 'verify or export', file: 'a .gfr file' },
  flags: () => ({
    html: { type: 'string', describe: 'export: the page to write, with the viewer and the replay inside' },
    episode: { type: 'number', describe: 'export: the episode that the page opens at, from 1', default: 1 },
    step: { type: 'number', describe: 'export: the step that the page opens at, from 0', default: 0 },
  }),
  examples: [
    ['replay verify runs/mine/replays/000014336-1.gfr', 'does the environment still do the same?'],
    ['replay export runs/mine/replays/000014336-1.gfr --html game.html', 'one file that opens without a server'],
  ],
  async run({ action, file, html, episode = 1, step = 0, json = false }) {
    if (action !== 'verify' && action !== 'export')
      throw new UsageError(`unknown action ${action} of replay: wanted verify or export`);
    if (!existsSync(file)) throw new FileError(`there is no replay at ${file}`);
    const bytes = readFileSync(file);
    const replay = Replay.open(bytes);
    if (action === 'verify') return await verify(replay, json);
    if (html === undefined) throw new UsageError('export: --html is missing, the page to write');
    const place = checkPlace(replay, { episode, step });
    const name = basename(file);
    const address = `#${new URLSearchParams({ replay: name, ...place })}`;
    const page = embedReplay(singlePage(), { name, address, bytes });
    writeFileAtomic(html, page);
    if (json) return printJson({ event: 'export', path: html, bytes: Buffer.byteLength(page) });
    print(html);
    say('open it in a browser: it needs no server and makes no request');
  },
};

async function verify(replay: Replay, json: boolean): Promise<number> {
  const spec = await resolveEnvironment(replay.header.environment);
  const { episodes, steps, firstDifference } = verifyReplay(replay, () => spec.make());
  if (json) printJson({ event: 'verify', episodes, steps, same: !firstDifference, firstDifference });
  else if (!firstDifference) print(`the same again: ${episodes} episodes, ${formatCount(steps)} steps`);
  else {
    const { episode, step, what, recorded, simulated } = firstDifference;
    print(`episode ${episode + 1}, step ${step}: ${what} was ${recorded}, is now ${simulated}`);
  }
  return firstDifference ? EXIT.failed : EXIT.ok;
}

/**
 * As the page's address has it.
 *
 * @throws UsageError for a place that the replay does not have
 */
function checkPlace(
  { episodes }: Replay,
  { episode, step }: { episode: number; step: number },
): { episode: string; step: string } {
  checkCount('--episode', episode);
  checkCount('--step', step, 0);
  const summary = episodes[episode - 1];
  if (!summary) throw new UsageError(`--episode is ${episode}, but the replay has ${formatCount(episodes.length)}`);
  if (step > summary.steps)
    throw new UsageError(`--step is ${step}, but the last step of episode ${episode} is ${summary.steps}`);
  return { episode: String(episode), step: String(step) };
}
