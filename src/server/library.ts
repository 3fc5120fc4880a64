import { closeSync, existsSync, fstatSync, lstatSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { FileError } from '../errors.ts';
import { EXPLANATION_FILE } from '../explain/explanation.ts';
import { readJson } from '../files.ts';
import type { ReplayHeader } from '../replay/format.ts';
import { decodePrelude } from '../replay/prelude.ts';
import type { RunPlace } from './agents.ts';
import type { ReplayEntry, RunEntry } from './listing.ts';
import { MetricsTail } from './metricsTail.ts';

const EXTENSION = '.gfr';
const METRICS = 'metrics.jsonl';
/** Runs may be grouped: runs/<run> or runs/<group>/<run>. */
const RUN_DEPTH = 2;
/** A run that says it is running counts as such this long after its last change, even if its process is not seen. */
const FRESH_MS = 15_000;
/** A header larger than this is not looked into for the list. */
const HEADER_BYTES = 2 ** 20;

const configSchema = z.object({
  environment: z.string(),
  policy: z.string(),
  algo: z.string(),
  seed: z.number(),
  steps: z.number(),
});

interface KnownRun {
  config: { key: string; value: z.infer<typeof configSchema> | null };
  metrics: MetricsTail;
}

/**
 * The runs and replays at a path: a folder of runs, one run, a folder of replays, or one replay.
 *
 * Only what it lists can be read through it. Links are not followed, so nothing outside of the path is ever listed.
 */
export class Library {
  private readonly root: string | null;
  private readonly known = new Map<string, KnownRun>();
  /** A file without a header is looked into again when it has grown. */
  private readonly headers = new Map<string, { bytes: number; header: ReplayHeader | undefined }>();
  private paths = new Map<string, string>();
  /** Each run that was found, by its id; `live`: it was training. */
  private found = new Map<string, RunPlace & { environment: string; live: boolean }>();

  /**
   * @param path left out: an empty library
   * @throws FileError when there is nothing at the path
   */
  constructor(path?: string) {
    if (path !== undefined && !existsSync(path))
      throw new FileError(
        `there is nothing at ${path}: train something first, or name a run, a replay or a folder of runs`,
      );
    this.root = path === undefined ? null : realpathSync(path);
  }

  /** All runs, the one that changed last first. */
  runs(): RunEntry[] {
    this.paths = new Map();
    this.found = new Map();
    const runs = this.find();
    return runs.sort((a, b) => b.updatedAt.localeCompare(a.updatedAt) || a.id.localeCompare(b.id));
  }

  /** The runs that were training at the last look, as they are now; nothing else is looked at. */
  liveRuns(): RunEntry[] {
    return [...this.found].flatMap(([id, { path, live }]) => (live ? this.run(path, id) : []));
  }

  /** The file of a run's metrics, which may not be there yet; undefined when there is no such run. */
  metricsPath(id: string): string | undefined {
    if (!this.found.has(id)) this.runs();
    const run = this.found.get(id);
    return run && join(run.path, METRICS);
  }

  /** The file of a run's explanation, which may not be there; undefined when there is no such run. */
  explanationPath(id: string): string | undefined {
    const run = this.runPlace(id);
    return run && join(run.path, EXPLANATION_FILE);
  }

  /** Where the replay of an id is; undefined when there is none. */
  replayPath(id: string): string | undefined {
    if (!this.paths.has(id)) this.runs();
    return this.paths.get(id);
  }

  /** Where the run of an id is; undefined when there is none, or nothing but replays. */
  runPlace(id: string): RunPlace | undefined {
    this.runs(); // its replays may be others by now
    return this.found.get(id);
  }

  /** The environment that a run was started with, by its reference; undefined when there is no such run. */
  environmentOf(id: string): string | undefined {
    if (!this.found.has(id)) this.runs();
    return this.found.get(id)?.environment;
  }

  private find(): RunEntry[] {
    if (this.root === null) return [];
    if (this.root.endsWith(EXTENSION) && statOf(this.root)?.isFile())
      return this.looseReplays(dirname(this.root), basename(this.root, EXTENSION), [basename(this.root)]);
    if (isRun(this.root)) return this.run(this.root, basename(this.root));
    return [
      ...this.looseReplays(this.root, basename(this.root), replaysIn(this.root)),
      ...this.runsBelow(this.root, '', RUN_DEPTH),
    ];
  }

  private runsBelow(folder: string, prefix: string, depth: number): RunEntry[] {
    return list(folder)
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
      .flatMap(({ name }) => {
        const path = join(folder, name);
        if (isRun(path)) return this.run(path, prefix + name);
        return depth > 1 ? this.runsBelow(path, `${prefix}${name}/`, depth - 1) : [];
      });
  }

  /** None when its config.json cannot be read. */
  private run(path: string, id: string): RunEntry[] {
    const { config, metrics } = this.remembered(path);
    if (!config.value) return [];
    metrics.update();
    const { environment, policy, algo, seed, steps } = config.value;
    const folder = join(path, 'replays');
    const replays = this.replays(folder, id, replaysIn(folder));
    const recordedAt = replays.flatMap((replay) => replay.step ?? []);
    const changes = [modifiedMs(join(path, 'config.json')), modifiedMs(join(path, METRICS))];
    const updatedMs = Math.max(...changes, ...replays.map(({ modifiedAt }) => Date.parse(modifiedAt)));
    const { step, meanReturn, sparkline: returns } = metrics;
    const what = { id, name: id, environment, policy, algo, seed, step, steps, meanReturn, returns, replays };
    const live = isRunning(path, updatedMs);
    this.found.set(id, { id, path, environment, recordedAt, live });
    const explained = statOf(join(path, EXPLANATION_FILE));
    const explainedAt = explained?.isFile() ? { explainedAt: explained.mtime.toISOString() } : {};
    return [{ ...what, updatedAt: new Date(updatedMs).toISOString(), live, ...explainedAt }];
  }

  /** Replays outside of a run, shown as a run that has nothing but them. */
  private looseReplays(folder: string, id: string, names: string[]): RunEntry[] {
    const replays = this.replays(folder, id, names);
    const [newest] = replays.toSorted((a, b) => b.modifiedAt.localeCompare(a.modifiedAt));
    if (!newest) return [];
    const header = this.header(join(folder, newest.name), newest.bytes);
    const step = header?.step ?? 0;
    const environment = header?.environment ?? '';
    const what = {
      id,
      name: id,
      environment,
      policy: header?.policy?.kind ?? '',
      algo: '',
      seed: 0,
      step,
      steps: step,
    };
    return [{ ...what, meanReturn: null, returns: [], updatedAt: newest.modifiedAt, live: false, replays }];
  }

  /** The replays of a run, by name. Lists them for `replayPath`. */
  private replays(folder: string, runId: string, names: string[]): ReplayEntry[] {
    return names.sort().flatMap((name) => {
      const path = join(folder, name);
      const stat = statOf(path);
      if (!stat) return [];
      const id = `${runId}/${name}`;
      this.paths.set(id, path);
      const step = this.header(path, stat.size)?.step;
      const entry = { id, name, bytes: stat.size, modifiedAt: stat.mtime.toISOString() };
      return [{ ...entry, ...(step !== undefined && { step }) }];
    });
  }

  /** A config is read again when its file has changed. */
  private remembered(path: string): KnownRun {
    const file = join(path, 'config.json');
    const stat = statOf(file);
    const key = `${stat?.ino} ${stat?.mtimeMs} ${stat?.size}`;
    const before = this.known.get(path);
    if (before?.config.key === key) return before;
    const value = readConfig(file);
    const run = { config: { key, value }, metrics: before?.metrics ?? new MetricsTail(join(path, METRICS)) };
    this.known.set(path, run);
    return run;
  }

  /** What a replay of so many bytes says of itself; undefined when it does not, or not yet. */
  private header(path: string, bytes: number): ReplayHeader | undefined {
    const known = this.headers.get(path);
    if (known && (known.header || known.bytes === bytes)) return known.header;
    const header = readHeader(path);
    this.headers.set(path, { bytes, header });
    return header;
  }
}

function isRun(path: string): boolean {
  return (
    existsSync(join(path, 'config.json')) && (existsSync(join(path, METRICS)) || existsSync(join(path, 'replays')))
  );
}

/** Whether the process that trains the run still does: it says so in running.json, and removes that at its end. */
function isRunning(path: string, updatedMs: number): boolean {
  const file = join(path, 'running.json');
  if (!existsSync(file)) return false;
  if (Date.now() - updatedMs < FRESH_MS) return true;
  try {
    process.kill(readJson(file, z.object({ pid: z.int().positive() })).pid, 0); // 0: only asks whether it is there
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // there, and somebody else's
  }
}

function readConfig(file: string): z.infer<typeof configSchema> | null {
  try {
    return readJson(file, configSchema);
  } catch {
    return null; // Half a config, or another program's.
  }
}

function readHeader(path: string): ReplayHeader | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(Math.min(HEADER_BYTES, fstatSync(file).size));
      return decodePrelude(bytes.subarray(0, readSync(file, bytes))).header;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined; // Whoever opens it is told what is wrong with it.
  }
}

/** A folder's entries; none when it cannot be read, or is a link. */
function list(folder: string): Dirent[] {
  try {
    if (!lstatSync(folder).isDirectory()) return [];
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function replaysIn(folder: string): string[] {
  return list(folder).flatMap((entry) => (entry.isFile() && entry.name.endsWith(EXTENSION) ? [entry.name] : []));
}

const modifiedMs = (path: string): number => statOf(path)?.mtimeMs ?? 0;

/** Not of what a link points to. */
function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
