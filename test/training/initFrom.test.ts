import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Generator } from '../../envs/random.ts';
import { environmentSpec } from '../../envs/registry.ts';
import type { Config } from '../../src/settings.ts';
import { resolveConfig } from '../../src/config.ts';
import { initSettings } from '../../src/initFrom.ts';
import type { DoneEvent, StartEvent, TrainEvent } from '../../src/metrics.ts';
import { RunDirectory } from '../../src/run.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/safetensors.ts';
import { buildPolicy } from '../../src/trained.ts';
import { train } from '../../src/trainer.ts';
import { smallConfig } from './environments.ts';

const folder = mkdtempSync(join(tmpdir(), 'gymformer-init-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Steps of one update. */
const UPDATE = 8 * 32;
const SHAPE = { environment: 'CartPole-v1', steps: UPDATE, width: 24, layers: 2 } as const;

beforeAll(async () => void (await trainRun('source', smallConfig(SHAPE))));

/** Trains, and gives the first event with the last. */
async function trainRun(
  name: string,
  config: Config,
  { resume = false } = {},
): Promise<{ start: StartEvent; done: DoneEvent }> {
  let start: StartEvent | undefined;
  const onEvent = (event: TrainEvent): void => void (event.event === 'start' && (start = event));
  const spec = environmentSpec(config.environment);
  const done = await train({ config, spec, run: join(folder, name), resume, onEvent });
  return { start: start as StartEvent, done };
}

/** Tensors of a policy's latest checkpoint. */
function tensorsOf(name: string): Map<string, { shape: number[]; data: Float32Array }> {
  const run = new RunDirectory(join(folder, name));
  const path = join(run.checkpointsPath, run.checkpoints()?.latest as string, 'policy.safetensors');
  return decodeSafetensors(readFileSync(path), path).tensors;
}

const source = join(folder, 'source');
const isTrunk = (name: string): boolean => name.startsWith('transformer.');
const isAdapter = (name: string): boolean => /[.]lora[AB]$/.test(name);

describe('a run that begins with the weights of another', () => {
  test('has those that fit by name and shape, and says which', async () => {
    const config = smallConfig({ ...SHAPE, environment: 'Acrobot-v1', initFrom: source, freeze: 'trunk' });
    const { start } = await trainRun('acrobot', config);
    const { init, parameters, totalParameters } = start;
    expect(init).toMatchObject({ from: source, environment: 'CartPole-v1', step: UPDATE, statistics: false });
    expect(init?.new).toEqual(['encoder.vector.weight', 'head.action.weight', 'head.action.bias']);
    expect(init?.taken.filter((name) => !isTrunk(name))).toEqual([
      'encoder.vector.bias',
      'head.value.weight',
      'head.value.bias',
    ]);
    const trunk = [...tensorsOf('source')].filter(([name]) => isTrunk(name));
    const frozen = trunk.reduce((sum, [, { data }]) => sum + data.length, 0);
    expect(totalParameters - parameters).toBe(frozen);
    for (const [name, tensor] of trunk) expect(tensorsOf('acrobot').get(name), name).toEqual(tensor);
  });

  test('has the statistics of observations where the observation space is the same', async () => {
    const { start } = await trainRun('same', smallConfig({ ...SHAPE, initFrom: source, normalizeObservations: true }));
    expect(start.init).toMatchObject({ new: [], statistics: false });
    const normalizing = { ...SHAPE, normalizeObservations: true };
    await trainRun('normalizing', smallConfig(normalizing));
    const again = await trainRun('again', smallConfig({ ...normalizing, initFrom: join(folder, 'normalizing') }));
    expect(again.start.init?.statistics).toBe(true);
    const counts = ['normalizing', 'again'].map((name) => {
      const run = new RunDirectory(join(folder, name));
      const path = join(run.checkpointsPath, run.checkpoints()?.latest as string, 'state.json');
      return (JSON.parse(readFileSync(path, 'utf8')) as { observationNormalizer: { count: number } })
        .observationNormalizer.count;
    });
    expect(counts[1]).toBeGreaterThan(1.9 * (counts[0] as number));
  });

  test('evaluates them before learning, where that is wanted', async () => {
    await trainRun('first', smallConfig({ ...SHAPE, initFrom: source, evalFirst: true }));
    const steps = new RunDirectory(join(folder, 'first')).evaluations().map(({ step }) => step);
    expect(steps).toEqual([0, UPDATE]);
  });

  test('has the shape of the policy from there, over the preset, and settings of its own', () => {
    const { settings } = initSettings(source);
    expect(settings).toMatchObject({ width: 24, layers: 2, policy: 'transformer' });
    const sources = { environment: 'CartPole-v1', preset: { width: 48, gamma: 0.9 }, init: initSettings(source) };
    expect(resolveConfig(sources)).toMatchObject({ width: 24, gamma: 0.9 });
    expect(() => resolveConfig({ ...sources, flags: { width: 32 } })).toThrow(
      `width is 32 in the flags, but the weights of ${source} were made with 24`,
    );
    expect(() => resolveConfig({ ...sources, file: { policy: 'gru' } })).toThrow('policy is "gru" in the config file');
  });

  test('begins a chain with adapters merged', async () => {
    const lora = { ...SHAPE, initFrom: source, loraRank: 2, loraAlpha: 4 };
    await trainRun('adapted', smallConfig(lora));
    const { start } = await trainRun('merged', smallConfig({ ...SHAPE, initFrom: join(folder, 'adapted') }));
    expect(start.init?.new).toEqual([]);
    expect(start.init?.taken.some(isAdapter)).toBe(false);
    const names = [...tensorsOf('adapted').keys()];
    expect(names.filter(isAdapter)).toHaveLength(2 * 4 * 2);
    for (const [name, { data }] of tensorsOf('adapted'))
      if (isTrunk(name) && !isAdapter(name)) expect(data, name).toEqual(tensorsOf('source').get(name)?.data);
  });

  test('is refused where its trunk does not fit, with the tensor, what was found and what was wanted', async () => {
    const config = smallConfig({ ...SHAPE, width: 32, initFrom: source });
    await expect(trainRun('wide', config)).rejects.toThrow(
      /transformer\.0\.attentionNorm\.scale of the trunk has shape \[24\], wanted \[32\]/,
    );
    const deep = smallConfig({ ...SHAPE, layers: 3, initFrom: source });
    await expect(trainRun('deep', deep)).rejects.toThrow(/transformer\.2\.\S+ of the trunk is missing, wanted \[/);
  });
});

test('a checkpoint without a tensor of its adapters is said to be unreadable, with its name', async () => {
  await trainRun('cut', smallConfig({ ...SHAPE, loraRank: 1 }));
  const run = new RunDirectory(join(folder, 'cut'));
  const path = join(run.checkpointsPath, run.checkpoints()?.latest as string, 'policy.safetensors');
  const tensors = tensorsOf('cut');
  tensors.delete('transformer.0.widen.loraB');
  writeFileSync(path, encodeSafetensors(tensors, {}));
  expect(() => initSettings(run.path)).toThrow(/cannot be read: tensor transformer\.0\.widen\.loraB is missing/);
});

test('what a run costs adds up over its sessions', async () => {
  const { done: first } = await trainRun('cost', smallConfig(SHAPE));
  expect(first.cost).toMatchObject({ steps: UPDATE, sessions: 1, devices: ['simd'] });
  const { epochs } = smallConfig(SHAPE);
  expect(first.cost.learningSteps).toBe(epochs * UPDATE);
  expect(first.cost.actingSteps).toBeGreaterThan(UPDATE);
  const { done } = await trainRun('cost', smallConfig({ ...SHAPE, steps: 2 * UPDATE }), { resume: true });
  expect(done.cost).toMatchObject({ steps: 2 * UPDATE, sessions: 2, learningSteps: 2 * epochs * UPDATE });
  const { forward, backward } = buildPolicy(smallConfig(SHAPE), environmentSpec('CartPole-v1'), new Generator(0)).flops;
  const { flops, actingSteps, learningSteps } = done.cost;
  expect(flops).toBe(actingSteps * forward + learningSteps * (forward + backward));
  expect(done.cost.peakMemoryBytes).toBeGreaterThan(1e7);
  expect(new RunDirectory(join(folder, 'cost')).readCost()).toEqual(done.cost);
});
