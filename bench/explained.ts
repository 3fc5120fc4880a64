import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explain, headName, loadAgent, resolveConfig, resolveEnvironment, train } from 'gymformer';
import type { BenchLine, BenchOptions } from './line.ts';

const ENVIRONMENT = 'ProofofMemory-v0';
/** What the preset is changed by. */
const CASES = {
  [ENVIRONMENT]: {},
  [`${ENVIRONMENT}, 1 head`]: { heads: 1 },
  [`${ENVIRONMENT}, 2 layers of 1 head`]: { layers: 2, heads: 1 },
  [`${ENVIRONMENT}, 2 layers of 4 heads`]: { layers: 2, heads: 4 },
} as const;
const EPISODES = 100;
const EVALUATION = 2_000_000; // seeds that training did not use

/**
 * Trains agents that have to remember a cue, and has `explain` find which heads carry it: what they do without the head
 * that costs most, without the smallest set that it found, and without all that look back.
 */
export async function* explained({
  only,
  device = 'auto',
  seeds = 3,
  onProgress,
}: BenchOptions): AsyncGenerator<BenchLine> {
  const cases = Object.entries(CASES).filter(([name]) => !only || only === name);
  const spec = await resolveEnvironment(ENVIRONMENT);
  const jobs = cases.flatMap(([name, changes]) =>
    Array.from({ length: seeds }, (_, seed) => ({ name, changes, seed })),
  );
  for (const [done, { name, changes, seed }] of jobs.entries()) {
    onProgress?.(done, jobs.length);
    const folder = mkdtempSync(join(tmpdir(), 'gymformer-bench-'));
    try {
      const flags = { ...changes, device, seed, evalEpisodes: 1 };
      const config = resolveConfig({ environment: ENVIRONMENT, preset: spec.preset ?? {}, flags });
      const run = join(folder, 'run');
      await train({ config, spec, run, onEvent: () => {} });
      const agent = await loadAgent(run, { resolve: resolveEnvironment });
      const from = performance.now();
      const found = await explain(agent, { episodes: EPISODES, seed: seed + EVALUATION, actions: 'likeliest' });
      const seconds = (performance.now() - from) / 1000;
      agent.dispose();
      const [worst] = found.heads ?? [];
      const alone = (found.heads ?? [])
        .filter((head) => head.alone)
        .sort((a, b) => (b.alone?.mean ?? 0) - (a.alone?.mean ?? 0));
      const together = found.together?.at(-1);
      const reach = found.reach?.find(({ distance }) => distance.mean < 0.05);
      yield {
        bench: 'explain',
        case: name,
        device: agent.device.name,
        seed,
        return: found.baseline?.return.mean,
        worst: worst && headName(worst),
        withoutWorst: worst?.return.mean,
        bestAlone: alone[0] && headName(alone[0]),
        itAlone: alone[0]?.alone?.mean,
        alone: alone.map(({ alone }) => alone?.mean.toFixed(2)).join(', '),
        heads: alone.length,
        silent: together?.heads.length,
        withoutThem: together?.return.mean,
        withoutAll: found.none?.return.mean,
        reach: reach?.k,
        seconds,
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}
