import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig, resolveEnvironment, train } from 'gymformer';
import type { BenchLine, BenchOptions } from './line.ts';

const ENVIRONMENT = 'CartPole-v1';
/** Mean return over 100 episodes that counts as solved. */
const SOLVED = 475;

/** Seconds of training, and environment steps, until CartPole is solved, for several seeds. */
export async function* solve({
  only,
  device = 'auto',
  seeds = 3,
  onProgress,
}: BenchOptions): AsyncGenerator<BenchLine> {
  if (only && only !== ENVIRONMENT) return;
  const spec = await resolveEnvironment(ENVIRONMENT);
  for (let seed = 0; seed < seeds; seed++) {
    onProgress?.(seed, seeds);
    const flags = { device, seed, untilReturn: SOLVED };
    const config = resolveConfig({ environment: ENVIRONMENT, preset: spec.preset ?? {}, flags });
    const folder = mkdtempSync(join(tmpdir(), 'gymformer-bench-'));
    let used = device;
    try {
      const from = performance.now();
      const { steps, seconds, solved } = await train({
        config,
        spec,
        run: join(folder, 'run'),
        onEvent: (event) => void (event.event === 'start' && (used = event.device)),
      });
      const wallSeconds = (performance.now() - from) / 1000;
      yield { bench: 'solve', case: ENVIRONMENT, device: used, seed, solved, seconds, wallSeconds, steps };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}
