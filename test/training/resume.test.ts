import {
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
  existsSync,
  readdirSync,
  truncateSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { environmentSpec } from '../../envs/registry.ts';
import type { Config } from '../../src/settings.ts';
import type { DoneEvent, TrainEvent } from '../../src/metrics.ts';
import { RunDirectory } from '../../src/run.ts';
import { train } from '../../src/trainer.ts';
import { smallConfig } from './environments.ts';
import { balancing, expertOf } from './expert.ts';

const folder = mkdtempSync(join(tmpdir(), 'gymformer-resume-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FIXTURES = fileURLToPath(new URL('../fixtures/pretrained', import.meta.url));

/** Steps of one update. */
const UPDATE = 8 * 32;

function trainRun(
  name: string,
  config: Config,
  options: { resume?: boolean; onEvent?: (event: TrainEvent) => void; signal?: AbortSignal } = {},
): Promise<DoneEvent> {
  return train({ config, spec: environmentSpec(config.environment), run: join(folder, name), ...options });
}

/** Bytes of the latest checkpoint's tensors. */
function weights(name: string): Record<string, string> {
  const run = new RunDirectory(join(folder, name));
  const path = join(run.checkpointsPath, run.checkpoints()?.latest as string);
  return Object.fromEntries(
    readdirSync(path)
      .filter((file) => file.endsWith('.safetensors'))
      .map((file) => [file, readFileSync(join(path, file)).toString('base64')]),
  );
}

/** What the latest checkpoint holds besides tensors, without what the clock says. */
function stateOf(name: string): unknown {
  const run = new RunDirectory(join(folder, name));
  const path = join(run.checkpointsPath, run.checkpoints()?.latest as string, 'state.json');
  return { ...(JSON.parse(readFileSync(path, 'utf8')) as object), seconds: null };
}

/** What was reported of each update and snapshot, without what the clock says. */
function updates(name: string): unknown[] {
  return readFileSync(join(folder, name, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === 'update' || event === 'snapshot')
    .map((update) => ({ ...update, seconds: null, stepsPerSecond: null }));
}

const expert = await expertOf(join(folder, 'expert'), 'CartPole-v1', { episodes: 2, choose: balancing });

const KINDS: [string, Partial<Config> & { environment: string }][] = [
  [
    'A2C with a gated Transformer that tells what it saw, in CartPole-v1',
    { environment: 'CartPole-v1', algo: 'a2c', gating: 'gru', reconstructionCoefficient: 0.1 },
  ],
  [
    'a Transformer with adapters that learn in place of its trunk, in CartPole-v1',
    { environment: 'CartPole-v1', freeze: 'trunk', loraRank: 2 },
  ],
  [
    'pretrained GPT-2 with a pretrained BERT that reads, in BabyAI-GoToLocal-v0',
    { environment: 'BabyAI-GoToLocal-v0', trunk: join(FIXTURES, 'gpt2'), textEncoder: join(FIXTURES, 'bert') },
  ],
  ['REINFORCE with a GRU in ProofofMemory-v0', { environment: 'ProofofMemory-v0', algo: 'reinforce', policy: 'gru' }],
  [
    'a Transformer in CartPole-v1, with normalisation',
    { environment: 'CartPole-v1', normalizeObservations: true, normalizeRewards: true },
  ],
  ['a GRU in ProofofMemory-v0', { environment: 'ProofofMemory-v0', policy: 'gru' }],
  [
    'an MLP with continuous actions in Pendulum-v1',
    { environment: 'Pendulum-v1', policy: 'mlp', annealSteps: 6 * UPDATE },
  ],
  [
    'a Transformer in TicTacToe-v0, against one past policy that every update replaces',
    { environment: 'TicTacToe-v0:opponent=self', evalParameters: 'opponent=random', snapshotEvery: 1, poolSize: 1 },
  ],
  [
    'GAIL with windows of 3 steps in CartPole-v1',
    {
      ...{ environment: 'CartPole-v1', algo: 'gail', expert, normalizeRewards: true, normalizeObservations: true },
      ...{ discriminatorWindow: 3, discriminatorWidth: 16, discriminatorSteps: 4, discriminatorBatch: 32 },
    },
  ],
  [
    'a GRU in ConnectFour-v0, against a pool of past policies',
    { environment: 'ConnectFour-v0:opponent=self', policy: 'gru', evalParameters: 'opponent=random', snapshotEvery: 2 },
  ],
];

describe.each(KINDS)('%s', (name, settings) => {
  test('2 N steps equal N steps, saved and resumed, and N more', async () => {
    const config = smallConfig({ ...settings, steps: 6 * UPDATE, evalEpisodes: 2 });
    await trainRun(`${name}-straight`, config);
    await trainRun(`${name}-resumed`, { ...config, steps: 3 * UPDATE });
    await trainRun(`${name}-resumed`, config, { resume: true });
    expect(weights(`${name}-resumed`)).toEqual(weights(`${name}-straight`));
    expect(stateOf(`${name}-resumed`)).toEqual(stateOf(`${name}-straight`));
    expect(updates(`${name}-resumed`)).toEqual(updates(`${name}-straight`));
    expect(updates(`${name}-straight`).length).toBeGreaterThanOrEqual(6);
  });
});

test('the same seed gives the same run, another seed another', async () => {
  const config = smallConfig({ environment: 'CartPole-v1', steps: 2 * UPDATE, evalEpisodes: 2 });
  await trainRun('seed-a', config);
  await trainRun('seed-b', config);
  await trainRun('seed-c', { ...config, seed: 1 });
  expect(weights('seed-b')).toEqual(weights('seed-a'));
  expect(weights('seed-c')).not.toEqual(weights('seed-a'));
});

test('an interrupted run is saved where it stopped, and what was reported after its checkpoint is reported anew', async () => {
  const config = smallConfig({ environment: 'CartPole-v1', steps: 6 * UPDATE, evalEpisodes: 2 });
  const controller = new AbortController();
  const done = await trainRun('interrupted', config, {
    signal: controller.signal,
    onEvent: (event) => event.event === 'update' && event.update === 2 && controller.abort(),
  });
  expect(done).toMatchObject({ interrupted: true, steps: 2 * UPDATE });
  writeFileSync(
    join(folder, 'interrupted', 'metrics.jsonl'),
    `{"event":"update","step":${3 * UPDATE}}\n{"event":"upd`,
    { flag: 'a' },
  );
  await trainRun('interrupted', config, { resume: true });
  await trainRun('uninterrupted', config);
  expect(updates('interrupted')).toEqual(updates('uninterrupted'));
  expect(weights('interrupted')).toEqual(weights('uninterrupted'));
  expect(existsSync(join(folder, 'interrupted', 'running.json'))).toBe(false);
});

describe('what cannot be resumed is refused', () => {
  const config = smallConfig({ environment: 'CartPole-v1', steps: UPDATE, evalEpisodes: 2 });
  const resume = (name: string): Promise<unknown> => trainRun(name, { ...config, steps: 2 * UPDATE }, { resume: true });
  const checkpoint = (name: string): string => {
    const path = join(folder, name, 'checkpoints');
    return join(path, readdirSync(path)[0] as string);
  };

  test('a run of other settings, by name', async () => {
    await trainRun('settings', config);
    const run = new RunDirectory(join(folder, 'settings'));
    expect(() => run.resumeConfig({ width: 64 })).toThrow('width is 64, but the run');
    expect(run.resumeConfig({ steps: 99 }).steps).toBe(99);
  });

  test('a new run in a folder that is there', async () => {
    await expect(trainRun('settings', config)).rejects.toThrow('--resume');
  });

  test('a cut checkpoint', async () => {
    await trainRun('cut', config);
    const file = join(checkpoint('cut'), 'policy.safetensors');
    truncateSync(file, statSync(file).size - 10);
    await expect(resume('cut')).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('policy.safetensors') as string,
    });
  });

  test('a checkpoint of another environment', async () => {
    await trainRun('other', config);
    const file = join(checkpoint('other'), 'state.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"CartPole-v1"', '"Acrobot-v1"'));
    await expect(resume('other')).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('a checkpoint of Acrobot-v1, wanted one of CartPole-v1') as string,
    });
  });

  test('a checkpoint of a newer version', async () => {
    await trainRun('newer', config);
    const file = join(checkpoint('newer'), 'state.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"format":1', '"format":2'));
    await expect(resume('newer')).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('newer gymformer') as string,
    });
  });

  test('a folder that is no run', async () => {
    await expect(resume('nowhere')).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('is not a run') as string,
    });
  });
});
