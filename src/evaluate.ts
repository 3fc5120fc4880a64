import type { Env } from '../envs/env.ts';
import { Generator } from '../envs/random.ts';
import type { SeedRange, VectorEnv } from '../envs/vector.ts';
import type { WorkerRestart } from '../envs/workers/workerEngine.ts';
import { Actor } from './actor.ts';
import { GymformerError, EXIT } from './errors.ts';
import { factsOf } from './facts.ts';
import type { EvalEvent } from './metrics.ts';
import { bootstrapInterval, mean, summarize } from './statistics.ts';
import type { Trained } from './trained.ts';
import type { VectorEnvOptions } from './vectorEnv.ts';

/** A policy and the environment that it plays. */
export interface Player extends Trained {
  environment: string;
  make: () => Env;
  /** Makes environments side by side, where the run's settings have them: in this thread or in workers. */
  openEnvs: (options: Pick<VectorEnvOptions, 'count' | 'seed' | 'episodeSeeds' | 'onRestart'>) => VectorEnv;
  /** Of the episodes that it plays: none that it was trained in, where these are told apart. */
  seeds: SeedRange;
}

export interface EvaluateOptions {
  episodes: number;
  seed: number;
  actions: 'likeliest' | 'drawn';
  onProgress?: (done: number, total: number) => void;
  onRestart?: (restart: WorkerRestart) => void;
  signal?: AbortSignal;
  /** Steps after which an episode is cut that does not end. */
  longest?: number;
}

/** Where nothing else ends it: whoever takes the likeliest action may walk into a wall for ever. */
export const LONGEST_EPISODE = 10_000; // steps

/** Episodes played at once: enough to fill the kernels, few enough for memory. */
const MOST_ENVIRONMENTS = 128;

/** Plays episodes, and summarises their undiscounted returns. */
export async function evaluate(player: Player, options: EvaluateOptions): Promise<EvalEvent> {
  return report(player, await playEpisodes(player, options), options);
}

/**
 * Plays episodes to their end, each with a seed of its own. These come before all that is drawn while playing: another
 * policy, played by the same seed, plays the same episodes, in the same order.
 *
 * Every episode started counts, however long it takes: to stop at the first `episodes` finished would favour short ones.
 */
export async function playEpisodes(player: Player, options: EvaluateOptions): Promise<EpisodeResult[]> {
  const { episodes, seed } = options;
  const random = new Generator(seed);
  const seeds = Array.from({ length: Math.ceil(episodes / MOST_ENVIRONMENTS) }, () => random.integers(2 ** 31));
  const results: EpisodeResult[] = [];
  for (const seed of seeds) {
    const count = Math.min(episodes - results.length, MOST_ENVIRONMENTS);
    results.push(...(await playEach(player, { count, seed, done: results.length }, random, options)));
  }
  return tellsSuccess(results) ? results.map(withSuccess) : results;
}

/** Whether any of them says that it was a success, or none. */
export function tellsSuccess(results: readonly EpisodeResult[]): boolean {
  return results.some(({ success }) => success !== null);
}

/** Where others tell of success, one that says nothing was none: a time limit cut it, of which its environment knew nothing. */
export function withSuccess(result: EpisodeResult): EpisodeResult {
  return { ...result, success: result.success ?? false };
}

/** What episodes that were played say of the player. */
export function report(
  { step, target }: Pick<Player, 'step' | 'target'>,
  results: readonly EpisodeResult[],
  { actions, seed }: Pick<EvaluateOptions, 'actions' | 'seed'>,
): EvalEvent {
  const successes = results.map(({ success }) => success).filter((success) => success !== null);
  const cut = results.filter((result) => result.isCut).length;
  const byPosition = transposed(results.map(({ episodeReturns }) => episodeReturns));
  return {
    event: 'eval',
    step,
    episodes: results.length,
    ...summarize(results.map((result) => result.return)),
    meanLength: mean(results.map(({ length }) => length)),
    ...(successes.length === results.length && { success: mean(successes.map(Number)) }),
    ...(byPosition.length > 0 && {
      episodeReturns: byPosition.map(mean),
      episodeCis: byPosition.map((returns) => bootstrapInterval(returns)),
    }),
    ...(cut > 0 && { cut }),
    actions,
    seed,
    ...(target && { targetReturn: target.targetReturn }),
  };
}

/** What came of an episode. */
export interface EpisodeResult {
  return: number;
  length: number;
  /** Whether it would have gone on, as no episode may for so long. */
  isCut: boolean;
  /** Null where no episode tells. */
  success: boolean | null;
  /** Of the episodes within this one; none where it holds no others. */
  episodeReturns: readonly number[];
  /** What its infos said of it, by the names of their fields. */
  facts: Readonly<Record<string, string>>;
}

/** All first values, all second ones, and so on, as far as every list goes. */
function transposed(lists: readonly (readonly number[])[]): number[][] {
  const length = Math.min(...lists.map((list) => list.length));
  return Array.from({ length }, (_, i) => lists.map((list) => list[i] as number));
}

/** One episode in each of `count` environments. */
async function playEach(
  player: Player,
  { count, seed, done }: { count: number; seed: number; done: number },
  random: Generator,
  { episodes, actions, onProgress, onRestart, signal, longest = LONGEST_EPISODE }: EvaluateOptions,
): Promise<EpisodeResult[]> {
  const envs = player.openEnvs({ count, seed, episodeSeeds: player.seeds, ...(onRestart && { onRestart }) });
  const normalizer = player.normalizer(count);
  const actor = new Actor(player.policy, count, player.target);
  const results = new Map<number, EpisodeResult>();
  try {
    envs.reset();
    const begun = [...envs.infos];
    while (results.size < count) {
      if (signal?.aborted) throw new GymformerError('evaluation was interrupted', EXIT.interrupted);
      await actor.act(
        normalizer.apply(envs.observations),
        envs.actionMasks,
        actions === 'drawn' ? { draw: random } : 'likeliest',
      );
      envs.step(actor.environmentActions);
      actor.rewarded(envs.rewards);
      for (let i = 0; i < count; i++) {
        const hasEnded = envs.terminated[i] === 1 || envs.truncated[i] === 1;
        if (hasEnded) actor.starts[i] = 1;
        if (results.has(i)) continue;
        const length = (hasEnded ? envs.lastLengths : envs.episodeSteps)[i] as number;
        if (!hasEnded && length < longest) continue;
        const { success, episodeReturns } = envs.infos[i] ?? {};
        results.set(i, {
          return: (hasEnded ? envs.lastReturns : envs.episodeReturns)[i] as number,
          length,
          isCut: !hasEnded,
          success: typeof success === 'boolean' ? success : null,
          episodeReturns: isNumbers(episodeReturns) ? episodeReturns : [],
          facts: factsOf(begun[i], envs.infos[i]),
        });
        onProgress?.(done + results.size, episodes);
      }
      if (results.size % 8 === 0) await new Promise(setImmediate); // let signals and timers through
    }
    return Array.from({ length: count }, (_, i) => results.get(i) as EpisodeResult);
  } finally {
    actor.dispose();
    envs.close();
  }
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number');
}
