import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from 'gymformer';
import type { LearningCase } from './cases.ts';
import { saveResult, type SeedResult } from './results.ts';
import { trainSeed } from './trainSeed.ts';

/** What a process that trains one seed is told, and what it tells. */
export interface SeedOrder {
  one: LearningCase;
  config: Config;
  /** File of the result. */
  path: string;
}

export type SeedMessage =
  | { kind: 'update'; step: number; meanReturn: number | null }
  | { kind: 'done'; result: SeedResult }
  | { kind: 'failed'; message: string };

// A process of its own for each seed: side by side they take all cores, and one that dies takes nothing with it.
process.once('message', ({ one, config, path }: SeedOrder) => void work(one, config, path));

async function work(one: LearningCase, config: Config, path: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gymformer-bench-'));
  const quit = (code: number): never => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => quit(130));
  process.on('disconnect', () => quit(1)); // whoever wanted it is gone
  try {
    const result = await trainSeed(one, config, folder, (step, meanReturn) =>
      tell({ kind: 'update', step, meanReturn }),
    );
    saveResult(path, result);
    tell({ kind: 'done', result }, () => quit(0));
  } catch (error) {
    tell({ kind: 'failed', message: (error as Error).message }, () => quit(1));
  }
}

function tell(message: SeedMessage, then: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, then);
}
