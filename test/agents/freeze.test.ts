import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Parameters } from '../../agents/model/parameters.ts';
import type { Policy } from '../../agents/model/policy.ts';
import { Adam } from '../../agents/optimizer.ts';
import { Generator } from '../../envs/random.ts';
import { openDevice } from '../../src/device/device.ts';
import { isTrunk, lossOf, policyWith, TRUNKS } from './smallPolicy.ts';

/** Names of parameters whose shape nothing else has that is computed with a trunk. */
const SHAPES = { transformer: /queryKeyValue.weight|widen.bias/, gru: /input.weight/ };

function gradientsOf(policy: Policy): Map<string, number[]> {
  const { grads } = tf.tidy(() => tf.variableGrads(() => lossOf(policy), policy.parameters.variables));
  return new Map(Object.entries(grads).map(([name, gradient]) => [name, [...gradient.dataSync()]]));
}

describe.each(['simd', 'cpu'] as const)('on %s', (device) => {
  beforeEach(async () => void (await openDevice(device, { threads: 1 })));
  afterEach(() => vi.restoreAllMocks());

  describe.each(Object.entries(TRUNKS))('%s', (_name, options) => {
    test('that is frozen stays bit for bit, while all else learns', async () => {
      const policy = policyWith(options);
      policy.parameters.freeze(isTrunk);
      const before = await policy.parameters.save();
      const optimizer = new Adam(policy.parameters, { maxGradientNorm: 1 });
      for (let i = 0; i < 3; i++) optimizer.minimize(() => lossOf(policy), 0.01).dispose();
      for (const [name, { data }] of await policy.parameters.save())
        if (isTrunk(name)) expect(data, name).toEqual(before.get(name)?.data);
        else expect(data, name).not.toEqual(before.get(name)?.data);
    });

    test('that is frozen lets the same gradient through to what comes before it', () => {
      const [free, frozen] = [policyWith(options), policyWith(options)];
      frozen.parameters.freeze(isTrunk);
      const wanted = [...gradientsOf(free).values()];
      const found = [...gradientsOf(frozen).values()];
      const names = free.parameters.names;
      const kept = wanted.filter((_, i) => !isTrunk(names[i] as string));
      expect(found).toHaveLength(kept.length);
      found.forEach((gradient, i) =>
        gradient.forEach((value, j) => expect(value).toBeCloseTo(kept[i]?.[j] as number, 3)),
      );
    });
  });

  test.each(['transformer', 'gru'] as const)('no kernel computes a gradient of a frozen %s', async (kind) => {
    const computed = async (isFrozen: boolean): Promise<string[]> => {
      const policy = policyWith({ policy: kind });
      if (isFrozen) policy.parameters.freeze(isTrunk);
      const shapes = [...(await policy.parameters.save())]
        .filter(([name]) => SHAPES[kind].test(name))
        .map(([, { shape }]) => shape.join());
      const spy = vi.spyOn(tf.engine(), 'runKernel');
      gradientsOf(policy);
      // What is kept for the gradient is cloned.
      const outputs = spy.mock.results
        .filter((_, i) => spy.mock.calls[i]?.[0] !== 'Identity')
        .flatMap(({ value }) => value as tf.Tensor | tf.Tensor[]);
      spy.mockRestore();
      return outputs.map(({ shape }) => shape.join()).filter((shape) => shapes.includes(shape));
    };
    expect((await computed(false)).length).toBeGreaterThan(0);
    expect(await computed(true)).toEqual([]);
  });

  test('nothing is left in memory by learning with a frozen trunk', () => {
    const policy = policyWith({ policy: 'transformer' });
    policy.parameters.freeze(isTrunk);
    const optimizer = new Adam(policy.parameters, { maxGradientNorm: 1 });
    const learn = (): void => tf.tidy(() => optimizer.minimize(() => lossOf(policy), 0.01)).dispose();
    learn();
    const before = tf.memory().numTensors;
    learn();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('parameters', () => {
  beforeEach(async () => void (await openDevice('cpu', {})));

  test('count those that learn, and have moments of these alone', async () => {
    const policy = policyWith({ policy: 'mlp' });
    const all = policy.parameters.count;
    policy.parameters.freeze(isTrunk);
    expect(policy.parameters.total).toBe(all);
    expect(policy.parameters.count).toBe(all - 2 * (12 * 12 + 12));
    const { tensors } = await new Adam(policy.parameters, { maxGradientNorm: 1 }).save();
    expect(tensors.get('mean')?.shape).toEqual([policy.parameters.count]);
  });

  test('are stored and loaded whole, frozen ones too', async () => {
    const [from, to] = [new Parameters(new Generator(1)), new Parameters(new Generator(2))];
    for (const parameters of [from, to]) {
      parameters.normal('a', [2, 3], 1);
      parameters.normal('b', [2, 2], 1);
      parameters.freeze((name) => name === 'a');
    }
    to.load(await from.save());
    expect(await to.save()).toEqual(await from.save());
  });

  test('take what fits by name and shape, and say what does not', async () => {
    const [from, to] = [new Parameters(new Generator(1)), new Parameters(new Generator(2))];
    for (const [name, shape] of [
      ['same', [2, 3]],
      ['other shape', [2, 3]],
      ['theirs alone', [1, 1]],
    ] as const)
      from.normal(name, [...shape], 1);
    to.normal('same', [2, 3], 1);
    const untouched = to.normal('other shape', [3, 2], 1).dataSync().slice();
    to.normal('ours alone', [1, 1], 1);
    const stored = await from.save();
    expect(to.loadFitting(stored)).toEqual({ taken: ['same'], fresh: ['other shape', 'ours alone'] });
    const loaded = await to.save();
    expect(loaded.get('same')).toEqual(stored.get('same'));
    expect(loaded.get('other shape')?.data).toEqual(untouched);
  });
});
