import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { type DeviceName, openDevice } from 'gymformer';
import { Adam, learnPpo, Policy, Rollout } from 'gymformer/agents';
import { Box, Discrete, Generator } from 'gymformer/envs';
import { devicesFor } from './devices.ts';
import type { BenchLine, BenchOptions } from './line.ts';
import { pythonWith, runPeer } from './python.ts';
import { StockTransformer } from './peers/stockTransformer.ts';
import { ACTIONS, FEED_FORWARD, OBSERVATION, type Size, SIZES } from './sizes.ts';

const SECONDS = 4;
/** A first step that takes longer than this, in ms, is measurement enough. */
const SLOW_MS = 5000;

/**
 * One training step of a Transformer policy over all tokens at once: forward, PPO's loss, backward, clipped Adam. On each
 * device, in PyTorch (the best of its thread counts), and written of stock TFJS operations on the stock WASM backend.
 * The fastest step counts: whatever else a machine does only adds.
 */
export async function* trainStep({ only, device, onProgress }: BenchOptions): AsyncGenerator<BenchLine> {
  const devices = await devicesFor(device);
  const python = pythonWith('torch');
  if (!python) console.error('train-step: no Python with torch was found ($PYTHON names one): PyTorch is left out');
  const cases = Object.entries(SIZES).filter(([name]) => (only ? only === name : name !== 'wide'));
  const total = cases.length * (devices.length + 2);
  let done = 0;
  for (const [name, size] of cases) {
    const gflop = (2 * multiplyAdds(size)) / 1e9;
    const figures = (msPerStep: number): { msPerStep: number; gflops: number } => ({
      msPerStep,
      gflops: (1000 * gflop) / msPerStep,
    });
    const line = { bench: 'train-step', case: name };
    onProgress?.(done++, total);
    const torch = python ? pytorch(python, size) : null;
    if (torch) yield { ...line, peer: 'pytorch', ...figures(torch.msPerStep), ...torch };
    onProgress?.(done++, total);
    const stock = await stockStep(size);
    yield { ...line, peer: 'tfjs', device: 'wasm', ...figures(stock) };
    for (const each of devices) {
      onProgress?.(done++, total);
      const ms = await ourStep(each, size);
      const peak = each === 'simd' ? { peakFraction: (1000 * gflop) / ms / peakGflops() } : {};
      const timesPytorch = torch ? torch.msPerStep / ms : null;
      yield { ...line, device: each, ...figures(ms), ...peak, timesPytorch, timesStockWasm: stock / ms };
    }
  }
}

/** Milliseconds of the fastest step. */
async function fastest(step: () => Promise<void>): Promise<number> {
  const time = async (): Promise<number> => {
    const from = performance.now();
    await step();
    return performance.now() - from;
  };
  let best = await time();
  const end = performance.now() + 1000 * SECONDS;
  while (best < SLOW_MS && performance.now() < end) best = Math.min(best, await time());
  return best;
}

async function ourStep(device: DeviceName, size: Size): Promise<number> {
  await openDevice(device);
  const { width, heads, layers, sequences: N, steps: T } = size;
  const random = new Generator(0);
  const policy = new Policy({
    observationSpace: new Box({ low: -1, high: 1, shape: [OBSERVATION] }),
    actionSpace: new Discrete(ACTIONS),
    ...{ policy: 'transformer', width, heads, layers, context: T, feedForward: FEED_FORWARD, initialLogStd: 0, random },
  });
  const adam = new Adam(policy.parameters, { maxGradientNorm: 0.5 });
  const shape = { environments: N, steps: T, sequenceSteps: T };
  const rollout = new Rollout({ ...shape, observationSize: OBSERVATION, actionSize: 1, maskSize: 0 });
  rollout.keepCache(0, policy.emptyCache(N));
  fill(rollout, random);
  const options = {
    ...{ epochs: 1, minibatches: 1, clipRange: 0.2, clipValues: false, normalizeAdvantages: true, targetKl: null },
    ...{ valueCoefficient: 0.5, entropyCoefficient: 0.01, learningRate: 1e-3, random },
  };
  const ms = await fastest(async () => void (await learnPpo(policy, adam, rollout, options)));
  rollout.clear();
  adam.dispose();
  policy.dispose();
  return ms;
}

function fill(rollout: Rollout, random: Generator): void {
  const { observations, starts, actions, logProbs, advantages, returns } = rollout;
  for (const array of [observations, advantages, returns])
    for (let i = 0; i < array.length; i++) array[i] = random.standardNormal();
  for (let i = 0; i < actions.length; i++) actions[i] = random.integers(ACTIONS);
  for (let i = 0; i < starts.length; i += rollout.shape.sequenceSteps) starts[i] = 1;
  logProbs.fill(-Math.log(ACTIONS));
}

async function stockStep(size: Size): Promise<number> {
  await openDevice('wasm');
  const model = new StockTransformer(size);
  const ms = await fastest(async () => void (await model.step().data()));
  model.dispose();
  return ms;
}

interface Torch {
  msPerStep: number;
  threads: number;
  blasThreads: number;
  version: string;
}

/** The best of one thread and all, of PyTorch's own and of its BLAS. */
function pytorch(python: string, { width, heads, layers, sequences, steps }: Size): Torch {
  const all = availableParallelism();
  const counts = [...new Set([1, all])];
  const runs = counts.flatMap((threads) =>
    counts.map((blasThreads) => {
      const sizes = [width, heads, layers, sequences, steps, FEED_FORWARD, threads, SECONDS].map(String);
      const env = { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(blasThreads) };
      const [run] = runPeer(python, 'trainStep.py', sizes, env) as [Omit<Torch, 'blasThreads'>];
      return { ...run, blasThreads };
    }),
  );
  return runs.reduce((best, run) => (run.msPerStep < best.msPerStep ? run : best));
}

/** What the inner loop reaches on all threads in a product that suits it: long rows, and panels that stay in the cache. */
function peakGflops(): number {
  const [M, K, N] = [2048, 256, 256];
  const a = tf.randomNormal([M, K]) as tf.Tensor2D;
  const b = tf.randomNormal([K, N]) as tf.Tensor2D;
  let best = Infinity;
  const end = performance.now() + 500;
  while (performance.now() < end) {
    const from = performance.now();
    tf.matMul(a, b).dispose();
    best = Math.min(best, performance.now() - from);
  }
  tf.dispose([a, b]);
  return (2e-6 * M * K * N) / best;
}

/** Of the products with weights and of causal attention: forward, and twice that backward. */
function multiplyAdds({ width: C, layers, sequences: N, steps: T }: Size): number {
  const weights = (4 + 2 * FEED_FORWARD) * C * C;
  return 3 * N * T * layers * (weights + C * (T + 1));
}
