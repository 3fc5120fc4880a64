import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { actionWidth, writeAction } from '../../agents/model/actionFeatures.ts';
import { Discriminator } from '../../agents/adversarial/discriminator.ts';
import { discriminatorLoss, generatorRewards } from '../../agents/adversarial/ganLoss.ts';
import { gradientPenalty } from '../../agents/adversarial/gradientPenalty.ts';
import {
  type DiscriminatorUpdate,
  learnDiscriminator,
  type Side,
} from '../../agents/adversarial/learnDiscriminator.ts';
import { StepLog } from '../../agents/adversarial/stepLog.ts';
import { Adam } from '../../agents/optimizer.ts';
import { Generator } from '../../envs/random.ts';
import { Box, Discrete, MultiDiscrete } from '../../envs/spaces.ts';
import { openDevice } from '../../src/device/device.ts';
import { expectClose, reference } from './reference.ts';

const OBSERVATIONS = new Box({ low: -1, high: 1, shape: [2] });
const ACTIONS = new Discrete(2);

const makeDiscriminator = (window: number): Discriminator =>
  new Discriminator({
    ...{ observationSpace: OBSERVATIONS, actionSpace: ACTIONS, window, width: 16, layers: 1, heads: 2 },
    random: new Generator(3),
  });

/** Episodes of five steps, with what is drawn for each number. */
function logOf(episodes: number, number: () => number): Side {
  const log = new StepLog(5 * episodes, 2, 2);
  for (let row = 0; row < 5 * episodes; row++) {
    log.ages[row] = row % 5;
    log.observations.set([number(), number()], row * 2);
    log.actions[2 * row + (row % 2)] = 1;
  }
  return { log, rows: Int32Array.from({ length: 5 * episodes }, (_, i) => i) };
}

describe('losses', () => {
  beforeAll(async () => void (await openDevice('simd')));
  const { gan } = reference;
  const real = (): tf.Tensor1D => tf.tensor1d(gan.logitsReal as number[]);
  const made = (): tf.Tensor1D => tf.tensor1d(gan.logitsFake as number[]);
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

  test("L_D and L_G are PyTorch's", () => {
    expectClose(discriminatorLoss(real(), made()), [gan['L_D = -E log D(x) - E log(1-D(G(z)))']]);
    expectClose(tf.neg(tf.mean(generatorRewards(made()))), [gan['L_G = -E log D(G(z))']]);
  });

  test('their gradients are those that come out by hand', () => {
    const [ofReal, ofMade] = tf.grads((x: tf.Tensor, y: tf.Tensor) => discriminatorLoss(x, y))([real(), made()]);
    expectClose(
      ofReal!,
      (gan.logitsReal as number[]).map((x) => (sigmoid(x) - 1) / 5),
    );
    expectClose(
      ofMade!,
      (gan.logitsFake as number[]).map((x) => sigmoid(x) / 5),
    );
    const ofRewards = tf.grad((x) => tf.neg(tf.mean(generatorRewards(x))))(made());
    expectClose(
      ofRewards,
      (gan.logitsFake as number[]).map((x) => (sigmoid(x) - 1) / 5),
    );
  });

  test('a logit far from 0 stays a number', () => {
    expectClose(generatorRewards(tf.tensor1d([-300, 300])), [-300, 0]);
  });
});

test('actions are ones among zeros, and bounded quantities from -1 to 1', () => {
  const written = (space: Parameters<typeof writeAction>[0], action: number[]): number[] => {
    const out = new Float32Array(actionWidth(space)).fill(9);
    writeAction(space, action, out);
    return [...out];
  };
  expect(written(new Discrete(3), [2])).toEqual([0, 0, 1]);
  expect(written(new MultiDiscrete([2, 3]), [1, 0])).toEqual([0, 1, 1, 0, 0]);
  expect(written(new Box({ low: [0, -Infinity], high: [4, 1] }), [3, -7])).toEqual([0.5, -7]);
  expect(written(new Box({ low: [3, 0], high: [3, 4] }), [3, 4])).toEqual([0, 1]); // where there is no choice, nothing
});

