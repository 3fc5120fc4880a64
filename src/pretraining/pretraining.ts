import { join } from 'node:path';
import type { Policy } from '../../agents/model/policy.ts';
import { Generator } from '../../envs/random.ts';
import { type EnvSpec, make } from '../../envs/registry.ts';
import { loadCheckpoint } from '../checkpoint.ts';
import { evaluationReference } from '../config.ts';
import type { Config } from '../settings.ts';
import { CostMeter } from '../cost.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { openDevice } from '../device/device.ts';
import { memoryLimit } from '../device/simd/open.ts';
import { EXIT, GymformerError } from '../errors.ts';
import type { Player } from '../evaluate.ts';
import { seedsOf } from '../levels.ts';
import { environmentName } from '../plugins.ts';
import type { LocateOptions } from '../pretrained/locate.ts';
import { openPretrained } from '../pretrained/openPretrained.ts';
import { RunDirectory } from '../run.ts';
import { checkMemory } from '../tensorMemory.ts';
import { buildPolicy, frozenNormalizer, targetOf } from '../trained.ts';
import { openVectorEnv } from '../vectorEnv.ts';
import { checkSpaces, type Demonstrations, sortBySpaces, type Statistics } from './demonstrations.ts';
import { Learner } from './learner.ts';

export interface PretrainingOptions {
  /** Of the runs; the environment is each run's own. */
  config: Config;
  datasets: readonly Dataset[];
  /** Directory of the run; of several environments, the folder of their runs, each named for its environment. */
  out: string;
  /** Finds an environment by its id. */
  resolve: (environment: string) => Promise<EnvSpec>;
  /** Go on from the latest checkpoints. */
  resume?: boolean;
  /** Of the download of a pretrained model. */
  download?: LocateOptions;
  /** Ends it: while the dataset is read, at once; later, after the update under way, with checkpoints. */
  signal?: AbortSignal;
  /** Called while the dataset is read for the first time: with how many episodes have been, and how many there are. */
  onReading?: (done: number, total: number) => void;
}

/** One environment's run. Environments with the same spaces have the same learner; all learners have the same trunk. */
export interface Member {
  config: Config;
  run: RunDirectory;
  learner: Learner;
  meter: CostMeter;
  /** Step of the last checkpoint. */
  savedAt: number;
  player(): Player;
}

/** Everything that changes while policies learn from datasets. */
export interface Pretraining {
  /** Name of the device in use. */
  device: string;
  learners: Learner[];
  members: Member[];
  /** Saves a checkpoint of a member. @param mean of an evaluation, null where there was none */
  save(member: Member, mean: number | null): Promise<{ path: string; best: boolean }>;
  close(): void;
}

/**
 * Opens the device, the runs, and what learns: new, or as the latest checkpoints have it.
 *
 * @throws FileError when a dataset is damaged, or does not fit the runs
 * @throws ConfigError when an environment is no longer what the episodes were played in
 */
export async function openPretraining(options: PretrainingOptions): Promise<Pretraining> {
  const { datasets, resume = false } = options;
  const pairs = sortBySpaces(datasets);
  const { name: device } = await openDevice(options.config.device, options.config);
  const pretrained = await openPretrained(options.config, { device, ...options.download });
  const { config } = pretrained;
  const planned = await Promise.all(pairs.map(async (pair) => await planPair(pair, pairs, { ...options, config })));
  checkMemory(config, memoryLimit());
  const read = await readAll(pairs, options);
  const checksums = datasets.map(({ card }) => card.indexChecksum);
  const members: Member[] = [];
  let firstPolicy: Policy | undefined;
  const learners: Learner[] = [];
  for (const [i, { demonstrations, plans }] of planned.entries()) {
    const [first] = plans as [Plan];
    // What works across time is one for all, whatever is seen and done.
    const policy = buildPolicy(first.config, first.spec, new Generator(config.seed), {
      ...pretrained,
      ...(firstPolicy && { trunkOf: firstPolicy }),
    });
    firstPolicy ??= policy;
    const statistics = read[i] as Statistics;
    const learner = new Learner({ config: first.config, demonstrations, statistics, policy, device });
    learners.push(learner);
    members.push(...plans.map((plan) => memberOf(plan, learner, { resume, beside: pretrained.flopsSoFar })));
  }
  for (const { run, config } of members) {
    if (!resume) run.create();
    run.claim();
    run.writeConfig(config);
  }
  if (resume) for (const member of members) restore(member, checksums);
  return {
    device,
    learners,
    members,
    async save(member, mean) {
      const { learner, run, config } = member;
      const name = String(learner.step).padStart(9, '0');
      const path = join(run.checkpointsPath, name);
      await learner.save(path, config.environment, checksums);
      run.writeCost(member.meter.now());
      member.savedAt = learner.step;
      return { path, best: run.addCheckpoint(name, mean) };
    },
    close() {
      for (const { run } of members) run.release();
      for (const learner of learners.toReversed()) learner.dispose();
      pretrained.dispose();
    },
  };
}

