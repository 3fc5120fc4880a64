import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { learnPpo, ppoLoss } from '../../agents/algorithms/ppo.ts';
import { gelu } from '../../agents/model/layers.ts';
import { headFor } from '../../agents/model/heads.ts';
import { Parameters } from '../../agents/model/parameters.ts';
import { environmentSpec } from '../../envs/registry.ts';
import { Generator } from '../../envs/random.ts';
import { MultiDiscrete } from '../../envs/spaces.ts';
import { listDevices, openDevice } from '../../src/device/device.ts';
import type { GpuBackend, Program } from '../../src/device/webgpu/backend.ts';
import { GymformerError } from '../../src/errors.ts';
import { RunDirectory } from '../../src/run.ts';
import { train } from '../../src/trainer.ts';
import { Training } from '../../src/training.ts';
import { collect } from '../../src/update.ts';
import { smallConfig } from '../training/environments.ts';
import { expectAlike, numbers } from './compare.ts';
import { encoded, LAYERS, TOKEN_SPACES, trained, transformer, type TransformerShape, withGradients } from './layers.ts';
import { useSoftwareGpu } from './softwareGpu.ts';

await useSoftwareGpu();
const { available = false, detail = '' } = (await listDevices()).find(({ name }) => name === 'webgpu') ?? {};
if (!available) console.warn(`the tests of WebGPU are skipped: ${detail}`);

const folder = mkdtempSync(join(tmpdir(), 'gymformer-webgpu-'));
afterAll(() => rmSync(folder, { recursive: true }));

const gpu = (): GpuBackend => tf.backend() as GpuBackend;