describe('the discriminator', () => {
  beforeAll(async () => void (await openDevice('simd')));

  test.each([1, 3])('sees the last %i steps of an episode, and nothing of another', (window) => {
    const discriminator = makeDiscriminator(window);
    const logits = (changed: number | null, row: number): number => {
      const random = new Generator(1);
      const { log } = logOf(2, () => random.uniform(-1, 1));
      if (changed !== null) log.observations[2 * changed] = 5;
      return tf.tidy(() => discriminator.logits(discriminator.tensorsOf(log.windows([row], window))).dataSync()[0]!);
    };
    for (const row of [4, 6, 9]) {
      const seen = Array.from({ length: 10 }, (_, i) => i).filter((i) => logits(i, row) !== logits(null, row));
      const first = Math.max(row - window + 1, row < 5 ? 0 : 5);
      expect(seen).toEqual(Array.from({ length: row - first + 1 }, (_, i) => first + i));
    }
    discriminator.dispose();
  });

  test('its gradient penalty is the squared norm of the gradient', async () => {
    await openDevice('cpu'); // where there are gradients to what a network sees
    const discriminator = makeDiscriminator(1);
    const actions = tf.tensor2d([[0.3, 0.7]]);
    const x = tf.tensor2d([[0.2, -0.4]]);
    const starts = Uint8Array.of(1);
    const logit = (x: tf.Tensor, actions: tf.Tensor): tf.Tensor =>
      discriminator.logits({ observations: x as tf.Tensor2D, actions: actions as tf.Tensor2D, starts });
    const wanted = tf.grads((x: tf.Tensor, y: tf.Tensor) => tf.sum(logit(x, y)))([x, actions]);
    const squared = wanted.reduce((sum, g) => sum + tf.sum(tf.square(g)).dataSync()[0]!, 0);
    const point = { observations: x, actions, starts };
    // Along each axis in turn: what random directions give on average.
    let found = 0;
    for (let axis = 0; axis < 4; axis++) {
      const unit = Array.from({ length: 4 }, (_, i) => Number(i === axis));
      const noise = { observations: tf.tensor2d([unit.slice(0, 2)]), actions: tf.tensor2d([unit.slice(2)]) };
      found += gradientPenalty(discriminator, point, point, { ...noise, shares: tf.tensor2d([[0.5]]) }).dataSync()[0]!;
    }
    expect(squared).toBeGreaterThan(1e-3);
    expect(found / squared).toBeCloseTo(1, 2);
    discriminator.dispose();
    await openDevice('simd');
  });

  test('the penalty is taken between the two sides, and never of what is no quantity', () => {
    const points: number[][] = [];
    const stub = {
      smooth: Float32Array.of(1, 0),
      logits: ({ observations }: { observations: tf.Tensor2D }): tf.Tensor1D => {
        points.push([...observations.dataSync()]);
        return tf.zeros([1]);
      },
    };
    const window = (a: number): { observations: tf.Tensor2D; actions: tf.Tensor2D; starts: Uint8Array } => ({
      observations: tf.tensor2d([[a, a]]),
      actions: tf.tensor2d([[a]]),
      starts: Uint8Array.of(1),
    });
    const ones = { observations: tf.tensor2d([[1, 1]]), actions: tf.tensor2d([[1]]), shares: tf.tensor2d([[0.25]]) };
    gradientPenalty(stub, window(4), window(8), ones);
    expect(points[0]![0]! + points[1]![0]!).toBeCloseTo(2 * 7, 5);
    expect(points.map(([, kept]) => kept)).toEqual([4, 4]);
  });

  const learn = async (
    made: Side,
    options: Partial<DiscriminatorUpdate> = {},
  ): ReturnType<typeof learnDiscriminator> => {
    const discriminator = makeDiscriminator(2);
    const optimizer = new Adam(discriminator.parameters, { maxGradientNorm: 1 });
    const random = new Generator(2);
    const update = { steps: 20, batch: 64, learningRate: 1e-2, penalty: 0.1, mostAccuracy: 1, random, ...options };
    const real = logOf(40, () => random.uniform(-1, 1));
    await learnDiscriminator(discriminator, optimizer, { real, made }, { ...update, steps: 1 });
    const { numTensors } = tf.memory();
    const terms = await learnDiscriminator(discriminator, optimizer, { real, made }, update);
    expect(tf.memory().numTensors).toBe(numTensors);
    discriminator.dispose();
    optimizer.dispose();
    return terms;
  };

  test('learns to tell apart what differs, and cannot where nothing does', async () => {
    const random = new Generator(9);
    const other = await learn(logOf(40, () => random.uniform(0, 2)));
    expect(other.discriminatorAccuracy).toBeGreaterThan(0.7);
    expect(other.gradientPenalty).toBeGreaterThan(0);
    const same = await learn(logOf(40, () => random.uniform(-1, 1)));
    expect(same.discriminatorAccuracy).toBeCloseTo(0.5, 1);
    expect(same.discriminatorLoss).toBeGreaterThan(other.discriminatorLoss);
  });

  test.each([
    { penalty: 0, learned: 2 },
    { penalty: 0.1, learned: 4 },
  ])('counts the steps of the windows that it judges and learns from, with a penalty of $penalty', async (given) => {
    const discriminator = makeDiscriminator(2);
    const optimizer = new Adam(discriminator.parameters, { maxGradientNorm: 1 });
    const random = new Generator(2);
    const [steps, batch, window] = [3, 8, 2];
    const sides = { real: logOf(4, () => random.random()), made: logOf(4, () => random.random()) };
    const update = { steps, batch, learningRate: 1e-2, mostAccuracy: 1, random, penalty: given.penalty };
    await learnDiscriminator(discriminator, optimizer, sides, update);
    // Of each step two sides, to see how it does; then both to learn, and twice as many where slopes are differences.
    expect(discriminator.ran).toEqual({
      acting: 2 * steps * batch * window,
      learning: given.learned * steps * batch * window,
    });
    discriminator.dispose();
    optimizer.dispose();
  });

  test('what it computes for a step is counted as a policy is', () => {
    // encoder and actions [2, 16], a layer [16, 16], the logit [16, 1]
    const alone = makeDiscriminator(1);
    const forward = 2 * (2 * 32 + 256 + 16);
    expect(alone.flops).toEqual({ forward, backward: 2 * forward });
    // qkv [16, 48], mix [16, 16], widen [16, 64], narrow [64, 16]; one logit for two steps; keys and values of two steps
    const windows = makeDiscriminator(2);
    const attention = 2 * 2 * 2 * 16;
    expect(windows.flops.forward).toBe(2 * (2 * 32 + 768 + 256 + 2 * 1024 + 8) + attention);
    alone.dispose();
    windows.dispose();
  });

  test('leaves out steps while it tells enough rightly', async () => {
    const random = new Generator(9);
    const terms = await learn(
      logOf(40, () => random.uniform(0, 2)),
      { mostAccuracy: 0.75 },
    );
    expect(terms.discriminatorSkipped).toBeGreaterThan(0.2);
    expect(terms.discriminatorSkipped).toBeLessThan(1);
    expect(
      (
        await learn(
          logOf(40, () => 3),
          { mostAccuracy: 0 },
        )
      ).discriminatorSkipped,
    ).toBe(1);
  });
});
