import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { environmentSpec } from '../../envs/registry.ts';
import type { Config } from '../../src/settings.ts';
import { loadSimd } from '../../src/device/simd/load.ts';
import { checkMemory, leastMemory } from '../../src/tensorMemory.ts';
import type { DoneEvent } from '../../src/metrics.ts';
import { RunDirectory } from '../../src/run.ts';
import { train } from '../../src/trainer.ts';
import { smallConfig } from './environments.ts';

const folder = mkdtempSync(join(tmpdir(), 'gymformer-memory-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
  loadSimd({ threads: 1, memoryLimit: Infinity });
});

const UPDATE = 8 * 64;
const large = {
  environment: 'CartPole-v1',
  device: 'simd',
  threads: 1,
  envs: 8,
  rolloutSteps: 64,
  minibatches: 2,
} as const;
const config = (settings: Partial<Config> = {}): Config =>
  smallConfig({ ...large, width: 64, layers: 2, steps: UPDATE, ...settings });

function trainWith(memoryLimit: number, name: string, config: Config, resume = false): Promise<DoneEvent> {
  loadSimd({ threads: 1, memoryLimit });
  return train({ config, spec: environmentSpec('CartPole-v1'), run: join(folder, name), resume });
}

describe.each(['transformer', 'gru', 'mlp'] as const)('a %s', (policy) => {
  test('that is refused beforehand would have failed, and little more than that is enough', async () => {
    const settings = config({ policy });
    const { parameters, minibatch } = leastMemory(settings);
    const least = parameters + minibatch;
    expect(() => checkMemory(settings, least - 1)).toThrow(
      /a minibatch is too large: 8 envs x 64 steps in 2 minibatches/,
    );
    expect(() => checkMemory(settings, parameters - 1)).toThrow(
      /the policy is too large: .* of width 64 with layers 2/,
    );
    await expect(trainWith(least, `${policy}-least`, settings)).rejects.toThrow(
      /out of memory for tensors: wanted .* more with .* in use, of at most .* MiB; more --minibatches, .* need less/,
    );
    await trainWith(12 * least, `${policy}-enough`, settings);
  });
});

test('when memory runs out, the last checkpoint is intact, and named with what goes on from it', async () => {
  await trainWith(Infinity, 'run', config());
  const run = new RunDirectory(join(folder, 'run'));
  const before = run.checkpoints();
  const further = config({ steps: 2 * UPDATE });
  const { parameters, minibatch } = leastMemory(further);
  await expect(trainWith(parameters + minibatch, 'run', further, true)).rejects.toThrow(
    /out of memory for tensors: .* The last checkpoint is intact \(.*000000512\): --resume --out .*run goes on from it/,
  );
  expect(run.checkpoints()).toEqual(before);
  expect(existsSync(join(run.path, 'running.json'))).toBe(false);
  expect(await trainWith(Infinity, 'run', further, true)).toMatchObject({ steps: 2 * UPDATE });
});

test('a frozen trunk needs a fifth of the room of one that learns; a pretrained one is too large by its own size', () => {
  const architecture = { kind: 'gpt2', width: 768, layers: 12, heads: 12, hidden: 3072, positions: 1024 } as const;
  const rest = { vocabulary: 50257, tokenTypes: 0, epsilon: 1e-5, activation: 'gelu_new' } as const;
  const whole: Config = { ...config(), trunk: 'hf:tiny/gpt2', trunkArchitecture: { ...architecture, ...rest } };
  const { parameters } = leastMemory(whole);
  expect(parameters).toBe(5 * 4 * 12 * 12 * 768 ** 2);
  expect(leastMemory({ ...whole, freeze: 'trunk' }).parameters).toBe(parameters / 5);
  expect(() => checkMemory(whole, parameters - 1)).toThrow(
    /the trunk is too large: hf:tiny\/gpt2 takes at least 1.58 GiB, .* freeze it by --freeze trunk, or adapt it/,
  );
});
