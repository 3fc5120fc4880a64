import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { nearest } from '../envs/nearest.ts';
import { checkConfig, type ConfigSources, type ResolvedConfig, resolveLayers } from './config.ts';
import { CHOSEN_KEYS, CONFIG_KEYS, type Config } from './settings.ts';
import { type Cost, costSchema } from './cost.ts';
import { ConfigError, FileError, GymformerError, UsageError } from './errors.ts';
import { readJson, writeFileAtomic } from './files.ts';
import type { EvalEvent, HeldOutEvent, SnapshotEvent, UpdateEvent, WorkerRestartedEvent } from './metrics.ts';
import { VERSION } from './version.ts';

/** The file of its settings, which makes a folder a run. */
const CONFIG = 'config.json';

/** Format of a run directory; a change that an older gymformer could not read raises it. */
const RUN_FORMAT = 1;

const checkpointsSchema = z.object({
  /** Folders below `checkpoints`. */
  latest: z.string(),
  best: z.string(),
  /** Mean return that made it the best; null before the first evaluation. */
  bestMean: z.number().nullable(),
});

export type Checkpoints = z.infer<typeof checkpointsSchema>;

/** The settings that another session of the same run may change: what ends it, what it reports, where it computes. */
const CHANGEABLE = new Set<keyof Config>([
  'steps',
  'untilReturn',
  'device',
  'envWorkers',
  'evalEpisodes',
  'evalEvery',
  'evalActions',
  'evalParameters',
  'checkpointEvery',
  'replayEvery',
]);

/** What may say something of a run's settings when it is resumed. */
type ResumeSources = Partial<Omit<ConfigSources, 'preset'>>;

