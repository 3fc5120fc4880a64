import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Config, configSchema } from 'gymformer';
import { z } from 'zod';
import { fileName, writeWhole } from '../files.ts';
import type { LearningCase } from './cases.ts';

const evaluationSchema = z.object({
  episodes: z.number(),
  mean: z.number(),
  standardError: z.number(),
  iqm: z.number(),
  meanLength: z.number(),
  success: z.number().optional(),
  episodeReturns: z.array(z.number()).optional(),
});

/** What one seed of a case came to, as its file holds it. */
const resultSchema = z.object({
  config: configSchema,
  device: z.string(),
  machine: z.string(),
  versions: z.object({ gymformer: z.string(), node: z.string() }),
  /** Of the repository; null outside of one. */
  commit: z.string().nullable(),
  date: z.string(),
  /** Environment steps, and seconds of training without evaluations. */
  steps: z.number(),
  seconds: z.number(),
  /** On the way. */
  evaluations: z.array(
    z.object({ step: z.number(), seconds: z.number(), mean: z.number(), success: z.number().optional() }),
  ),
  /** Of the policy as it is at the end, in episodes of their own. */
  final: evaluationSchema,
  /** The same with other parameters of the environment, by the names of the case's views. */
  views: z.record(z.string(), evaluationSchema).optional(),
});

export type SeedResult = z.infer<typeof resultSchema>;

/** Settings on which what is learned does not depend: the same bits come from any number of threads. */
const INDIFFERENT = new Set<string>(['threads', 'envWorkers']);

/** The file of a seed, below the folder of all results. */
export function resultPath(folder: string, { environment, variant }: LearningCase, seed: number): string {
  return join(folder, fileName(environment), fileName(variant), `${seed}.json`);
}

/** Writes a result whole or not at all, to a folder that is there. */
export function saveResult(path: string, result: SeedResult): void {
  writeWhole(path, `${JSON.stringify(result)}\n`);
}

/**
 * The result at this path; null where there is none, or one that was trained with other settings than `config`.
 *
 * @param anyDevice  whether it may be of another device
 */
export function loadResult(path: string, config: Config, { anyDevice = false } = {}): SeedResult | null {
  if (!existsSync(path)) return null;
  const parsed = resultSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) return null;
  const device = anyDevice ? parsed.data.config.device : config.device;
  return isSame(parsed.data.config, { ...config, device }) ? parsed.data : null;
}

/** The seeds that have a file, whatever is in it. */
export function seedsWithResult(folder: string, one: LearningCase): number[] {
  const path = dirname(resultPath(folder, one, 0));
  const files = existsSync(path) ? readdirSync(path) : [];
  const seeds = files.flatMap((file) => /^(\d+)\.json$/.exec(file)?.[1] ?? []).map(Number);
  return seeds.toSorted((a, b) => a - b);
}

function isSame(left: Config, right: Config): boolean {
  const keys = Object.keys(configSchema.shape) as (keyof Config)[];
  return keys.every((key) => INDIFFERENT.has(key) || left[key] === right[key]);
}
