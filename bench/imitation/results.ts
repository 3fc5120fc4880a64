import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../files.ts';
import type { ImitationCase } from './cases.ts';

const returns = z.object({ mean: z.number(), standardError: z.number() });

/** What one seed of a case came to, as its file holds it. */
const resultSchema = z.object({
  /** What was asked for: the case, as it then was. */
  asked: z.string(),
  seed: z.number(),
  machine: z.string(),
  device: z.string(),
  commit: z.string().nullable(),
  date: z.string(),
  /** Mean return of the demonstrator at its end, in the same episodes. */
  demonstrator: z.number(),
  /** Of the dataset. */
  episodes: z.number(),
  shown: z.number(),
  steps: z.number(),
  seconds: z.number(),
  accuracy: z.number().nullable(),
  macroRecall: z.number().nullable(),
  macroF1: z.number().nullable(),
  heldOutEpisodes: z.number(),
  /** In 100 new episodes, by the likeliest actions, and by actions drawn. */
  likeliest: returns,
  drawn: returns,
  /** By the likeliest actions, for each return that was asked for. */
  targets: z.array(returns.extend({ target: z.number() })),
});

export type ImitationResult = z.infer<typeof resultSchema>;

export function resultPath(folder: string, { name }: ImitationCase, seed: number): string {
  return join(folder, 'imitation', name, `${seed}.json`);
}

/** Writes a result whole or not at all. */
export function saveResult(path: string, result: ImitationResult): void {
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, `${JSON.stringify(result)}\n`);
}

/** Null where there is none, or one of a case that has changed since. */
export function loadResult(path: string, one: ImitationCase): ImitationResult | null {
  if (!existsSync(path)) return null;
  const parsed = resultSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  return parsed.success && parsed.data.asked === JSON.stringify(one) ? parsed.data : null;
}
