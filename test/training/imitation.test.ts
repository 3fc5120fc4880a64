import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Discriminator } from '../../agents/adversarial/discriminator.ts';
import { flopsOfRuns } from '../../agents/model/flops.ts';
import { Generator } from '../../envs/random.ts';
import { environmentSpec } from '../../envs/registry.ts';
import { resolveConfig } from '../../src/config.ts';
import type { Config } from '../../src/settings.ts';
import type { DoneEvent, EvalEvent, TrainEvent, UpdateEvent } from '../../src/metrics.ts';
import { RunDirectory } from '../../src/run.ts';
import { buildPolicy } from '../../src/trained.ts';
import { train } from '../../src/trainer.ts';
import { balancing, expertOf } from './expert.ts';

const folder = mkdtempSync(join(tmpdir(), 'gymformer-imitation-'));
afterAll(() => rmSync(folder, { recursive: true }));

let expert: string;
beforeAll(async () => {
  expert = await expertOf(join(folder, 'expert'), 'CartPole-v1', { episodes: 10, choose: balancing });
});

async function imitate(name: string, flags: Partial<Config>, resume = false): Promise<TrainEvent[]> {
  const environment = flags.environment ?? 'CartPole-v1';
  const spec = environmentSpec(environment);
  const settings = { device: 'simd', algo: 'gail', expert, ...flags };
  const config = resolveConfig({ environment, preset: spec.preset as Record<string, unknown>, flags: settings });
  const events: TrainEvent[] = [];
  await train({ config, spec, run: join(folder, name), resume, onEvent: (event) => events.push(event) });
  return events;
}

test('from ten episodes of an expert, and no reward, a policy learns to balance a pole as long as the expert does', async () => {
  const events = await imitate('learns', { steps: 60_000, untilReturn: 450, evalEpisodes: 20 });
  const last = events.findLast(({ event }) => event === 'eval') as EvalEvent;
  expect(last.mean).toBeGreaterThanOrEqual(450);
  const update = events.findLast(({ event }) => event === 'update') as UpdateEvent;
  for (const term of ['discriminatorLoss', 'discriminatorAccuracy', 'gradientPenalty', 'generatorLoss', 'policyLoss'])
    expect(update[term], term).toEqual(expect.any(Number));
  expect(update['discriminatorAccuracy']).toBeLessThan(0.9);
});

test('without an expert, or with one that no algorithm asked for, it says what to give', async () => {
  await expect(imitate('none', { expert: null })).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining('give --expert <dataset>') as string,
  });
  await expect(imitate('ppo', { algo: 'ppo' })).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining('give --algo gail') as string,
  });
});

test('an expert of other spaces is refused, with those of both', async () => {
  await expect(imitate('other', { environment: 'Acrobot-v1' })).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(/is of CartPole-v1 \(.*Box\(4\).*\), wanted Acrobot-v1 \(.*Box\(6\).*\)/) as string,
  });
});

test('what is no dataset is an error of the file', async () => {
  await expect(imitate('absent', { expert: join(folder, 'nowhere') })).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringContaining('is not a dataset') as string,
  });
});

test('the discriminator counts among what a run costs', async () => {
  const steps = 128;
  const short = { envs: 4, rolloutSteps: 32, evalEpisodes: 1, discriminatorSteps: 3, discriminatorWindow: 1 };
  const events = await imitate('cost', {
    ...short,
    steps,
    discriminatorBatch: 16,
    discriminatorPenalty: 0,
    discriminatorAccuracy: 1,
  });
  const { cost } = events.at(-1) as DoneEvent;
  const config = new RunDirectory(join(folder, 'cost')).readConfig();
  const spec = environmentSpec('CartPole-v1');
  const policy = buildPolicy(config, spec, new Generator(0));
  const { observationSpace, actionSpace } = spec.make();
  const { discriminatorWidth: width, discriminatorLayers: layers, discriminatorHeads: heads } = config;
  const random = new Generator(0);
  const discriminator = new Discriminator({ observationSpace, actionSpace, window: 1, width, layers, heads, random });
  const ofPolicy = flopsOfRuns({ acting: cost.actingSteps, learning: cost.learningSteps }, policy.flops);
  const windows = 3 * 2 * 16;
  const ofDiscriminator = flopsOfRuns({ acting: windows + steps, learning: windows }, discriminator.flops);
  expect(cost.flops).toBe(ofPolicy + ofDiscriminator);
  policy.dispose();
  discriminator.dispose();
});

test('a run goes on with the expert that it was started with alone', async () => {
  const short = { envs: 4, rolloutSteps: 32, evalEpisodes: 1, discriminatorSteps: 1 };
  const path = join(folder, 'changing');
  await expertOf(path, 'CartPole-v1', { episodes: 1, choose: balancing });
  await imitate('changed', { ...short, steps: 128, expert: path });
  rmSync(path, { recursive: true });
  await expertOf(path, 'CartPole-v1', { episodes: 2, choose: balancing });
  await expect(imitate('changed', { ...short, steps: 256, expert: path }, true)).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringContaining('is not the dataset that the run was started with') as string,
  });
});
