import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { environmentSpec } from '../../envs/registry.ts';
import { loadAgent } from '../../src/agent.ts';
import { resolveConfig } from '../../src/config.ts';
import type { Config } from '../../src/settings.ts';
import { record } from '../../src/record.ts';
import { Replay } from '../../src/replay/format.ts';
import { train } from '../../src/trainer.ts';
import { describePolicy } from '../../src/trained.ts';

const EPISODES = 4;
const ENVIRONMENT = 'CartPole-v1';

const folder = mkdtempSync(join(tmpdir(), 'gymformer-sizes-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Trains for some steps, and records. */
async function bytesAStep(name: string, settings: Partial<Config>): Promise<number> {
  const run = join(folder, name);
  const spec = environmentSpec(ENVIRONMENT);
  const flags = { device: 'simd', threads: 1, seed: 1, ...settings } as const;
  await train({ config: resolveConfig({ environment: ENVIRONMENT, flags }), spec, run });
  const agent = await loadAgent(run, { resolve: () => Promise.resolve(spec) });
  const path = join(run, 'measured.gfr');
  const { config } = agent;
  try {
    const policy = describePolicy(config, agent.policy);
    await record(agent, { episodes: EPISODES, seed: 7, actions: config.evalActions, path, policy, run: name });
  } finally {
    agent.dispose();
  }
  const bytes = readFileSync(path);
  const { episodes } = Replay.open(bytes);
  return bytes.length / episodes.reduce((sum, { steps }) => sum + steps, 0);
}

describe('what a step of a recorded agent takes', () => {
  test('without attention, at most 25 bytes', async () => {
    expect(await bytesAStep('mlp', { policy: 'mlp', steps: 20_000 })).toBeLessThan(25);
  });

  test('with attention of 16 heads over 64 steps, at most 450 bytes', async () => {
    const attention = { policy: 'transformer', layers: 1, heads: 16, context: 64 } as const;
    expect(await bytesAStep('transformer', { ...attention, steps: 10_000 })).toBeLessThan(450);
  });
});
