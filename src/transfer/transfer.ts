import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EnvSpec } from '../../envs/registry.ts';
import { type InitSettings, resolveConfig } from '../config.ts';
import type { Config } from '../settings.ts';
import { UsageError } from '../errors.ts';
import { writeFileAtomic } from '../files.ts';
import { initSettings } from '../initFrom.ts';
import { resolveEnvironment } from '../plugins.ts';
import { trainArm, type TrainedArm } from './arm.ts';
import { summarizeTransfer, transferPlot, type TransferSummary } from './summary.ts';

export interface TransferOptions {
  /** A run, or an environment to learn in first. */
  source: string;
  /** What both arms learn in. */
  spec: EnvSpec;
  /** Where runs, table and picture go; what is there already is gone on with. */
  folder: string;
  seeds: number;
  /** Evaluations on the way. */
  evaluations: number;
  /** Settings of both arms, as flags. */
  settings: Readonly<Record<string, unknown>>;
  /** Settings of what begins with the source's weights alone. */
  fineTuning: Readonly<Record<string, unknown>>;
  /** Where the source is an environment: how long to learn in it; its preset's steps where left out. */
  sourceSteps?: number | undefined;
  /** Mean return that counts as having learned it. */
  threshold?: number | undefined;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number, now: { what: string; secondsLeft: number | null }) => void;
  onCurve?: (curve: TrainedArm) => void;
}

export interface Transfer extends TransferSummary {
  /** The run whose weights were taken. */
  source: string;
  environment: string;
  steps: number;
  curves: TrainedArm[];
  picture: string;
}

/** The two ways to learn that are compared. */
const [SCRATCH, TRANSFER] = ['scratch', 'transfer'] as const;

/**
 * Learns an environment from scratch and from another run's weights, over seeds, with the same settings and shape of the
 * policy, and says what the weights were worth. Whatever is done already in the folder is not done again.
 *
 * @returns null when it was interrupted
 */
export async function transfer(options: TransferOptions): Promise<Transfer | null> {
  const { spec, folder, seeds, threshold } = options;
  mkdirSync(folder, { recursive: true });
  const plan = await planSource(options);
  const clock = new Clock();
  if (plan.pretraining) {
    const { config, spec: sourceSpec, run } = plan.pretraining;
    clock.add(config.steps);
    const learned = await trainWith(clock, options, { arm: 'source', config, spec: sourceSpec, run });
    if (!learned) return null;
  }
  const init = initSettings(plan.run);
  const jobs = Array.from({ length: seeds }, (_, i) =>
    [SCRATCH, TRANSFER].map((arm) => armConfig(options, { arm, init, index: i, source: plan.run })),
  ).flat();
  for (const { config } of jobs) clock.add(config.steps);
  const curves: TrainedArm[] = [];
  for (const job of jobs) {
    const curve = await trainWith(clock, options, job);
    if (!curve) return null;
    curves.push(curve);
    options.onCurve?.(curve);
  }
  const ordered = [SCRATCH, TRANSFER].flatMap((arm) => curves.filter((curve) => curve.arm === arm));
  const summary = summarizeTransfer(ordered, threshold);
  const picture = join(folder, 'curves.svg');
  const title = `${spec.id}: from scratch, and from ${options.source}`;
  writeFileAtomic(picture, transferPlot(ordered, title, summary.threshold ?? undefined));
  const { steps } = (jobs[0] as Job).config;
  const result = { source: plan.run, environment: spec.id, steps, ...summary, curves: ordered, picture };
  writeFileAtomic(join(folder, 'transfer.json'), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

interface Job {
  arm: string;
  config: Config;
  spec: EnvSpec;
  run: string;
}

/** The run to take weights from, and what is to be trained for it to be there. */
async function planSource({
  source,
  folder,
  settings,
  sourceSteps,
}: TransferOptions): Promise<{ run: string; pretraining: Omit<Job, 'arm'> | null }> {
  if (existsSync(join(source, 'config.json')) || existsSync(join(source, 'state.json')))
    return { run: source, pretraining: null };
  const spec = await resolveSource(source);
  const run = join(folder, 'source');
  const places = Object.fromEntries(PLACES.flatMap((key) => (key in settings ? [[key, settings[key]]] : [])));
  const flags = { ...places, ...(sourceSteps !== undefined && { steps: sourceSteps }) };
  const config = resolveConfig({ environment: spec.id, preset: spec.preset ?? {}, flags });
  return { run, pretraining: { config, spec, run } };
}

async function resolveSource(source: string): Promise<EnvSpec> {
  try {
    return await resolveEnvironment(source);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${source} is no run, and no environment either: ${error.message}`, { cause: error });
  }
}

/** Settings that say where to compute, which hold for the source too. */
const PLACES = ['device', 'threads', 'deterministic', 'envWorkers'];

function armConfig(
  { spec, folder, settings, fineTuning, evaluations }: TransferOptions,
  { arm, init, index, source }: { arm: string; init: InitSettings; index: number; source: string },
): Job {
  const { id: environment, preset = {} } = spec;
  const seed = Number(settings['seed'] ?? 0) + index;
  const own = arm === TRANSFER ? { ...fineTuning, initFrom: source } : {};
  const flags = { evalEpisodes: EPISODES, ...settings, ...own, seed, evalFirst: true };
  const { steps } = resolveConfig({ environment, preset, init, flags });
  const evalEvery = Math.ceil(steps / evaluations);
  const config = resolveConfig({ environment, preset, init, flags: { evalEvery, ...flags } });
  return { arm, config, spec, run: join(folder, `${arm}-${seed}`) };
}

/** Of an evaluation on the way. */
const EPISODES = 20;

async function trainWith(clock: Clock, { signal, onProgress }: TransferOptions, job: Job): Promise<TrainedArm | null> {
  const { arm, config } = job;
  const name = arm === 'source' ? 'learning the source' : `${arm}, seed ${config.seed}`;
  const curve = await trainArm({
    ...job,
    ...(signal && { signal }),
    onStep: (step) => {
      const share = Math.min(100, Math.floor((100 * step) / config.steps));
      const secondsLeft = clock.tell(step);
      onProgress?.(clock.done, clock.total, { what: `${name}: ${share} %`, secondsLeft });
    },
  });
  clock.end(config.steps);
  return curve;
}

/** How long is left, by the steps that this process has taken so far. */
class Clock {
  /** Trainings that are over, and all that are known of. */
  done = 0;
  total = 0;
  #left = 0;
  #taken = 0;
  #at = 0;
  readonly #startedMs = performance.now();

  add(steps: number): void {
    this.total++;
    this.#left += steps;
  }

  /** @returns seconds left; null before anything can be said */
  tell(step: number): number | null {
    // The first update of a training that goes on: where it was is not what was done since.
    if (this.#at > 0) this.#taken += step - this.#at;
    this.#at = step;
    if (this.#taken === 0) return null;
    return ((this.#left - step) * (performance.now() - this.#startedMs)) / 1000 / this.#taken;
  }

  end(steps: number): void {
    this.done++;
    this.#left -= steps;
    this.#at = 0;
  }
}
