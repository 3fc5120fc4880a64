import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Config, configSchema, costSchema } from 'gymformer';
import { z } from 'zod';
import { fileName, writeWhole } from '../files.ts';
import type { TransferArm, TransferCase } from './cases.ts';

/** What one seed of an arm came to, as its file holds it. */
const resultSchema = z.object({
  before: z.array(z.object({ environment: z.string(), steps: z.number() })),
  config: configSchema,
  arm: z.string(),
  seed: z.number(),
  points: z.array(z.object({ step: z.number(), mean: z.number() })).readonly(),
  cost: costSchema,
  machine: z.string(),
  date: z.string(),
});

export type ArmResult = z.infer<typeof resultSchema>;

/** Settings on which what is learned does not depend, and the path of weights, which says nothing of them. */
const INDIFFERENT = new Set<string>(['threads', 'envWorkers', 'initFrom', 'device']);

export function resultPath(folder: string, { name }: TransferCase, { arm }: TransferArm, seed: number): string {
  return join(folder, 'transfer', fileName(name), fileName(arm), `${seed}.json`);
}

export function saveResult(path: string, result: ArmResult): void {
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, `${JSON.stringify(result)}\n`);
}

/** The result at this path; null where there is none, or it is of other settings or of other learning before. */
export function loadResult(path: string, one: TransferCase, config: Config): ArmResult | null {
  if (!existsSync(path)) return null;
  const { data } = resultSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!data || JSON.stringify(data.before) !== JSON.stringify(one.before)) return null;
  const keys = Object.keys(configSchema.shape) as (keyof Config)[];
  return keys.every((key) => INDIFFERENT.has(key) || data.config[key] === config[key]) ? data : null;
}
