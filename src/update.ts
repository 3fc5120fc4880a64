import { learnA2c } from '../agents/algorithms/a2c.ts';
import { NonFiniteError } from '../agents/algorithms/learnMinibatches.ts';
import { learnPpo } from '../agents/algorithms/ppo.ts';
import { learnReinforce } from '../agents/algorithms/reinforce.ts';
import type { Rollout } from '../agents/rollout.ts';
import type { Config, PlayingAlgorithm } from './settings.ts';
import { GymformerError } from './errors.ts';
import type { ImitationTerms } from './imitation.ts';
import type { UpdateEvent } from './metrics.ts';
import type { RewardNormalizer } from './normalizers.ts';
import { mean } from './statistics.ts';
import type { Training } from './training.ts';

/** Episodes that the reported mean return is over. */
const RECENT = 100;

const ALGORITHMS = { ppo: learnPpo, a2c: learnA2c, reinforce: learnReinforce, gail: learnPpo } satisfies Record<
  PlayingAlgorithm,
  unknown
>;

/** The terms of the algorithm's loss, and those of all (agents/algorithms). */
type Terms = Awaited<ReturnType<(typeof ALGORITHMS)[PlayingAlgorithm]>>;

/** One update: a rollout and what is learned from it. */
export async function collectAndLearn(training: Training): Promise<UpdateEvent> {
  const { config, rollout } = training;
  const started = performance.now();
  const judged = await collect(training);
  const schedule = scheduleAt(config, training.step);
  const terms = await learn(training, schedule);
  rollout.clear();
  training.step += rollout.rows;
  training.update++;
  const seconds = (performance.now() - started) / 1000;
  training.seconds += seconds;
  return {
    event: 'update',
    step: training.step,
    update: training.update,
    episodes: training.episodes,
    meanReturn: training.recentReturns.length ? mean(training.recentReturns) : null,
    meanLength: training.recentLengths.length ? mean(training.recentLengths) : null,
    stepsPerSecond: rollout.rows / seconds,
    seconds: training.seconds,
    learningRate: schedule.learningRate,
    ...(training.selfPlay && { elo: training.selfPlay.elo, poolElo: training.selfPlay.poolElo }),
    ...judged,
    ...terms,
  };
}

/**
 * Fills the rollout: the policy acts in all environments for `rolloutSteps` steps.
 *
 * @returns what is to report of the rewards, where they come from an expert's imitation; null from the environment
 */
export async function collect(training: Training): Promise<ImitationTerms | null> {
  const { config, envs, actor, rollout, random, observationNormalizer, rewardNormalizer, imitation } = training;
  const { environments: B, steps: T, observationSize: O, actionSize: A, maskSize: M } = rollout.shape;
  for (let t = 0; t < T; t++) {
    observationNormalizer.update(envs.observations);
    const observations = observationNormalizer.apply(envs.observations);
    rollout.keepCache(t, actor.cache);
    imitation?.see(t, envs.observations, actor.starts);
    for (let b = 0; b < B; b++) {
      const row = rollout.row(t, b);
      rollout.observations.set(observations.subarray(b * O, (b + 1) * O), row * O);
      rollout.starts[row] = actor.starts[b] as number;
      if (M) rollout.masks.set((envs.actionMasks as Uint8Array).subarray(b * M, (b + 1) * M), row * M);
    }
    await actor.act(observations, envs.actionMasks, { draw: random });
    imitation?.act(t, actor.environmentActions);
    envs.step(actor.environmentActions);
    const ended = envs.terminated.map((terminated, b) => terminated | (envs.truncated[b] as number));
    if (!imitation) rewardNormalizer?.update(envs.rewards, ended);
    for (let b = 0; b < B; b++) {
      const row = rollout.row(t, b);
      const reward = envs.rewards[b] as number;
      rollout.actions.set(actor.actions.subarray(b * A, (b + 1) * A), row * A);
      rollout.logProbs[row] = actor.logProbs[b] as number;
      rollout.values[row] = actor.values[b] as number;
      rollout.rewards[row] = rewardNormalizer && !imitation ? rewardNormalizer.apply(reward) : reward;
      rollout.terminated[row] = envs.terminated[b] as number;
      rollout.truncated[row] = envs.truncated[b] as number;
    }
    if (envs.truncated.includes(1)) {
      // What a truncated episode would still have been worth: the value of the observation that it ended with.
      const values = await actor.valuesOf(observationNormalizer.apply(envs.finalObservations));
      for (let b = 0; b < B; b++) if (envs.truncated[b]) rollout.nextValues[rollout.row(t, b)] = values[b] as number;
    }
    actor.starts.set(ended);
    training.countEpisodes(RECENT);
  }
  const lastValues = await actor.valuesOf(observationNormalizer.apply(envs.observations));
  const judged = imitation && (await imitation.judge(rollout));
  if (judged && rewardNormalizer) normalizeRewards(rollout, rewardNormalizer);
  rollout.finish(lastValues, { gamma: config.gamma, lambda: config.gaeLambda });
  return judged;
}

/** Brings rewards that came after the whole rollout to the scale that others are brought to step by step. */
function normalizeRewards(rollout: Rollout, normalizer: RewardNormalizer): void {
  const { environments: B, steps: T } = rollout.shape;
  const [rewards, ended] = [new Float64Array(B), new Uint8Array(B)];
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const row = rollout.row(t, b);
      rewards[b] = rollout.rewards[row] as number;
      ended[b] = (rollout.terminated[row] as number) | (rollout.truncated[row] as number);
    }
    normalizer.update(rewards, ended);
    for (let b = 0; b < B; b++) rollout.rewards[rollout.row(t, b)] = normalizer.apply(rewards[b] as number);
  }
}

async function learn(training: Training, schedule: Schedule): Promise<Terms> {
  const { config, policy, optimizer, rollout, random, step } = training;
  try {
    // The trainer takes no others.
    return await ALGORITHMS[config.algo as PlayingAlgorithm](policy, optimizer, rollout, {
      ...config,
      ...schedule,
      random,
    });
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    const { term, value } = error;
    throw new GymformerError(
      `training stopped after ${step} steps: ${term} became ${value}. The last checkpoint is from before; try a lower --learning-rate, or --normalize-rewards if the rewards are large`,
      1,
      { cause: error },
    );
  }
}

/** What falls while a run trains. */
export type Schedule = Pick<Config, 'learningRate' | 'entropyCoefficient'>;

/** Each goes in a straight line to its final value, where it has one, over `annealSteps`. */
export function scheduleAt(config: Config, step: number): Schedule {
  const { learningRate, finalLearningRate, entropyCoefficient, finalEntropyCoefficient, annealSteps } = config;
  const done = annealSteps === 0 ? 0 : Math.min(step / annealSteps, 1);
  const towards = (first: number, last: number): number => first + done * (last - first);
  return {
    learningRate: towards(learningRate, finalLearningRate),
    entropyCoefficient: towards(entropyCoefficient, finalEntropyCoefficient ?? entropyCoefficient),
  };
}
