import { evaluate } from '../evaluate.ts';
import type { EvalEvent, HeldOutEvent, StartEvent, TrainEvent } from '../metrics.ts';
import type { DownloadProgress } from '../pretrained/hub.ts';
import { crosses } from '../trainer.ts';
import { scheduleAt } from '../update.ts';
import { predict } from './heldOut.ts';
import type { Learner } from './learner.ts';
import { type Member, openPretraining, type Pretraining, type PretrainingOptions } from './pretraining.ts';

export interface PretrainOptions extends PretrainingOptions {
  onEvent?: (event: TrainEvent) => void;
}

/** What came of pretraining in one environment. */
export interface PretrainResult {
  event: 'done';
  run: string;
  environment: string;
  algo: string;
  /** Steps of demonstrations that its policy learned from, and how often each of them was shown, on average. */
  steps: number;
  passes: number;
  seconds: number;
  interrupted: boolean;
  /** Of the episodes kept for validation: see `HeldOutEvent`. Null where it was interrupted before. */
  accuracy: number | null;
  macroRecall: number | null;
  macroF1: number | null;
  meanSquaredError: number | null;
  loss: number | null;
  confusion: HeldOutEvent['confusion'];
  heldOutEpisodes: number;
  /** Of the episodes played: see `EvalEvent`. Null where it was interrupted before. */
  meanReturn: number | null;
  standardError: number | null;
  evalEpisodes: number;
  /** The return that a policy that is told one was asked for; null of others. */
  targetReturn: number | null;
}

/** Held-out episodes are taken until they have so many steps together. */
const MOST_HELD_OUT_STEPS = 20_000;
/** Keeps the seeds of evaluation away from those of training. */
const EVALUATION_SEEDS = 1_000_000;

interface Examined {
  heldOut: HeldOutEvent;
  played: EvalEvent;
}

/**
 * Teaches policies to act as the episodes of datasets do. The result is a run for each environment, which everything takes
 * that takes one that was trained. Environments with the same spaces share a policy, and all policies the trunk; they take
 * turns to learn, each with moments of its own in the optimiser.
 *
 * @returns for each environment what came of it
 * @throws FileError when a dataset is damaged, or does not fit
 * @throws ConfigError when an environment is no longer what the episodes were played in
 */
export async function pretrain(options: PretrainOptions): Promise<PretrainResult[]> {
  const { signal, onEvent = () => {}, config } = options;
  const download = {
    onProgress: (progress: DownloadProgress) => onEvent({ event: 'download', ...progress }),
    ...(signal && { signal }),
  };
  const pretraining = await openPretraining({ ...options, download });
  const { learners, members } = pretraining;
  const examined = new Map<Member, Examined>();
  try {
    for (const member of members) onEvent(startEvent(pretraining, member));
    const done = (): number => Math.min(...learners.map(({ step }) => step));
    let examinedAt = -1;
    while (done() < config.steps && !signal?.aborted) {
      const from = done();
      for (const learner of learners) {
        const update = await learner.learn(scheduleAt(config, learner.step));
        // They take turns.
        update.stepsPerSecond /= learners.length;
        for (const { run } of membersOf(learner)) run.appendMetrics(update);
        onEvent(update);
        await new Promise(setImmediate); // let signals and timers through
      }
      // All at once: what one learns of the trunk is in the others' checkpoints too.
      if (crosses(from, done(), config.evalEvery)) {
        for (const member of members) await examineAndSave(member);
        examinedAt = done();
      } else if (crosses(from, done(), config.checkpointEvery)) for (const member of members) await save(member, null);
    }
    if (examinedAt !== done()) for (const member of members) await examineAndSave(member);
    const interrupted = signal?.aborted ?? false;
    return members.map((member) => resultOf(member, examined.get(member) ?? null, interrupted));
  } finally {
    pretraining.close();
  }

  function membersOf(learner: Learner): Member[] {
    return members.filter((member) => member.learner === learner);
  }

  async function examineAndSave(member: Member): Promise<void> {
    const found = signal?.aborted ? null : await examine(member, signal);
    if (!found) return await save(member, null); // interrupted
    examined.set(member, found);
    for (const event of [found.heldOut, found.played]) {
      member.run.appendMetrics(event);
      onEvent(event);
    }
    await save(member, found.played.mean);
  }

  async function save(member: Member, mean: number | null): Promise<void> {
    onEvent({ event: 'checkpoint', step: member.learner.step, ...(await pretraining.save(member, mean)) });
  }
}

function startEvent({ device }: Pretraining, { config, learner, run }: Member): StartEvent {
  const { environment, algo, policy, seed, steps } = config;
  const { step } = learner;
  const { count: parameters, total: totalParameters } = learner.policy.parameters;
  const size = { parameters, totalParameters };
  return { event: 'start', run: run.path, environment, algo, policy, device, seed, steps, step, ...size };
}

/** What the policy says of episodes that it has not seen, and how it plays; null when it was interrupted. */
async function examine(member: Member, signal: AbortSignal | undefined): Promise<Examined | null> {
  const { learner, config } = member;
  const { environment, evalEpisodes: episodes, evalActions: actions } = config;
  const { policy, demonstrations, step } = learner;
  const predictions = await predict(
    policy,
    demonstrations.actionSpace,
    learner.heldOut(environment, MOST_HELD_OUT_STEPS),
  );
  try {
    const seed = config.seed + EVALUATION_SEEDS;
    const played = await evaluate(member.player(), { episodes, actions, seed, ...(signal && { signal }) });
    return { heldOut: { event: 'heldOut', step, ...predictions }, played };
  } catch (error) {
    if (signal?.aborted) return null;
    throw error;
  }
}

function resultOf({ config, run, learner }: Member, examined: Examined | null, interrupted: boolean): PretrainResult {
  const { heldOut, played } = examined ?? {};
  const { accuracy = null, macroRecall = null, macroF1 = null, meanSquaredError = null, loss = null } = heldOut ?? {};
  return {
    event: 'done',
    run: run.path,
    environment: config.environment,
    algo: config.algo,
    steps: learner.step,
    passes: learner.step / learner.demonstrations.steps,
    seconds: learner.seconds,
    interrupted,
    ...{ accuracy, macroRecall, macroF1, meanSquaredError, loss },
    confusion: heldOut?.confusion ?? [],
    heldOutEpisodes: heldOut?.episodes ?? 0,
    meanReturn: played?.mean ?? null,
    standardError: played?.standardError ?? null,
    evalEpisodes: played?.episodes ?? 0,
    targetReturn: config.targetReturn,
  };
}
