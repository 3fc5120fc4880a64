import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { withoutAdapters } from '../../agents/model/lora.ts';
import type { StoredTensor } from '../../agents/model/parameters.ts';
import type { Policy } from '../../agents/model/policy.ts';
import { Adam } from '../../agents/optimizer.ts';
import { Generator } from '../../envs/random.ts';
import { openDevice } from '../../src/device/device.ts';
import { isTrunk, lossOf, outputsOf, policyWith, type SmallOptions, TRUNKS } from './smallPolicy.ts';

const LORA = { loraRank: 2, loraAlpha: 6 };
const OPTIONS = { rank: 2, alpha: 6 };
const isAdapter = (name: string): boolean => /[.]lora[AB]$/.test(name);

/** A policy whose adapters have learned something. */
async function adapted(options: SmallOptions): Promise<{ policy: Policy; stored: Map<string, StoredTensor> }> {
  const policy = policyWith({ ...options, ...LORA });
  const random = new Generator(7);
  const stored = await policy.parameters.save();
  for (const [name, tensor] of stored)
    if (isAdapter(name)) stored.set(name, { ...tensor, data: tensor.data.map(() => 0.3 * random.standardNormal()) });
  policy.parameters.load(stored);
  return { policy, stored };
}

describe.each(['simd', 'cpu'] as const)('on %s', (device) => {
  beforeEach(async () => void (await openDevice(device, { threads: 1 })));

  describe.each(Object.entries(TRUNKS))('%s', (_name, options) => {
    test('puts out with new adapters what it puts out without', () => {
      const [base, lora] = [outputsOf(policyWith(options)), outputsOf(policyWith({ ...options, ...LORA }))];
      if (device === 'cpu') expect(lora).toEqual(base);
      // Kernels of several layers add in another order.
      else lora.forEach((value, i) => expect(value).toBeCloseTo(base[i] as number, 5));
    });

    test('with adapters merged equals the one with adapters, acting and learning', async () => {
      const { policy, stored } = await adapted(options);
      const merged = policyWith(options);
      merged.parameters.load(withoutAdapters(stored, OPTIONS));
      for (const remember of [true, false]) {
        const [found, wanted] = [outputsOf(merged, remember), outputsOf(policy, remember)];
        expect(found).not.toEqual(outputsOf(policyWith(options), remember));
        found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i] as number, 4));
      }
    });

    test('learns by adapters, encoder and heads alone', async () => {
      const policy = policyWith({ ...options, ...LORA });
      const before = await policy.parameters.save();
      const optimizer = new Adam(policy.parameters, { maxGradientNorm: 1 });
      for (let i = 0; i < 3; i++) optimizer.minimize(() => lossOf(policy), 0.01).dispose();
      for (const [name, { data }] of await policy.parameters.save())
        if (isTrunk(name) && !isAdapter(name)) expect(data, name).toEqual(before.get(name)?.data);
        else expect(data, name).not.toEqual(before.get(name)?.data);
    });
  });

  test.each(['queryKeyValue', 'narrow'])(
    'gradients of A and B of %s are what a small move of them does',
    async (map) => {
      const { policy, stored } = await adapted({ policy: 'transformer' });
      const names = policy.parameters.names.filter((name) => !policy.trunkNames.has(name));
      const { grads } = tf.variableGrads(() => lossOf(policy), policy.parameters.variables);
      for (const matrix of ['loraA', 'loraB']) {
        const name = `transformer.1.${map}.${matrix}`;
        const gradient = Object.values(grads)[names.indexOf(name)]?.dataSync() as Float32Array;
        const { data, shape } = stored.get(name) as StoredTensor;
        const random = new Generator(11);
        const direction = data.map(() => random.standardNormal());
        const lossAt = (step: number): number => {
          policy.parameters.load(
            new Map(stored).set(name, { shape, data: data.map((x, i) => x + step * (direction[i] as number)) }),
          );
          return tf.tidy(() => lossOf(policy).dataSync()[0] as number);
        };
        const slope = (lossAt(0.01) - lossAt(-0.01)) / 0.02;
        const expected = gradient.reduce((sum, g, i) => sum + g * (direction[i] as number), 0);
        const size = Math.hypot(...gradient) * Math.hypot(...direction);
        expect(Math.abs(slope - expected) / size, name).toBeLessThan(2e-3);
        policy.parameters.load(stored);
      }
    },
  );
});

test('a rank that a matrix cannot have is an error that names it and its most', async () => {
  await openDevice('cpu', {});
  expect(() => policyWith({ policy: 'transformer', loraRank: 13 })).toThrow(
    'loraRank is 13, but transformer.0.queryKeyValue.weight is [12, 36]: its rank is at most 12',
  );
});

test('adapters of rank r are r (inputs + outputs) numbers a map, and make the rest of a trunk not learn', () => {
  const [plain, lora] = [policyWith({ policy: 'mlp' }), policyWith({ policy: 'mlp', ...LORA })];
  const trunk = 2 * (12 * 12 + 12);
  expect(lora.parameters.total - plain.parameters.total).toBe(2 * 2 * (12 + 12));
  expect(lora.parameters.count).toBe(plain.parameters.count - trunk + 2 * 2 * (12 + 12));
});

test('what a policy computes for a step is counted from its matrices and its attention', () => {
  // encoder [3, 12], qkv [12, 36], mix [12, 12], widen [12, 24], narrow [24, 12], heads [12, 5] and [12, 1]
  const [encoder, block, heads] = [36, 432 + 144 + 288 + 288, 72];
  const attention = 2 * 2 * 2 * (4 + 1) * 12;
  const forward = 2 * (encoder + 2 * block + heads) + attention;
  const free = policyWith({ policy: 'transformer' }).flops;
  expect(free).toEqual({ forward, backward: 2 * forward });
  const frozen = policyWith({ policy: 'transformer', freeze: 'trunk' }).flops;
  expect(frozen).toEqual({ forward, backward: 2 * forward - 2 * 2 * block });
});
