import { createProject } from '../project.ts';
import type { Command, CommonArguments } from './command.ts';
import { print, printJson, say } from './output.ts';
import { shortPath } from './runs.ts';

interface InitArguments extends CommonArguments {
  folder: string;
}

/** `gymformer init`: a project with an environment of one's own. */
export const initCommand: Command<InitArguments> = {
  usage: 'init <folder>',
  summary: 'make a project with an environment of your own, its test and a config that trains in a minute',
  positionals: { folder: 'a new one, or an empty one' },
  examples: [['init firefly', 'a small game, ready to train, to change into yours']],
  async run({ folder, json = false }) {
    const { path, files } = createProject(folder);
    if (json) {
      printJson({ event: 'init', path, files });
      return;
    }
    print(`${shortPath(path)}: ${files.join(', ')}`);
    const enter = path === process.cwd() ? [] : [`cd ${quoted(shortPath(path))}`];
    say(['next:', ...enter, 'npm install', 'npm test', 'npm run train', 'npm run view'].join('\n  '));
  },
};

/** As a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w./~:\\-]+$/.test(path) ? path : JSON.stringify(path);
}
