import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkEnvironment } from '../../envs/check.ts';
import { type EnvSpec, environmentSpec } from '../../envs/registry.ts';
import { loadAgent } from '../../src/agent.ts';
import type { Config } from '../../src/settings.ts';
import { openDevice } from '../../src/device/device.ts';
import { expectedScore, ratingGain } from '../../src/elo.ts';
import { evaluate } from '../../src/evaluate.ts';
import type { EvalEvent, SnapshotEvent, TrainEvent, UpdateEvent } from '../../src/metrics.ts';
import { train } from '../../src/trainer.ts';
import { Training } from '../../src/training.ts';
import { collectAndLearn } from '../../src/update.ts';
import { smallConfig, specOf } from './environments.ts';
import { Nim } from './nim.ts';

const folder = mkdtempSync(join(tmpdir(), 'gymformer-selfPlay-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => openDevice('simd', { threads: 1 }));

const GAME = 'TicTacToe-v0:opponent=self';

function selfPlay(settings: Partial<Config> = {}): Config {
  return smallConfig({
    environment: GAME,
    evalParameters: 'opponent=random',
    snapshotEvery: 1,
    threads: 1,
    ...settings,
  });
}

async function trainRun(name: string, config: Config): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  const spec = environmentSpec(config.environment);
  await train({ config, spec, run: join(folder, name), onEvent: (event) => events.push(event) });
  return events;
}

test('who plays against itself learns Tic-tac-toe: it rises above its past, and beats a random player', async () => {
  const config = selfPlay({
    policy: 'mlp',
    width: 64,
    layers: 2,
    envs: 32,
    rolloutSteps: 64,
    learningRate: 2e-3,
    entropyCoefficient: 0.02,
    steps: 70_000,
    snapshotEvery: 5,
    evalEpisodes: 500,
  });
  const events = await trainRun('learns', config);
  const elo = events.filter((event): event is UpdateEvent => event.event === 'update').map(({ elo }) => elo as number);
  expect(Math.abs(elo[0] as number)).toBeLessThan(50);
  expect(elo.at(-1)).toBeGreaterThan(200);
  const { mean, success = 0 } = events.find((event): event is EvalEvent => event.event === 'eval') as EvalEvent;
  expect(success).toBeGreaterThan(0.88);
  // The mean is the share of wins less that of losses.
  expect(success - mean).toBeLessThan(0.05);
}, 300_000);

test('a game of one’s own is its rules alone; who learned it against itself beats the perfect player', async () => {
  const nim = (opponent: string, starts: string): EnvSpec =>
    specOf(`Nim:opponent=${opponent},starts=${starts}`, () => new Nim({ opponent, starts }));
  for (const opponent of ['random', 'scripted']) {
    const { make } = nim(opponent, 'either');
    expect(checkEnvironment(make, { name: 'Nim' }).filter(({ ok }) => !ok)).toEqual([]);
  }
  const config = selfPlay({ policy: 'mlp', width: 32, learningRate: 3e-3, snapshotEvery: 4, minibatches: 4 });
  const training = new Training(config, nim('self', 'either'), 'simd', nim('scripted', 'agent'));
  await training.begin();
  while (training.step < 12_000) {
    await collectAndLearn(training);
    await training.takeSnapshot();
  }
  const { success } = await evaluate(training.player(), { episodes: 100, seed: 1, actions: 'likeliest' });
  expect(success).toBe(1);
  training.dispose();
});

test('evaluation and recording play against the opponent of evalParameters', async () => {
  await trainRun('evaluated', selfPlay({ steps: 256, evalParameters: 'opponent=scripted,starts=agent' }));
  const agent = await loadAgent(join(folder, 'evaluated'), { resolve: async (id) => environmentSpec(id) });
  expect(agent.environment).toBe('TicTacToe-v0:opponent=scripted,starts=agent');
  const { mean } = await evaluate(agent, { episodes: 50, seed: 5, actions: 'drawn' });
  expect(mean).toBeLessThan(0);
  agent.dispose();
});

test('the pool keeps the latest snapshots, rated by the games against them; the first of all keeps the rating 0', async () => {
  const events = await trainRun('pool', selfPlay({ steps: 5 * 256, poolSize: 3 }));
  const snapshots = events.filter((event): event is SnapshotEvent => event.event === 'snapshot');
  expect(snapshots.map(({ snapshot }) => snapshot)).toEqual([1, 2, 3, 4, 5]);
  expect(snapshots.map(({ pool }) => pool.map(({ snapshot }) => snapshot))).toEqual([
    [0, 1],
    [0, 1, 2],
    [1, 2, 3],
    [2, 3, 4],
    [3, 4, 5],
  ]);
  expect(snapshots[1]?.pool[0]).toMatchObject({ step: 0, elo: 0 });
  const { pool, elo } = snapshots[1] as SnapshotEvent;
  expect(pool[2]).toEqual({ snapshot: 2, step: 512, elo, games: 0 });
  const games = pool.reduce((sum, snapshot) => sum + snapshot.games, 0);
  const updates = events.filter((event): event is UpdateEvent => event.event === 'update');
  expect(games).toBe(updates[1]?.episodes);
  const reported = readFileSync(join(folder, 'pool', 'metrics.jsonl'), 'utf8').match(/"event":"snapshot"/g);
  expect(reported).toHaveLength(5);
});

test('the newest snapshot is played against as often as newestShare says, and the others too', async () => {
  const gamesOf = async (newestShare: number): Promise<number[]> => {
    const config = selfPlay({ steps: 4 * 256, newestShare, snapshotEvery: 2 });
    const events = await trainRun(`share-${newestShare}`, config);
    return (events.findLast(({ event }) => event === 'snapshot') as SnapshotEvent).pool.map(({ games }) => games);
  };
  // Snapshot 1 is the newest in the second half; the games under way at its start are still against snapshot 0.
  const [before, after] = (await gamesOf(1)) as [number, number];
  expect(after).toBeGreaterThan(80);
  const [oldest, newest] = (await gamesOf(0)) as [number, number];
  expect(oldest - before).toBeGreaterThan(20);
  expect(newest).toBeGreaterThan(20);
});

test('what opponents compute is counted: a forward pass for each of their turns', async () => {
  const training = new Training(selfPlay(), environmentSpec(GAME), 'simd', environmentSpec('TicTacToe-v0'));
  const opponents = training.selfPlay!;
  const reply = opponents.reply.bind(opponents);
  let turns = 0;
  opponents.reply = (asked) => {
    turns += asked.count;
    reply(asked);
  };
  await training.begin();
  await collectAndLearn(training);
  expect(turns).toBeGreaterThan(training.step / 2);
  expect(training.flopsBeside).toBe(turns * training.policy.flops.forward);
  training.dispose();
});

test('no tensors are left behind, whatever comes and goes in the pool', async () => {
  const training = new Training(
    selfPlay({ poolSize: 2 }),
    environmentSpec(GAME),
    'simd',
    environmentSpec('TicTacToe-v0'),
  );
  await training.begin();
  const update = async (): Promise<number> => {
    await collectAndLearn(training);
    await training.takeSnapshot();
    return tf.memory().numTensors;
  };
  for (let i = 0; i < 3; i++) await update();
  // Games under way may be against one or two that are no longer in the pool.
  const parameters = training.policy.parameters.variables.length;
  const later: number[] = [];
  for (let i = 0; i < 6; i++) later.push(await update());
  expect(Math.max(...later) - Math.min(...later)).toBeLessThanOrEqual(2 * (parameters + 1));
  training.dispose();
});

describe('what cannot be played is refused', () => {
  const open = (settings: Partial<Config>, device = 'simd', evaluated = 'TicTacToe-v0'): Training =>
    new Training(selfPlay(settings), environmentSpec(GAME), device, environmentSpec(evaluated));

  test('on a device whose results are not there at once, naming those where they are', () => {
    expect(() => open({}, 'webgpu')).toThrow(/on the device webgpu.*--device cuda, native, simd, wasm, cpu/);
  });

  test('with environments in worker threads', () => {
    expect(() => open({ envWorkers: 2 })).toThrow('envWorkers is 2, but past policies play in one thread alone');
  });

  test('an evaluation against oneself', async () => {
    await expect(trainRun('no-evaluation', selfPlay({ evalParameters: '' }))).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('--eval-parameters') as string,
    });
  });

  test('an evaluation in an environment that looks otherwise', () => {
    expect(() => open({}, 'simd', 'ConnectFour-v0')).toThrow(/ConnectFour-v0, for evaluations, has .* wanted those of/);
  });

  test('parameters of an evaluation that are none, or not the environment’s', async () => {
    expect(() => selfPlay({ evalParameters: 'opponent' })).toThrow('wanted name=value');
    const wrong = selfPlay({ evalParameters: 'opponent=scriptd' });
    await expect(trainRun('no-opponent', wrong)).rejects.toThrow('did you mean scripted?');
  });
});

test('Elo: 400 points are ten times the odds, and what one gains the other loses', () => {
  expect(expectedScore(0, 0)).toBe(0.5);
  expect(expectedScore(400, 0)).toBeCloseTo(10 / 11);
  expect(ratingGain(100, 300, 1)).toBeCloseTo(-ratingGain(300, 100, 0));
  expect(ratingGain(0, 0, 0.5)).toBe(0);
});

test('Elo: ratings come to rest where the expected score is the one that is made', () => {
  let rating = 0;
  for (let game = 0; game < 4000; game++) rating += ratingGain(rating, 0, game % 4 === 0 ? 0 : 1);
  expect(expectedScore(rating, 0)).toBeCloseTo(0.75, 1);
});
