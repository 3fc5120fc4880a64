import { join } from 'node:path';
import type { EnvSpec } from '../envs/registry.ts';
import { evaluationReference } from './config.ts';
import { type Config, isPretraining } from './settings.ts';
import { CostMeter } from './cost.ts';
import { evaluate } from './evaluate.ts';
import { DeviceFailure } from './device/failure.ts';
import { GymformerError, UsageError } from './errors.ts';
import type { DoneEvent, EvalEvent, TrainEvent } from './metrics.ts';
import { resolveEnvironment } from './plugins.ts';
import type { DownloadProgress } from './pretrained/hub.ts';
import { record } from './record.ts';
import { RunDirectory } from './run.ts';
import { mean } from './statistics.ts';
import { describePolicy } from './trained.ts';
import { openTraining, type Training } from './training.ts';
import { collectAndLearn } from './update.ts';
import type { Audience } from './watch/audience.ts';

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
  /** Who watches. */
  audience?: Audience;
}

/** Updates to wait after an evaluation that `untilReturn` called for and that fell short. */
const PATIENCE = 5;
/** Keeps the seeds of evaluation away from those of training. */
const EVALUATION_SEEDS = 1_000_000;

/**
 * Trains a policy: collect, learn, report, evaluate, record, save, until the steps are taken or the return is reached.
 *
 * @throws UsageError for an algorithm that learns from a dataset
 * @throws GymformerError when the loss is no longer a number, or the device fails; the last checkpoint is from before
 * @throws EnvError when the environment breaks its contract
 */
export async function train(options: TrainOptions): Promise<DoneEvent> {
  const { config, spec, signal, onEvent = () => {}, audience } = options;
  if (isPretraining(config.algo))
    throw new UsageError(
      `${config.algo} learns from a dataset, not by playing: gymformer pretrain <dataset> --algo ${config.algo}`,
    );
  const { untilReturn } = config;
  const run = new RunDirectory(options.run);
  const evalSpec = config.evalParameters ? await resolveEnvironment(evaluationReference(config)) : spec;
  const download = {
    onProgress: (progress: DownloadProgress) => onEvent({ event: 'download', ...progress }),
    ...(signal && { signal }),
  };
  const training = await openTraining({ ...options, evalSpec, download }, run);
  try {
    const meter = new CostMeter(training, options.resume ? run.readCost() : null, () => training.flopsBeside);
    const saveAll = async (mean: number | null): Promise<void> => {
      await save(training, run, mean, onEvent);
      run.writeCost(meter.now());
    };
    onEvent(startEvent(training, run));
    let solved = untilReturn === null ? null : false;
    let nextTry = 0;
    let evaluatedAt = -1;
    const reportRestarts = (): void => {
      for (const { worker, from, to, reason } of training.restarts.splice(0)) {
        const { step } = training;
        const event: TrainEvent = { event: 'workerRestarted', step, worker, environments: to - from, reason };
        run.appendMetrics(event);
        onEvent(event);
      }
    };
    const evaluateAndSave = async (): Promise<void> => {
      const result = await evaluateTraining(training, options);
      reportRestarts();
      if (!result) return; // interrupted
      evaluatedAt = training.step;
      run.appendMetrics(result);
      onEvent(result);
      if (untilReturn !== null) solved = result.mean >= untilReturn;
      await saveAll(result.mean);
    };

    if (config.evalFirst && training.step === 0) await evaluateAndSave();
    while (training.step < config.steps && !solved && !signal?.aborted) {
      const from = training.step;
      const update = await collectAndLearn(training);
      reportRestarts();
      run.appendMetrics(update);
      onEvent(update);
      const snapshot = await training.takeSnapshot();
      if (snapshot) {
        run.appendMetrics(snapshot);
        onEvent(snapshot);
      }

      const promising = untilReturn !== null && training.update >= nextTry && looksSolved(training, untilReturn);
      if (promising || crosses(from, training.step, config.evalEvery)) {
        await evaluateAndSave();
        nextTry = training.update + PATIENCE;
      } else if (crosses(from, training.step, config.checkpointEvery)) {
        await saveAll(null);
      }
      if (crosses(from, training.step, config.replayEvery)) onEvent(await recordTraining(training, options, run));
      if (audience?.ready) audience.show(await training.copyOfPolicy());
      await new Promise(setImmediate); // let signals and timers through
    }

    if (!signal?.aborted && evaluatedAt !== training.step) await evaluateAndSave();
    if (training.savedAt !== training.step) await saveAll(null);
    const { step, seconds } = training;
    const interrupted = signal?.aborted ?? false;
    const cost = meter.now();
    run.writeCost(cost);
    const done: DoneEvent = { event: 'done', run: run.path, steps: step, seconds, solved, interrupted, cost };
    onEvent(done);
    return done;
  } catch (error) {
    const failure = deviceFailureIn(error);
    throw failure ? stopped(failure, training, run) : error;
  } finally {
    run.release();
    training.dispose();
  }
}

