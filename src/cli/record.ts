import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resolveEnvironment } from '../plugins.ts';
import { type Command, EXAMPLE, withParameters } from './command.ts';
import { counter } from './counter.ts';
import { downloadDisplay } from './download.ts';
import { checkCount, type PlayArguments, playFlags, TARGET_RETURN, UNSEEN } from './eval.ts';
import { onInterrupt } from './interrupt.ts';
import { print, printJson, PROGRAM, say } from './output.ts';
import { shortPath } from './runs.ts';

interface RecordArguments extends PlayArguments {
  out?: string;
  targetReturn?: number;
}

/** `gymformer record`: replays of a trained agent, for the viewer. */
export const recordCommand: Command<RecordArguments> = {
  usage: 'record <run>',
  summary: 'record replays of a trained agent',
  takesParameters: true,
  positionals: { run: 'directory of a run, or of one of its checkpoints' },
  flags: async () => ({
    episodes: { type: 'number', describe: 'episodes to play', default: 5 },
    out: { type: 'string', describe: 'file to write', default: '<run>/replays/<step>-<n>.gfr' },
    ...(await playFlags()),
    targetReturn: TARGET_RETURN,
  }),
  examples: [[`record runs/${EXAMPLE}-transformer-1 --episodes 5`, 'five episodes in one replay']],
  async run(args) {
    const { run, episodes = 5, seed, out, device, checkpoint, actions, targetReturn, json = false } = args;
    checkCount('--episodes', episodes);
    if (seed !== undefined) checkCount('--seed', seed, 0);
    const [{ loadAgent }, { record }, { describePolicy }] = await Promise.all([
      import('../agent.ts'),
      import('../record.ts'),
      import('../trained.ts'),
    ]);
    const { signal } = onInterrupt('stopping …');
    const agent = await loadAgent(run, {
      resolve: (environment) => resolveEnvironment(withParameters(environment, args)),
      download: { onProgress: downloadDisplay(), signal },
      ...(device && { device }),
      ...(checkpoint && { checkpoint }),
      ...(targetReturn !== undefined && { targetReturn }),
    });
    const progress = counter('episodes', json);
    try {
      const replay = await record(agent, {
        episodes,
        seed: seed ?? agent.config.seed + UNSEEN,
        actions: actions ?? agent.config.evalActions,
        path: out ?? nextReplay(agent.run.replaysPath, agent.step),
        policy: describePolicy(agent.config, agent.policy),
        run: agent.run.name,
        onProgress: progress.show,
        signal,
      });
      progress.end();
      if (json) return printJson(replay);
      print(`recorded ${episodes} episodes: ${shortPath(replay.path)}`);
      say(`watch them: ${PROGRAM} view ${shortPath(replay.path)}`);
    } finally {
      progress.end();
      agent.dispose();
    }
  },
};

/** The first free name for a replay of the policy after so many steps. */
function nextReplay(folder: string, step: number): string {
  const name = String(step).padStart(9, '0');
  for (let n = 1; ; n++) {
    const path = join(folder, `${name}-${n}.gfr`);
    if (!existsSync(path)) return path;
  }
}
