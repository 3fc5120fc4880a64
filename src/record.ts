import { GuardedEnv } from '../envs/guarded.ts';
import { Generator } from '../envs/random.ts';
import { LONGEST_EPISODE, type Player } from './evaluate.ts';
import { EXIT, GymformerError } from './errors.ts';
import { Game } from './game.ts';
import type { ReplayEvent } from './metrics.ts';
import type { PolicyHeader } from './replay/format.ts';
import { ReplayFile } from './replay/recorder.ts';
import { VERSION } from './version.ts';

export interface RecordOptions {
  episodes: number;
  seed: number;
  actions: 'likeliest' | 'drawn';
  /** File to write. */
  path: string;
  /** What the header says of the policy. */
  policy: PolicyHeader;
  run: string;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Plays episodes and writes a replay of them: what was seen, decided, expected and remembered at each step. */
export async function record(player: Player, options: RecordOptions): Promise<ReplayEvent> {
  const { episodes, path, onProgress } = options;
  const env = new GuardedEnv(player.make(), player.environment);
  const file = ReplayFile.create(path, {
    environment: player.environment,
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
    createdAt: new Date().toISOString(),
    gymformer: VERSION,
    run: options.run,
    step: player.step,
    policy: options.policy,
  });
  const random = new Generator(options.seed);
  try {
    for (let episode = 0; episode < episodes; episode++) {
      await recordEpisode(player, env, file, random, options);
      onProgress?.(episode + 1, episodes);
    }
    return { event: 'replay', step: player.step, path, episodes };
  } finally {
    file.finish();
    env.close();
  }
}

async function recordEpisode(
  mind: Player,
  env: GuardedEnv,
  file: ReplayFile,
  random: Generator,
  { actions, signal }: RecordOptions,
): Promise<void> {
  const seed = mind.seeds.from + random.integers(mind.seeds.count);
  file.begin(seed);
  const game = new Game({ env, seed, mind, choice: actions === 'drawn' ? { draw: random } : 'likeliest' });
  try {
    for (let step = 0; !game.ended && step < LONGEST_EPISODE; step++) {
      if (signal?.aborted) throw new GymformerError('recording was interrupted', EXIT.interrupted);
      file.add(await game.step());
    }
    file.add(game.last);
    file.end();
  } finally {
    game.dispose();
  }
}
