import { GuardedEnv } from '../envs/guarded.ts';
import { unflatten } from '../envs/spaces.ts';
import { Generator } from '../envs/random.ts';
import { Actor } from './actor.ts';
import type { Player } from './evaluate.ts';
import { EXIT, GymformerError } from './errors.ts';
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
  const { tokens } = player.policy;
  const file = ReplayFile.create(path, {
    environment: player.environment,
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
    createdAt: new Date().toISOString(),
    gymformer: VERSION,
    run: options.run,
    step: player.step,
    policy: { ...options.policy, ...(tokens && { encoder: tokens }) },
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
  player: Player,
  env: GuardedEnv,
  file: ReplayFile,
  random: Generator,
  { actions, policy, signal }: RecordOptions,
): Promise<void> {
  const { actionSpace } = env;
  const seed = random.integers(2 ** 31);
  const actor = new Actor(player.policy, 1);
  const normalizer = player.normalizer(1);
  file.begin(seed);
  env.reset({ seed });
  try {
    for (let ended = false; !ended;) {
      if (signal?.aborted) throw new GymformerError('recording was interrupted', EXIT.interrupted);
      const observation = env.flatObservation.slice();
      const scene = env.scene();
      const mask = env.mask();
      await actor.act(normalizer.apply(observation), mask, actions === 'drawn' ? { draw: random } : 'likeliest', {
        attention: true,
      });
      const action = actor.environmentActions.slice();
      const result = env.step(unflatten(actionSpace, action));
      file.add({
        observation,
        scene,
        decision: {
          action,
          distribution: player.policy.head.describe(actor.output(0), mask),
          mask,
          value: player.valueScale * (actor.values[0] as number),
          attention: actor.attention && byLag(actor.attention, policy.context as number),
          tokenAttention: actor.tokenAttention,
          reward: result.reward,
          terminated: result.terminated,
          truncated: result.truncated,
          info: result.info,
        },
      });
      ended = result.terminated || result.truncated;
    }
    file.add({ observation: env.flatObservation.slice(), scene: env.scene(), decision: null });
    file.end();
  } finally {
    actor.dispose();
  }
}

/** Weights [layers, heads, context + 1] with the oldest step first to the same with the current step first. */
function byLag(weights: Float32Array, context: number): Float32Array {
  const lags = context + 1;
  return weights.map((_, i) => weights[i - (i % lags) + (lags - 1 - (i % lags))] as number);
}