/** A run's directory: config.json, metrics.jsonl, cost.json, checkpoints.json, checkpoints/ and replays/. */
export class RunDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** As people call it. */
  get name(): string {
    return basename(this.path);
  }

  get exists(): boolean {
    return existsSync(this.path);
  }

  get checkpointsPath(): string {
    return join(this.path, 'checkpoints');
  }

  get replaysPath(): string {
    return join(this.path, 'replays');
  }

  /** A replay that will have a name of its own when it is whole. */
  get unfinishedReplayPath(): string {
    return join(this.replaysPath, 'live.partial');
  }

  /** @throws UsageError when there is something at that path already */
  checkNew(): void {
    if (this.exists)
      throw new UsageError(`${this.path} exists already: go on with it by --resume, or give another --out`);
  }

  /** @throws UsageError when there is something at that path already */
  create(): void {
    this.checkNew();
    try {
      mkdirSync(this.replaysPath, { recursive: true });
    } catch (error) {
      throw new GymformerError(`cannot make the run's folder ${this.path}: ${(error as Error).message}`, 1, {
        cause: error,
      });
    }
  }

  writeConfig(config: Config): void {
    const versions = { gymformer: VERSION, node: process.versions.node };
    writeFileAtomic(
      join(this.path, CONFIG),
      `${JSON.stringify({ format: RUN_FORMAT, versions, ...config }, null, 2)}\n`,
    );
  }

  /** @throws FileError when there is no run, or one that this version cannot read */
  readConfig(): Config {
    if (!existsSync(join(this.path, CONFIG)))
      throw new FileError(`${this.path} is not a run: there is no config.json in it`);
    const stored = readJson(join(this.path, CONFIG), z.looseObject({ format: z.number() }));
    if (stored.format > RUN_FORMAT)
      throw new FileError(
        `${this.path} was written by a newer gymformer (run format ${stored.format}, this one reads ${RUN_FORMAT}): update gymformer`,
      );
    const settings = Object.fromEntries(
      Object.entries(stored).filter(([key]) => CONFIG_KEYS.includes(key as keyof Config)),
    );
    return checkConfig(settings);
  }

  /**
   * The run's own settings, with what `flags` may change of them.
   *
   * @throws ConfigError when a flag contradicts what the run was started with
   */
  resumeConfig(flags: Record<string, unknown>): Config {
    return this.explainResume({ flags }).config;
  }

  /** What `resumeConfig` gives, and where each setting comes from. An environment that is left out is the run's own. */
  explainResume({ environment, file = {}, flags = {} }: ResumeSources): ResolvedConfig {
    const stored = this.readConfig();
    const resolved = resolveLayers([
      { source: 'argument', place: 'the command', settings: environment === undefined ? {} : { environment } },
      { source: 'flag', place: 'the flags', settings: flags },
      { source: 'config file', place: 'the config file', settings: file },
      { source: 'run', place: this.path, settings: stored },
    ]);
    const wanted = resolved.config;
    for (const key of CHOSEN_KEYS)
      if (!CHANGEABLE.has(key) && wanted[key] !== stored[key])
        throw new ConfigError(
          `${key} is ${JSON.stringify(wanted[key])}, but the run ${this.path} was started with ${JSON.stringify(stored[key])}: resume without it, or start a new run`,
        );
    return resolved;
  }

  /** Which checkpoints there are; null before the first. */
  checkpoints(): Checkpoints | null {
    const path = join(this.path, 'checkpoints.json');
    return existsSync(path) ? readJson(path, checkpointsSchema) : null;
  }

  writeCheckpoints(checkpoints: Checkpoints): void {
    writeFileAtomic(join(this.path, 'checkpoints.json'), `${JSON.stringify(checkpoints, null, 2)}\n`);
  }

  /**
   * Takes note of a new checkpoint.
   *
   * @param mean  the mean return of an evaluation, which says whether it is the best so far; null where there was none
   * @returns     whether it is; the first one is until another proves better
   */
  addCheckpoint(name: string, mean: number | null): boolean {
    const before = this.checkpoints();
    const best = !before || before.bestMean === null || (mean !== null && mean > before.bestMean);
    this.writeCheckpoints({
      latest: name,
      best: best ? name : before.best,
      bestMean: best ? mean : before.bestMean,
    });
    return best;
  }

  /** What the run cost up to its last checkpoint; null where that was not written down. */
  readCost(): Cost | null {
    return existsSync(this.#costPath) ? readJson(this.#costPath, costSchema) : null;
  }

  writeCost(cost: Cost): void {
    writeFileAtomic(this.#costPath, `${JSON.stringify(cost, null, 2)}\n`);
  }

  appendMetrics(event: UpdateEvent | EvalEvent | HeldOutEvent | SnapshotEvent | WorkerRestartedEvent): void {
    try {
      appendFileSync(this.#metricsPath, `${JSON.stringify(event)}\n`);
    } catch (error) {
      throw new GymformerError(
        `cannot write ${this.#metricsPath}: ${(error as Error).message}; the last checkpoint is intact, free some room and --resume`,
        1,
        { cause: error },
      );
    }
  }

  /** The evaluations so far, oldest first. */
  evaluations(): EvalEvent[] {
    if (!existsSync(this.#metricsPath)) return [];
    const whole = readFileSync(this.#metricsPath, 'utf8').split('\n').slice(0, -1);
    return whole.map((line) => JSON.parse(line) as EvalEvent).filter(({ event }) => event === 'eval');
  }

  /** Drops what was reported after `step`: the steps that a resumed run takes again. */
  dropMetricsAfter(step: number): void {
    if (!existsSync(this.#metricsPath)) return;
    const whole = readFileSync(this.#metricsPath, 'utf8').split('\n').slice(0, -1);
    const kept = whole.filter((line) => (JSON.parse(line) as { step: number }).step <= step);
    writeFileAtomic(this.#metricsPath, kept.map((line) => `${line}\n`).join(''));
  }

  /**
   * Says that this process trains the run, for viewers, until `release`.
   *
   * @throws UsageError when another process does so already
   */
  claim(): void {
    const pid = existsSync(this.#runningPath)
      ? readJson(this.#runningPath, z.object({ pid: z.int() })).pid
      : process.pid;
    if (pid !== process.pid && isAlive(pid))
      throw new UsageError(`${this.path} is being trained by process ${pid}: stop that one first`);
    writeFileAtomic(this.#runningPath, JSON.stringify({ pid: process.pid }));
  }

  release(): void {
    rmSync(this.#runningPath, { force: true });
  }

  get #metricsPath(): string {
    return join(this.path, 'metrics.jsonl');
  }

  get #costPath(): string {
    return join(this.path, 'cost.json');
  }

  get #runningPath(): string {
    return join(this.path, 'running.json');
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The run beside a path that there is not, whose name is most like it. */
export function nearestRun(path: string): string | undefined {
  const folder = dirname(path);
  const runs = existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(join(folder, name, CONFIG))) : [];
  const guess = nearest(basename(path), runs);
  return guess === undefined ? undefined : join(folder, guess);
}
