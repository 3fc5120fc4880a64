import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadAgent } from '../../src/agent.ts';
import { loadCheckpoint } from '../../src/checkpoint.ts';
import type { Config } from '../../src/settings.ts';
import { buildDataset } from '../../src/dataset/build.ts';
import { type Dataset, openDataset } from '../../src/dataset/dataset.ts';
import { openDevice } from '../../src/device/device.ts';
import { evaluate } from '../../src/evaluate.ts';
import { explain } from '../../src/explain/explain.ts';
import { moved } from '../../src/explain/reach.ts';
import { trace } from '../../src/explain/trace.ts';
import type { TrainEvent } from '../../src/metrics.ts';
import { pretrain, type PretrainResult } from '../../src/pretraining/pretrainer.ts';
import { record } from '../../src/record.ts';
import { Replay } from '../../src/replay/format.ts';
import { RunDirectory } from '../../src/run.ts';
import { train } from '../../src/trainer.ts';
import { describePolicy } from '../../src/trained.ts';
import { smallConfig, specOf } from '../training/environments.ts';
import { playedReplay, ProbeEnv, RECALL, TILL } from './probes.ts';

await openDevice('simd');

const folder = mkdtempSync(join(tmpdir(), 'gymformer-pretraining-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SPECS = {
  recall: specOf('recall', () => new ProbeEnv(RECALL)),
  till: specOf('till', () => new ProbeEnv(TILL)),
};
const resolve = async (id: string): Promise<(typeof SPECS)['recall']> => SPECS[id as keyof typeof SPECS];

const datasets: Record<string, Dataset> = {};
beforeAll(async () => {
  const build = async (name: string, bytes: Uint8Array): Promise<void> => {
    writeFileSync(join(folder, `${name}.gfr`), bytes);
    await buildDataset([join(folder, `${name}.gfr`)], join(folder, `${name}-data`));
    datasets[name] = openDataset(join(folder, `${name}-data`));
  };
  // The cue is told at the end; before, nothing is to be done.
  await build(
    'recall',
    playedReplay('recall', RECALL, 40, (seed, t) => (t === 3 ? (seed % 2 ? 2 : 1) : 0)),
  );
  // Each episode is as greedy as its seed says.
  await build(
    'till',
    playedReplay('till', TILL, 300, (seed, _, random) => Number(random.random() < (seed % 7) / 6)),
  );
});

let runs = 0;

async function pretrained(
  dataset: keyof typeof SPECS,
  settings: Partial<Config>,
  more: { out?: string; resume?: boolean; onEvent?: (event: TrainEvent) => void; signal?: AbortSignal } = {},
): Promise<PretrainResult & { out: string }> {
  const { out = join(folder, `run-${runs++}`), ...rest } = more;
  const config = smallConfig({
    ...{ environment: dataset, learningRate: 3e-3, minibatches: 4, rolloutSteps: 16, gaeLambda: 1, epochs: 1 },
    ...settings,
  });
  const [result] = await pretrain({ config, datasets: [datasets[dataset] as Dataset], out, resolve, ...rest });
  return { ...(result as PretrainResult), out };
}

test.each(['transformer', 'gru'] as const)(
  'behaviour cloning learns to remember what the %s was shown',
  async (policy) => {
    const result = await pretrained('recall', { algo: 'bc', policy, steps: 8000 });
    expect(result).toMatchObject({ accuracy: 1, macroRecall: 1, macroF1: 1, meanReturn: 1, interrupted: false });
    expect(result.confusion[0]?.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(16); // 4 of 40 episodes
  },
);

test('what a policy without memory cannot know shows in the confusion matrix', async () => {
  const { confusion, accuracy, meanReturn } = await pretrained('recall', { algo: 'bc', policy: 'mlp', steps: 3000 });
  expect(confusion[0]?.counts[0]).toEqual([12, 0, 0]);
  expect(accuracy).toBeLessThan(1);
  expect(meanReturn).toBeLessThan(0.8);
});

test('the value that is learned beside is the discounted return', async () => {
  const { out } = await pretrained('recall', { algo: 'bc', steps: 8000, gamma: 0.5 });
  const agent = await loadAgent(out, { resolve });
  const path = join(folder, 'value.gfr');
  const policy = describePolicy(agent.config, agent.policy);
  await record(agent, { episodes: 1, seed: 1, actions: 'likeliest', path, policy, run: 'run' });
  agent.dispose();
  const values = Replay.open(readFileSync(path)).values(0) ?? [];
  [0.125, 0.25, 0.5, 1].forEach((value, t) => expect(values[t]).toBeCloseTo(value, 1));
});

test('a Decision Transformer brings the return that it is asked for', async () => {
  const { out, targetReturn } = await pretrained('till', { algo: 'dt', steps: 30_000, context: 6 });
  expect(targetReturn).toBe(6); // the best of the dataset
  const obtained: number[] = [];
  for (const target of [0, 1, 2, 3, 4, 5, 6]) {
    const agent = await loadAgent(out, { resolve, targetReturn: target });
    const result = await evaluate(agent, { episodes: 8, seed: 0, actions: 'likeliest' });
    expect(result.targetReturn).toBe(target);
    obtained.push(result.mean);
    agent.dispose();
  }
  expect(obtained).toEqual([0, 1, 2, 3, 4, 5, 6]);

  const agent = await loadAgent(out, { resolve, targetReturn: 2 });
  // An explanation asks it as playing does: its episodes are these, and run anew it decides as it did.
  const asked = { episodes: 8, seed: 0, actions: 'likeliest' } as const;
  const explanation = await explain(agent, asked);
  expect(explanation).toMatchObject({ complete: true, targetReturn: 2, baseline: { return: { mean: 2, ci: [2, 2] } } });
  expect(explanation.occlusion!.map(({ name }) => name)).toEqual(['value']);
  expect(explanation.notes.join()).toContain('It was asked for a return of 2.');
  const traces = await trace(agent, asked);
  expect(await moved(agent.policy, traces, { actionSpace: TILL.actionSpace, reach: Infinity })).toBeLessThan(1e-4);
  const path = join(folder, 'asked.gfr');
  const policy = describePolicy(agent.config, agent.policy);
  await record(agent, { episodes: 2, seed: 0, actions: 'likeliest', path, policy, run: 'run' });
  agent.dispose();
  expect(Replay.open(readFileSync(path)).episodes.map((episode) => episode.return)).toEqual([2, 2]);
});

test('a return is not asked of a policy that is told none', async () => {
  const { out } = await pretrained('recall', { algo: 'bc', steps: 100 });
  await expect(loadAgent(out, { resolve, targetReturn: 1 })).rejects.toMatchObject({ exitCode: 2 });
});

test('a run that is resumed becomes what it would have become without the break', async () => {
  const settings = { algo: 'bc', annealSteps: 4000, seed: 3 } as const;
  const whole = await pretrained('recall', { ...settings, steps: 4000 });
  const { out } = await pretrained('recall', { ...settings, steps: 2000 });
  const resumed = await pretrained('recall', { ...settings, steps: 4000 }, { out, resume: true });
  expect(resumed.steps).toBe(whole.steps);
  const weights = (path: string): [string, number[]][] => {
    const { latest } = new RunDirectory(path).checkpoints() ?? {};
    const { policy } = loadCheckpoint(join(path, 'checkpoints', latest as string), 'recall');
    return [...policy].map(([name, { data }]) => [name, [...data]]);
  };
  expect(weights(out)).toEqual(weights(whole.out));
});

test('a run is not resumed with another dataset', async () => {
  const { out } = await pretrained('recall', { algo: 'bc', steps: 200 });
  await buildDataset([join(folder, 'recall.gfr')], join(folder, 'other-split'), { seed: 5 });
  const [config, other] = [new RunDirectory(out).readConfig(), openDataset(join(folder, 'other-split'))];
  const resumed = pretrain({ config: { ...config, steps: 400 }, datasets: [other], out, resolve, resume: true });
  await expect(resumed).rejects.toThrow('learned from other datasets than these');
});

test('an interrupt saves what has been learned', async () => {
  const controller = new AbortController();
  const onEvent = ({ event }: TrainEvent): void => void (event === 'update' && controller.abort());
  const { out, interrupted, accuracy, steps } = await pretrained(
    'recall',
    { algo: 'bc', steps: 10_000 },
    { signal: controller.signal, onEvent },
  );
  expect({ interrupted, accuracy }).toEqual({ interrupted: true, accuracy: null });
  expect(steps).toBeLessThan(200);
  const agent = await loadAgent(out, { resolve });
  expect(agent.step).toBe(steps);
  agent.dispose();
});

test('an environment that is no longer what was recorded is refused, and no run is begun', async () => {
  const out = join(folder, 'changed');
  const config = smallConfig({ environment: 'recall', algo: 'bc', gaeLambda: 1, epochs: 1 });
  const changed = async (): Promise<(typeof SPECS)['till']> => SPECS.till;
  const result = pretrain({ config, datasets: [datasets['recall'] as Dataset], out, resolve: changed });
  await expect(result).rejects.toThrow('recall has observations Box(1), but in the dataset they are Box(2)');
  expect(new RunDirectory(out).exists).toBe(false);
});

test('training refuses an algorithm that learns from a dataset, and says which command does', async () => {
  const config = smallConfig({ environment: 'recall', algo: 'bc', gaeLambda: 1, epochs: 1 });
  const result = train({ config, spec: SPECS.recall, run: join(folder, 'trained') });
  await expect(result).rejects.toThrow('gymformer pretrain <dataset> --algo bc');
  await expect(result).rejects.toMatchObject({ exitCode: 2 });
});

test('of several environments there is a run each, with one trunk for all', async () => {
  const out = join(folder, 'generalist');
  const settings = {
    algo: 'bc',
    gaeLambda: 1,
    epochs: 1,
    learningRate: 3e-3,
    minibatches: 4,
    rolloutSteps: 16,
  } as const;
  const config = smallConfig({ environment: 'recall', ...settings, steps: 8000 });
  const both = [datasets['recall'], datasets['till']] as Dataset[];
  const results = await pretrain({ config, datasets: both, out, resolve });
  expect(results.map(({ environment, run }) => [environment, run])).toEqual([
    ['recall', join(out, 'recall')],
    ['till', join(out, 'till')],
  ]);
  expect(results[0]).toMatchObject({ accuracy: 1, meanReturn: 1 });
  const [one, other] = results.map(({ run, environment }) => {
    const path = join(run, 'checkpoints', new RunDirectory(run).checkpoints()?.latest as string);
    return new Map([...loadCheckpoint(path, environment).policy].map(([name, { data }]) => [name, [...data]]));
  }) as [Map<string, number[]>, Map<string, number[]>];
  const trunk = [...one.keys()].filter((name) => name.startsWith('transformer.'));
  expect(trunk.length).toBeGreaterThan(10);
  for (const name of trunk) expect(one.get(name)).toEqual(other.get(name));
  expect(one.get('encoder.vector.weight')).not.toEqual(other.get('encoder.vector.weight'));
  const resumed = await pretrain({ config: { ...config, steps: 8200 }, datasets: both, out, resolve, resume: true });
  expect(resumed.map(({ steps }) => steps >= 8200)).toEqual([true, true]);
});

test('no tensor is left behind', async () => {
  await pretrained('till', { algo: 'dt', steps: 300 });
  const before = tf.memory().numTensors;
  await pretrained('till', { algo: 'dt', steps: 600 });
  expect(tf.memory().numTensors).toBe(before);
});