describe.skipIf(!available)(`on ${detail}`, () => {
  beforeAll(async () => {
    await openDevice('cpu');
    await openDevice('webgpu');
  });

  const SIZES = [
    [1, 1, 1],
    [7, 5, 9],
    [70, 67, 130],
  ] as const;
  test.each(Object.entries(LAYERS))('%s and its gradients equal the composite', async (_, compute) => {
    for (const [rows, n, m] of SIZES) await expectAlike(() => compute(rows, n, m), 1e-4, 'webgpu');
  });

  test('more numbers than one row of workgroups holds are all reached', async () => {
    const count = 65535 * 64 + 1000;
    const x = Float32Array.from({ length: count }, (_, i) => (8 * i) / count - 4);
    await expectAlike(() => gelu(tf.tensor2d(x, [1, count])), 1e-5, 'webgpu');
  });

  const SHAPES: TransformerShape[] = [
    { N: 1, T: 1, heads: 1, half: 1, context: 1, seed: 1 },
    { N: 3, T: 9, heads: 3, half: 3, context: 4, seed: 2 },
    { N: 2, T: 5, heads: 2, half: 9, context: 18, seed: 3 },
    { N: 2, T: 70, heads: 2, half: 5, context: 40, seed: 4 },
    { N: 1, T: 33, heads: 1, half: 34, context: 7, seed: 5 },
    { N: 3, T: 9, heads: 2, half: 4, context: 4, seed: 6, gating: 'gru' },
  ];
  test.each(SHAPES)('attention within episodes and its gradients equal the composite: %o', async (shape) => {
    await expectAlike(() => transformer(shape), 5e-4, 'webgpu');
  });

  // Without a kernel of its own: TFJS's operations on it have to do the same.
  test.each(Object.entries(TOKEN_SPACES))('what is seen of %s and its gradients equal the cpu', async (_, space) => {
    await expectAlike(() => encoded(space, { N: 5, heads: 3, width: 12 }), 5e-4, 'webgpu');
  });

  test.each([0.1, 1000])('Adam with gradients clipped to %d equals the composite', async (maxGradientNorm) => {
    await expectAlike(() => trained(maxGradientNorm), 1e-4, 'webgpu');
  });

  test.each([
    ['without masks', null],
    ['with masks', [1, 1, 0, 1, 0]],
  ])('distributions over actions and their gradients equal the composite, %s', async (_, mask) => {
    const ROWS = 70;
    const head = headFor(new MultiDiscrete([3, 2]), new Parameters(new Generator(0)), { initialLogStd: 0 });
    const actions = Array.from({ length: ROWS }, (_, row) => [mask ? 1 : row % 3, mask ? 0 : row % 2]);
    await expectAlike(
      () => {
        const drawn = tf.tensor2d(actions);
        const masks = mask && (tf.tile(tf.tensor2d([mask]), [ROWS, 1]) as tf.Tensor2D);
        const score = (x: tf.Tensor): ReturnType<typeof head.score> => head.score(x as tf.Tensor2D, drawn, masks);
        const logits = [tf.mul(numbers([ROWS, 5]), 3)];
        return [
          ...withGradients((x) => score(x).logProbs, logits),
          ...withGradients((x) => score(x).entropies, logits),
        ];
      },
      1e-4,
      'webgpu',
    );
  });

  test.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])(
    "PPO's loss and its gradients equal the composite: advantages normalised %s, values clipped %s",
    async (normalizeAdvantages, clipValues) => {
      const options = { ...smallConfig({ environment: 'none' }), normalizeAdvantages, clipValues };
      const vector = (seed: number): tf.Tensor1D => numbers([300], seed) as tf.Tensor1D;
      const scaled = (seed: number): tf.Tensor1D => tf.mul(vector(seed), 0.3) as tf.Tensor1D;
      await expectAlike(
        () => {
          const fixed = { oldLogProbs: scaled(1), advantages: vector(2), oldValues: scaled(3), returns: vector(4) };
          const loss = (...xs: tf.Tensor[]): ReturnType<typeof ppoLoss> => {
            const [logProbs, entropies, values] = xs as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
            return ppoLoss({ ...fixed, logProbs, entropies, values }, options);
          };
          const inputs = [scaled(5), vector(6), scaled(7)];
          return [loss(...inputs).terms, ...withGradients((...xs) => loss(...xs).loss, inputs)];
        },
        1e-5,
        'webgpu',
      );
    },
  );

  test('every layer runs as one of our kernels', () => {
    const layers = ['Linear', 'LayerNorm', 'Gelu', 'EpisodicAttention', 'Categorical', 'PpoLoss'];
    const kernels = [...layers.flatMap((name) => [name, `${name}Gradient`]), 'EpisodicAttentionCache', 'AdamStep'];
    expect(kernels.filter((name) => !tf.getKernel(name, 'webgpu'))).toEqual([]);
  });

  test('a whole PPO update equals that of the cpu, reads nothing back before its end and leaves no tensor', async () => {
    await tf.setBackend('cpu');
    const environment = 'ProofofMemory-v0';
    const config = smallConfig({ environment, layers: 2, epochs: 2, minibatches: 3 });
    const onCpu = new Training(config, environmentSpec(environment), 'cpu');
    onCpu.envs.reset();
    await collect(onCpu);
    const { rollout } = onCpu;
    const options = { ...config, learningRate: 1e-3 };
    await tf.setBackend('webgpu');
    const onGpu = new Training(config, environmentSpec(environment), 'webgpu');
    await tf.setBackend('cpu');
    const wantedTerms = await learnPpo(onCpu.policy, onCpu.optimizer, rollout, {
      ...options,
      random: new Generator(1),
    });
    const wanted = await onCpu.policy.parameters.save();

    await tf.setBackend('webgpu');
    const before = await onGpu.policy.parameters.save();
    const reads = vi.spyOn(gpu(), 'getBufferData');
    const learn = async (): Promise<unknown> =>
      await learnPpo(onGpu.policy, onGpu.optimizer, rollout, { ...options, random: new Generator(1) });
    const terms = await learn();
    expect(reads).toHaveBeenCalledTimes(1); // of the terms, after the last step
    const found = await onGpu.policy.parameters.save();
    expect(Object.keys(terms as object)).toEqual(Object.keys(wantedTerms));
    let moved = 0;
    for (const [name, { data }] of wanted) {
      const other = found.get(name)?.data as Float32Array;
      const start = before.get(name)?.data as Float32Array;
      moved = Math.max(moved, ...data.map((value, i) => Math.abs(value - (start[i] as number))));
      expect(Math.max(...data.map((value, i) => Math.abs(value - (other[i] as number)))), name).toBeLessThan(1e-4);
    }
    expect(moved).toBeGreaterThan(2e-3);

    const held = (): unknown[] => [tf.memory().numTensors, gpu().memory()];
    await learn();
    const kept = held();
    await learn();
    expect(held()).toEqual(kept);
    onGpu.dispose();
    onCpu.dispose();
  });

  test('Adam changes tensors in place: each read of them is of what they hold by then, and a clone is refused', async () => {
    const attributes = { count: 1, maxGradientNorm: 9, beta1: 0.5, beta2: 0.5, rate: 1, varianceScale: 1, epsilon: 1 };
    const [mean, variance, g0, p0] = [tf.zeros([2]), tf.zeros([2]), tf.tensor1d([1, 2]), tf.zeros([2])];
    const step = (): void =>
      (tf.engine().runKernel('AdamStep', { mean, variance, p0, g0 }, attributes) as tf.Tensor).dispose();
    step();
    expect([...(await mean.data())]).toEqual([0.5, 1]);
    step();
    expect([...(await mean.data())]).toEqual([0.75, 1.5]);
    const clone = tf.clone(p0);
    expect(step).toThrow('AdamStep: parameter 0 has a clone');
    tf.dispose([mean, variance, g0, p0, clone]);
  });
});

