import { rmSync } from 'node:fs';
import { GuardedEnv } from '../../envs/guarded.ts';
import { environmentSpec, make } from '../../envs/registry.ts';
import { buildDataset } from '../../src/dataset/build.ts';
import { Game } from '../../src/game.ts';
import { ReplayFile } from '../../src/replay/recorder.ts';

export interface ScriptedExpert {
  episodes: number;
  /** The action, in flat form. */
  choose: (observation: Float32Array) => number[];
}

/** Keeps the pole of CartPole up for 500 steps: towards where it falls, and the cart back to the middle. */
export function balancing([x = 0, velocity = 0, angle = 0, turning = 0]: Float32Array): number[] {
  return [0.02 * x + 0.1 * velocity + angle + 0.3 * turning > 0 ? 1 : 0];
}

/** A dataset of what somebody who needs not learn does. @returns its path */
export async function expertOf(
  path: string,
  environment: string,
  { episodes, choose }: ScriptedExpert,
): Promise<string> {
  const env = new GuardedEnv(make(environmentSpec(environment)), environment);
  const { observationSpace, actionSpace } = env;
  const replay = `${path}.gfr`;
  const header = {
    environment,
    observationSpace,
    actionSpace,
    createdAt: '2026-01-01T00:00:00.000Z',
    gymformer: '0.1.0',
  };
  const file = ReplayFile.create(replay, header);
  for (let seed = 0; seed < episodes; seed++) {
    file.begin(seed);
    const game = new Game({ env, seed, mind: null, choice: 'likeliest' });
    while (!game.ended) file.add(await game.step(choose(game.seen.observation)));
    file.add(game.last);
    file.end();
  }
  file.finish();
  env.close();
  await buildDataset([replay], path, { validation: 0 });
  rmSync(replay);
  return path;
}
