import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { parseReference } from '../../envs/parameters.ts';
import { UsageError } from '../errors.ts';
import { environmentName } from '../plugins.ts';

/** Where runs go that were not told where to go, in the current folder. */
export const RUNS = 'runs';

/** The first free folder for a run: runs/CartPole-v1-transformer-3 */
export function nextRun(environment: string, policy: string): string {
  for (let n = 1; ; n++) {
    const path = join(RUNS, `${environmentName(environment)}-${policy}-${n}`);
    if (!existsSync(path)) return path;
  }
}

/**
 * The run of the environment that was worked on last.
 *
 * @param anyParameters  whether one with other parameters will do
 * @throws UsageError when there is none
 */
export function latestRun(environment: string, anyParameters: boolean): string {
  const runs = (existsSync(RUNS) ? readdirSync(RUNS) : [])
    .map((name) => join(RUNS, name))
    .filter((path) => isOf(environment, environmentOf(path), anyParameters))
    .map((path) => ({ path, time: lastWritten(path) }))
    .toSorted((left, right) => right.time - left.time);
  if (!runs[0]) throw new UsageError(`there is no run of ${environment} in ${RUNS}/ to resume: name one by --out`);
  return runs[0].path;
}

/** A path as one would type it here. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}

/** Whether a run of `stored` is one of the environment. */
export function isOf(environment: string, stored: string | null, anyParameters: boolean): boolean {
  if (stored === environment || stored === null) return stored !== null;
  return anyParameters && parseReference(stored).base === parseReference(environment).base;
}

function environmentOf(run: string): string | null {
  try {
    return (JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')) as { environment?: string }).environment ?? null;
  } catch {
    return null; // no run
  }
}

function lastWritten(run: string): number {
  const files = ['metrics.jsonl', 'config.json'].map((name) => join(run, name)).filter((path) => existsSync(path));
  return Math.max(0, ...files.map((path) => statSync(path).mtimeMs));
}
