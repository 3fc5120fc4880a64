import { Adam, learnPpo, Policy, Rollout } from 'gymformer/agents';
import { Box, Discrete, Generator } from 'gymformer/envs';
import { DEVICE_NAMES, type DeviceName, listDevices, openDevice } from 'gymformer';
import type { BenchLine, BenchOptions } from './line.ts';

interface Size {
  width: number;
  heads: number;
  layers: number;
  sequences: number;
  steps: number;
}

const SIZES: Record<string, Size> = {
  small: { width: 64, heads: 4, layers: 2, sequences: 64, steps: 32 },
  large: { width: 256, heads: 8, layers: 4, sequences: 32, steps: 64 },
};
const FEED_FORWARD = 4;
const [OBSERVATION, ACTIONS] = [8, 4];
const SECONDS = 3;

/**
 * One training step of a Transformer policy: forward, PPO's loss, backward, clipped Adam, over all tokens at once, on each
 * device and in PyTorch. The fastest step counts: whatever else the machine does only adds.
 */
export async function* trainStep({ only, device }: BenchOptions): AsyncGenerator<BenchLine> {
  const available = (await listDevices()).filter((report) => report.available).map(({ name }) => name);
  for (const [name, size] of Object.entries(SIZES)) {
    if (only && only !== name) continue;
    for (const each of DEVICE_NAMES) {
      if ((device && device !== each) || !available.includes(each)) continue;
      const { ms, threads } = await measure(each, size);
      yield {
        bench: 'train-step',
        case: name,
        device: each,
        msPerStep: ms,
        gflops: (multiplyAdds(size) * 2e-6) / ms,
        threads,
      };
    }
  }
}

async function measure(device: DeviceName, size: Size): Promise<{ ms: number; threads?: number }> {
  await openDevice(device);
  const { width, heads, layers, sequences: N, steps: T } = size;
  const random = new Generator(0);
  const policy = new Policy({
    observationSpace: new Box({ low: new Array(OBSERVATION).fill(-1), high: new Array(OBSERVATION).fill(1) }),
    actionSpace: new Discrete(ACTIONS),
    ...{ policy: 'transformer', width, heads, layers, context: T, feedForward: FEED_FORWARD, initialLogStd: 0, random },
  });
  const adam = new Adam(policy.parameters, { maxGradientNorm: 0.5 });
  const rollout = new Rollout({
    environments: N,
    steps: T,
    sequenceSteps: T,
    observationSize: OBSERVATION,
    actionSize: 1,
    maskSize: 0,
  });
  rollout.keepCache(0, policy.emptyCache(N));
  fill(rollout, random);
  const options = {
    epochs: 1,
    minibatches: 1,
    clipRange: 0.2,
    clipValues: false,
    valueCoefficient: 0.5,
    entropyCoefficient: 0.01,
    normalizeAdvantages: true,
    targetKl: null,
    learningRate: 1e-3,
    random,
  };
  const step = async (): Promise<number> => {
    const from = performance.now();
    await learnPpo(policy, adam, rollout, options);
    return performance.now() - from;
  };
  const times = [await step()];
  const end = performance.now() + 1000 * SECONDS;
  while (performance.now() < end) times.push(await step());
  return { ms: Math.min(...times) };
}

function fill(rollout: Rollout, random: Generator): void {
  const { observations, starts, actions, logProbs, advantages, returns, values } = rollout;
  for (const array of [observations, advantages, returns])
    for (let i = 0; i < array.length; i++) array[i] = random.standardNormal();
  for (let i = 0; i < actions.length; i++) actions[i] = random.integers(ACTIONS);
  for (let i = 0; i < starts.length; i += rollout.shape.sequenceSteps) starts[i] = 1;
  logProbs.fill(-Math.log(ACTIONS));
  values.fill(0);
}

/** Of the products with weights, forward and twice backward, and of causal attention. */
function multiplyAdds({ width: C, layers, sequences: N, steps: T }: Size): number {
  const weights = layers * (4 + 2 * FEED_FORWARD) * C * C;
  return 3 * N * T * (weights + layers * C * (T + 1));
}