/** The statistics of all pairs. @throws GymformerError when it is interrupted: nothing is there yet */
async function readAll(
  pairs: readonly Demonstrations[],
  { config, signal, onReading }: PretrainingOptions,
): Promise<Statistics[]> {
  const total = pairs.reduce((sum, { count }) => sum + count, 0);
  let done = 0;
  const all: Statistics[] = [];
  for (const pair of pairs)
    all.push(
      await pair.statistics(config.gamma, () => {
        if (signal?.aborted) throw new GymformerError('reading the dataset was interrupted', EXIT.interrupted);
        onReading?.(++done, total);
      }),
    );
  return all;
}

/** A member before there is anything that learns. */
interface Plan {
  config: Config;
  run: RunDirectory;
  spec: EnvSpec;
  evalSpec: EnvSpec;
}

async function planPair(
  demonstrations: Demonstrations,
  pairs: readonly Demonstrations[],
  { config, out, resolve, resume = false }: PretrainingOptions,
): Promise<{ demonstrations: Demonstrations; plans: Plan[] }> {
  const alone = pairs.length === 1 && demonstrations.environments.length === 1;
  const largest = largestOf(demonstrations.returns().map(Math.abs)) || 1;
  const plans = demonstrations.environments.map(async (id): Promise<Plan> => {
    const spec = await resolve(id);
    const env = make(spec);
    checkSpaces(demonstrations, id, env);
    env.close?.();
    const run = new RunDirectory(alone ? out : join(out, environmentName(id)));
    if (!resume) run.checkNew();
    const asked = { targetReturn: largestOf(demonstrations.returns(id)), returnScale: largest };
    const own = { ...config, environment: id, ...(config.algo === 'dt' && chosen(config, asked)) };
    const { targetReturn, returnScale } = resume ? run.readConfig() : own;
    const planned = { ...own, targetReturn, returnScale };
    return {
      config: planned,
      run,
      spec,
      evalSpec: config.evalParameters ? await resolve(evaluationReference(own)) : spec,
    };
  });
  return { demonstrations, plans: await Promise.all(plans) };
}

/** `Math.max` takes no more arguments than fit a stack. */
function largestOf(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, value), -Infinity);
}

/** What is asked for and told where the settings do not say. */
function chosen(
  { targetReturn, returnScale }: Config,
  found: { targetReturn: number; returnScale: number },
): { targetReturn: number; returnScale: number } {
  return { targetReturn: targetReturn ?? found.targetReturn, returnScale: returnScale ?? found.returnScale };
}

function memberOf(
  { config, run, evalSpec }: Plan,
  learner: Learner,
  { resume, beside }: { resume: boolean; beside: () => number },
): Member {
  const { policy, units } = learner;
  const meter = new CostMeter(learner, resume ? run.readCost() : null, beside);
  return {
    ...{ config, run, learner, meter, savedAt: -1 },
    player: () => ({
      policy,
      environment: evalSpec.id,
      make: () => make(evalSpec),
      seeds: seedsOf(config).others,
      openEnvs: (options) => openVectorEnv(evalSpec, { ...options, workers: config.envWorkers }),
      step: learner.step,
      normalizer: (environments) => frozenNormalizer(units.observations, policy, environments),
      target: targetOf(config),
      valueScale: units.reward,
    }),
  };
}

function restore(member: Member, checksums: readonly number[]): void {
  const { run, learner, config } = member;
  const checkpoints = run.checkpoints();
  if (!checkpoints) return;
  const path = join(run.checkpointsPath, checkpoints.latest);
  learner.restore(path, loadCheckpoint(path, config.environment), checksums);
  member.savedAt = learner.step;
  run.dropMetricsAfter(learner.step);
}