/** The failure of the device behind an error: in self-play it comes to light in the environment's step. */
function deviceFailureIn(error: unknown): DeviceFailure | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof DeviceFailure) return cause;
  return null;
}

/** What a device that fails leaves of a run: its last checkpoint. Parameters since then were on the device alone. */
function stopped(failure: DeviceFailure, { step }: Training, run: RunDirectory): GymformerError {
  const latest = run.checkpoints()?.latest;
  const elsewhere = failure.kind === 'memory' ? ', on a --device with more memory' : '';
  const rest = latest
    ? `The last checkpoint is intact (${join(run.checkpointsPath, latest)}): --resume --out ${run.path} goes on from it${elsewhere}`
    : 'There was no checkpoint yet';
  return new GymformerError(`training stopped after ${step} steps: ${failure.message}. ${rest}`, 1, { cause: failure });
}

function startEvent({ config, policy, device, step, init }: Training, run: RunDirectory): TrainEvent {
  const { environment, algo, policy: kind, seed, steps } = config;
  const { count: parameters, total: totalParameters } = policy.parameters;
  return {
    ...{ event: 'start', run: run.path, environment, algo, policy: kind, device, seed, steps, step },
    ...{ parameters, totalParameters, ...(init && { init }) },
  };
}

/** Null when it was interrupted. */
async function evaluateTraining(training: Training, { config, signal }: TrainOptions): Promise<EvalEvent | null> {
  const { evalEpisodes: episodes, evalActions: actions } = config;
  try {
    return await evaluate(training.player(), {
      episodes,
      actions,
      seed: config.seed + EVALUATION_SEEDS,
      onRestart: (restart) => training.restarts.push(restart),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) return null;
    throw error;
  }
}

async function recordTraining(training: Training, { config }: TrainOptions, run: RunDirectory): Promise<TrainEvent> {
  const name = `step-${String(training.step).padStart(9, '0')}.gfr`;
  return await record(training.player(), {
    episodes: 1,
    seed: config.seed + training.update,
    actions: config.evalActions,
    path: join(run.replaysPath, name),
    policy: describePolicy(training.config, training.policy),
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
  const best = run.addCheckpoint(name, mean);
  onEvent({ event: 'checkpoint', step: training.step, path, best });
}

/** Whether the episodes of late make an evaluation worth its time; they say nothing of one in another environment. */
function looksSolved({ recentReturns, config }: Training, untilReturn: number): boolean {
  if (config.evalParameters) return true;
  const late = recentReturns.slice(-Math.max(config.envs, 10));
  return late.length > 0 && mean(late) >= untilReturn - 0.1 * Math.abs(untilReturn);
}

/** Whether a multiple of `every` lies in (from, to]; never where `every` is 0. */
export function crosses(from: number, to: number, every: number): boolean {
  return every > 0 && Math.floor(to / every) > Math.floor(from / every);
}
