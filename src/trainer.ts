import { join } from 'node:path';
import { learnPpo, NonFiniteError, type PpoTerms } from '../agents/algorithms/ppo.ts';
import type { EnvSpec } from '../envs/registry.ts';
import type { Config } from './config.ts';
import { GymformerError } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { describePolicy } from './agent.ts';
import type { DoneEvent, EvalEvent, TrainEvent, UpdateEvent } from './metrics.ts';
import { record } from './record.ts';
import { RunDirectory } from './run.ts';
import { mean } from './statistics.ts';
import { openTraining, type Training } from './training.ts';

export interface TrainOptions {
  /** All settings; of a resumed run, those of `RunDirectory.resumeConfig`. */
  config: Config;
  spec: EnvSpec;
  /** The run's directory. */
  run: string;
  /** Go on from the run's latest checkpoint instead of starting a new run. */
  resume?: boolean;
  /** Ends training after the update under way, with a checkpoint. */
  signal?: AbortSignal;
  onEvent?: (event: TrainEvent) => void;
}

/** Episodes that the reported mean return is over. */
const RECENT = 100;
/** Updates to wait after an evaluation that `untilReturn` called for and that fell short. */
const PATIENCE = 5;

/**
 * Trains a policy: collect, learn, report, evaluate, record, save, until the steps are taken or the return is reached.
 *
 * @throws GymformerError when the loss is no longer a number; the last checkpoint is from before
 * @throws EnvError when the environment breaks its contract
 */
export async function train(options: TrainOptions): Promise<DoneEvent> {
  const { config, signal, onEvent = () => {} } = options;
  const run = new RunDirectory(options.run);
  const training = await openTraining(options, run);
  onEvent(startEvent(training, run));
  run.claim();
  try {
    let solved = config.untilReturn === null ? null : false;
    let nextTry = 0;
    let evaluated = -1;
    const evaluateNow = async (): Promise<EvalEvent> => {
      const result = await evaluateTraining(training, options);
      evaluated = training.step;
      run.appendMetrics(result);
      onEvent(result);
      return result;
    };
    while (training.step < config.steps && !solved && !signal?.aborted) {
      const from = training.step;
      const update = await collectAndLearn(training);
      run.appendMetrics(update);
      onEvent(update);

      const promising =
        config.untilReturn !== null && training.update >= nextTry && looksSolved(training, config.untilReturn);
      if (promising || crosses(from, training.step, config.evalEvery)) {
        const { mean } = await evaluateNow();
        if (config.untilReturn !== null) solved = mean >= config.untilReturn;
        nextTry = training.update + PATIENCE;
        await save(training, run, mean, onEvent);
      } else if (crosses(from, training.step, config.checkpointEvery)) {
        await save(training, run, null, onEvent);
      }
      if (crosses(from, training.step, config.replayEvery)) onEvent(await recordTraining(training, options, run));
      await new Promise(setImmediate); // let signals and timers through
    }
    const interrupted = signal?.aborted ?? false;
    if (!interrupted && evaluated !== training.step) {
      const { mean } = await evaluateNow();
      if (config.untilReturn !== null) solved = mean >= config.untilReturn;
      await save(training, run, mean, onEvent);
    } else if (training.savedAt !== training.step) {
      await save(training, run, null, onEvent);
    }
    const { step, seconds } = training;
    const done: DoneEvent = { event: 'done', run: run.path, steps: step, seconds, solved, interrupted };
    onEvent(done);
    return done;
  } finally {
    run.release();
    training.dispose();
  }
}

/** One update: a rollout and what is learned from it. */
async function collectAndLearn(training: Training): Promise<UpdateEvent> {
  const { config, rollout } = training;
  const started = performance.now();
  await collect(training);
  const learningRate = annealed(config, training.step);
  const terms = await learn(training, learningRate);
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
    learningRate,
    ...terms,
  };
}