/** An update in a moment: a software GPU takes its time. */
const SHORT = { envs: 2, rolloutSteps: 8, sequenceSteps: 4, epochs: 1, minibatches: 2 };

const BROKEN: Program = {
  variableNames: ['x'],
  outputShape: [4],
  shaderKey: 'broken',
  workgroupSize: [4, 1, 1],
  dispatchLayout: { x: [0] },
  dispatch: [1, 1, 1],
  getUserCode: () => 'fn main(index : i32) { result[index] = x[index] + 1i; }',
};

describe.skipIf(!available)('an error on the GPU is thrown', () => {
  // Each leaves a device that no longer works; opened again, it is another.
  beforeEach(async () => void (await openDevice('webgpu')));

  test('by a shader that does not compile, with the kernel, the line and the reason', async () => {
    const x = tf.ones([4]);
    const run = (): unknown => gpu().runWebGPUProgram(BROKEN, [x], 'float32');
    expect(run).toThrow(
      /^the GPU refused the kernel broken: .*:\d+:\d+ error: no matching overload for 'operator \+ \(f32, i32\)'$/,
    );
    await expect(tf.add(tf.ones([2]), 1).data()).rejects.toThrow('the kernel broken');
  });

  test('by a tensor that is too large, which says what was asked for, the limit and the flags; others live on', async () => {
    const limit = gpu().device.limits.maxBufferSize;
    const x = tf.tensor1d([1, 2]);
    expect(() => tf.fill([limit / 4 + 1], 1)).toThrow(
      new RegExp(
        `wanted ${limit / 2 ** 20 + 1} MiB more.*at most ${limit / 2 ** 20} MiB.*--envs.*--rollout-steps.*--minibatches.*--width`,
      ),
    );
    expect([...(await tf.add(x, 1).data())]).toEqual([2, 3]);
  });

  test('by a GPU that has no room for one more buffer, which says how much is taken', () => {
    const { device } = gpu();
    const refuse = vi.spyOn(device, 'createBuffer').mockImplementation((descriptor) => {
      // As Dawn does where the driver has none to give: the event first, then a buffer that is none.
      const error = new GPUOutOfMemoryError('vkAllocateMemory failed');
      device.dispatchEvent(Object.assign(new Event('uncapturederror', { cancelable: true }), { error }));
      return { ...descriptor, destroy: () => {} } as unknown as GPUBuffer;
    });
    expect(() => tf.fill([3 * 2 ** 20], 1)).toThrow(/wanted 12 MiB more with \d+ MiB taken, which is all.*--envs/);
    refuse.mockRestore();
    expect(tf.fill([3 * 2 ** 20], 1).shape).toEqual([3 * 2 ** 20]);
  });

  test('by a device that is lost: reads under way fail, and all that follows', async () => {
    const x = tf.add(numbers([2000]), 1);
    const reading = x.data();
    gpu().device.destroy();
    await expect(reading).rejects.toThrow('the GPU was lost (destroyed');
    expect(() => tf.exp(x)).toThrow('the GPU was lost');
  });

  test('which ends training with its reason, the last checkpoint and how to go on from it', async () => {
    const spec = environmentSpec('CartPole-v1');
    const config = smallConfig({ environment: spec.id, device: 'webgpu', steps: 4096, checkpointEvery: 1, ...SHORT });
    const run = join(folder, 'lost');
    let updates = 0;
    const training = train({
      config,
      spec,
      run,
      onEvent: ({ event }) => {
        if (event === 'update' && ++updates === 2) gpu().device.destroy();
      },
    });
    const error = await training.then(
      () => null,
      (reason: unknown) => reason as GymformerError,
    );
    expect(error).toBeInstanceOf(GymformerError);
    expect(error?.exitCode).toBe(1);
    const latest = new RunDirectory(run).checkpoints()?.latest as string;
    expect(error?.message).toMatch(/training stopped after \d+ steps: the GPU was lost \(destroyed/);
    expect(error?.message).toContain(`${join(run, 'checkpoints', latest)}): --resume --out ${run}`);

    await openDevice('cpu');
    const resumed = await train({
      config: new RunDirectory(run).resumeConfig({ device: 'cpu', steps: Number(latest) + 1, evalEpisodes: 1 }),
      spec,
      run,
      resume: true,
    });
    expect(resumed.steps).toBeGreaterThan(Number(latest));
  });
});
