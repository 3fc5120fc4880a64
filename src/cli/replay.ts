import { existsSync, readFileSync } from 'node:fs';
import { EXIT, FileError, UsageError } from '../errors.ts';
import { resolveEnvironment } from '../plugins.ts';
import { Replay } from '../replay/format.ts';
import { verifyReplay } from '../replay/verify.ts';
import type { Command, CommonArguments } from './command.ts';
import { formatCount } from './format.ts';
import { print, printJson } from './output.ts';

interface ReplayArguments extends CommonArguments {
  action: string;
  file: string;
}

/** `gymformer replay verify`: plays a replay again from its seeds and actions. */
export const replayCommand: Command<ReplayArguments> = {
  usage: 'replay <action> <file>',
  summary: 'verify a replay: play it again from its seeds and actions',
  positionals: { action: 'verify', file: 'a .gfr file' },
  examples: [['replay verify runs/mine/replays/000014336-1.gfr', 'does the environment still do the same?']],
  async run({ action, file, json = false }) {
    if (action !== 'verify') throw new UsageError(`unknown action ${action} of replay: did you mean verify?`);
    if (!existsSync(file)) throw new FileError(`there is no replay at ${file}`);
    const replay = Replay.open(readFileSync(file));
    const spec = await resolveEnvironment(replay.header.environment);
    const { episodes, steps, firstDifference } = verifyReplay(replay, () => spec.make());
    if (json) printJson({ event: 'verify', episodes, steps, same: !firstDifference, firstDifference });
    else if (!firstDifference) print(`the same again: ${episodes} episodes, ${formatCount(steps)} steps`);
    else {
      const { episode, step, what, recorded, simulated } = firstDifference;
      print(`episode ${episode + 1}, step ${step}: ${what} was ${recorded}, is now ${simulated}`);
    }
    return firstDifference ? EXIT.failed : EXIT.ok;
  },
};