/** Fills the rollout: the policy acts in all environments for `rolloutSteps` steps. */
async function collect(training: Training): Promise<void> {
  const { config, envs, actor, rollout, random, observationNormalizer, rewardNormalizer } = training;
  const { environments: B, steps: T, observationSize: O, actionSize: A, maskSize: M } = rollout.shape;
  const normalize = (observations: Float32Array): Float32Array =>
    observationNormalizer ? observationNormalizer.apply(observations) : observations;
  for (let t = 0; t < T; t++) {
    observationNormalizer?.update(envs.observations);
    const observations = normalize(envs.observations);
    rollout.keepCache(t, actor.cache);
    for (let b = 0; b < B; b++) {
      const row = rollout.row(t, b);
      rollout.observations.set(observations.subarray(b * O, (b + 1) * O), row * O);
      rollout.starts[row] = actor.starts[b] as number;
      if (M) rollout.masks.set((envs.actionMasks as Uint8Array).subarray(b * M, (b + 1) * M), row * M);
    }
    await actor.act(observations, envs.actionMasks, { draw: random });
    envs.step(actor.environmentActions);
    const ended = envs.terminated.map((terminated, b) => terminated | (envs.truncated[b] as number));
    rewardNormalizer?.update(envs.rewards, ended);
    for (let b = 0; b < B; b++) {
      const row = rollout.row(t, b);
      const reward = envs.rewards[b] as number;
      rollout.actions.set(actor.actions.subarray(b * A, (b + 1) * A), row * A);
      rollout.logProbs[row] = actor.logProbs[b] as number;
      rollout.values[row] = actor.values[b] as number;
      rollout.rewards[row] = rewardNormalizer ? rewardNormalizer.apply(reward) : reward;
      rollout.terminated[row] = envs.terminated[b] as number;
      rollout.truncated[row] = envs.truncated[b] as number;
    }
    if (envs.truncated.includes(1)) {
      // What a truncated episode would still have been worth: the value of the observation that it ended with.
      const values = await actor.valuesOf(normalize(envs.finalObservations));
      for (let b = 0; b < B; b++) if (envs.truncated[b]) rollout.nextValues[rollout.row(t, b)] = values[b] as number;
    }
    actor.starts.set(ended);
    training.countEpisodes(RECENT);
  }
  const lastValues = await actor.valuesOf(normalize(envs.observations));
  rollout.finish(lastValues, { gamma: config.gamma, lambda: config.gaeLambda });
}

async function learn(training: Training, learningRate: number): Promise<PpoTerms> {
  const { config, policy, optimizer, rollout, random, step } = training;
  try {
    return await learnPpo(policy, optimizer, rollout, { ...config, learningRate, random });
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

function startEvent({ config, policy, device, step }: Training, run: RunDirectory): TrainEvent {
  const { environment, algo, policy: kind, seed, steps } = config;
  const parameters = policy.parameters.count;
  return { event: 'start', run: run.path, environment, algo, policy: kind, device, seed, steps, step, parameters };
}

function evaluateTraining({ player }: Training, { config, signal }: TrainOptions): Promise<EvalEvent> {
  return evaluate(player(), {
    episodes: config.evalEpisodes,
    seed: config.seed + 1_000_000,
    actions: config.evalActions,
    ...(signal && { signal }),
  });
}

async function recordTraining(training: Training, { config }: TrainOptions, run: RunDirectory): Promise<TrainEvent> {
  const name = `step-${String(training.step).padStart(9, '0')}.gfr`;
  return await record(training.player(), {
    episodes: 1,
    seed: config.seed + training.update,
    actions: config.evalActions,
    path: join(run.replaysPath, name),
    policy: describePolicy(config),
    run: run.name,
  });
}

/** Saves a checkpoint; `mean` is the evaluation that says whether it is the best so far, null where there was none. */
async function save(
  training: Training,
  run: RunDirectory,
  mean: number | null,
  onEvent: (event: TrainEvent) => void,
): Promise<void> {
  const name = String(training.step).padStart(9, '0');
  const path = join(run.checkpointsPath, name);
  await training.save(path);
  const before = run.checkpoints();
  const best = !before || before.bestMean === null || (mean !== null && mean > before.bestMean);
  run.writeCheckpoints({
    latest: name,
    best: best ? name : before.best,
    bestMean: best ? mean : before.bestMean,
  });
  onEvent({ event: 'checkpoint', step: training.step, path, best });
}

/** Whether the episodes of late make an evaluation worth its time. */
function looksSolved({ recentReturns, config }: Training, untilReturn: number): boolean {
  const late = recentReturns.slice(-Math.max(config.envs, 10));
  return late.length > 0 && mean(late) >= untilReturn - 0.1 * Math.abs(untilReturn);
}

/** Whether a multiple of `every` lies in (from, to]; never where `every` is 0. */
function crosses(from: number, to: number, every: number): boolean {
  return every > 0 && Math.floor(to / every) > Math.floor(from / every);
}

/** The learning rate after `step` steps. */
function annealed({ learningRate, finalLearningRate, annealSteps }: Config, step: number): number {
  if (annealSteps === 0) return learningRate;
  const done = Math.min(step / annealSteps, 1);
  return learningRate + done * (finalLearningRate - learningRate);
}
