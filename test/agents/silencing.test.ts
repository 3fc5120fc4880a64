import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import { distance } from '../../agents/model/distance.ts';
import { Policy, type PolicyOptions } from '../../agents/model/policy.ts';
import { headsOf, silence } from '../../agents/model/silencing.ts';
import { Generator } from '../../envs/random.ts';
import { Box, Dict, Discrete, MultiBinary, MultiDiscrete, type Space, Text } from '../../envs/spaces.ts';
import { Actor } from '../../src/actor.ts';
import { openDevice } from '../../src/device/device.ts';
import { readModelConfig } from '../../src/pretrained/modelConfig.ts';
import { WeightFiles } from '../../src/pretrained/weightFiles.ts';

const GPT2 = fileURLToPath(new URL('../fixtures/pretrained/gpt2', import.meta.url));
const PRETRAINED = { architecture: readModelConfig(GPT2).architecture, weights: new WeightFiles(GPT2, 'gpt2') };

let policy: Policy;
afterEach(() => policy?.dispose());

function makePolicy(observationSpace: Space, options: Partial<PolicyOptions> = {}): void {
  policy = new Policy({
    ...{ observationSpace, actionSpace: new Discrete(3), policy: 'transformer' },
    ...{ width: 16, layers: 2, heads: 2, context: 4, feedForward: 2, initialLogStd: 0 },
    random: new Generator(3),
    ...options,
  });
}

/** What the policy puts out at the end of a short episode. */
async function acted(): Promise<Float32Array> {
  const random = new Generator(5);
  const actor = new Actor(policy, 1);
  for (let t = 0; t < 6; t++) {
    const observation = Float32Array.from({ length: policy.observationSize }, () => random.integers(2));
    await actor.act(observation, null, 'likeliest');
  }
  const output = actor.output(0).slice();
  actor.dispose();
  return output;
}

/** Turns around the columns of the projection in which head `head` of layer 1 makes its queries, keys and values. */
async function disturb(head: number): Promise<void> {
  const stored = await policy.parameters.save();
  const { data, shape } = (stored.get('transformer.1.queryKeyValue.weight') ??
    stored.get('trunk.h.1.attn.c_attn.weight'))!;
  for (let i = 0; i < data.length; i++)
    if (Math.floor(((i % shape[1]!) % 16) / 8) === head) data[i] = Math.sin(i) - data[i]!;
  policy.parameters.load(stored);
}

const vector = new Box({ low: 0, high: 1, shape: [4] });

describe.each(['simd', 'cpu'] as const)('on %s', (device) => {
  test.each([
    ['', {}],
    [', with adapters too', { loraRank: 2, loraAlpha: 4 }],
    [', in pretrained GPT-2 too', { pretrained: PRETRAINED }],
  ])('whatever a silenced head would see makes no difference, what another would does%s', async (_, adapters) => {
    await openDevice(device);
    makePolicy(vector, adapters);
    const stored = await policy.parameters.save();
    for (const [name, { data }] of stored) if (name.endsWith('loraB')) data.forEach((_, i) => (data[i] = Math.cos(i)));
    policy.parameters.load(stored);
    const whole = await acted();
    const restore = silence(policy, [{ part: 'trunk', layer: 1, head: 1 }]);
    const silenced = await acted();
    expect(silenced).not.toEqual(whole);
    await disturb(1);
    expect(await acted()).toEqual(silenced);
    await disturb(0);
    expect(await acted()).not.toEqual(silenced);
    restore();
  });

  test('heads get back what they had, to the bit, and nothing stays on the device', async () => {
    await openDevice(device);
    makePolicy(new Box({ low: 0, high: 1, shape: [3, 3, 2], tokens: 'cell' }));
    const whole = await acted();
    const { numTensors } = tf.memory();
    const heads = headsOf(policy);
    expect(heads.map(({ part, layer, head }) => `${part} ${layer} ${head}`)).toEqual([
      ...['encoder 0 0', 'encoder 0 1', 'trunk 0 0', 'trunk 0 1', 'trunk 1 0', 'trunk 1 1'],
    ]);
    for (const head of [[heads[0]!], [heads[3]!], heads]) {
      const restore = silence(policy, head);
      expect(await acted()).not.toEqual(whole);
      restore();
      expect(await acted()).toEqual(whole);
    }
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

test('heads that a text asks by are not kept apart, and are none that could be silenced', () => {
  const space = new Dict({
    cells: new Box({ low: 0, high: 1, shape: [2, 2, 1], tokens: 'cell', categories: [2] }),
    order: new Text(8, { words: ['go', 'left'] }),
  });
  makePolicy(space, { queries: 'text' });
  expect(headsOf(policy).map(({ part }) => part)).toEqual(['trunk', 'trunk', 'trunk', 'trunk']);
});

test('a policy without attention has no heads, and one that is asked for is an error', () => {
  makePolicy(vector, { policy: 'gru' });
  expect(headsOf(policy)).toEqual([]);
  expect(() => silence(policy, [{ part: 'trunk', layer: 0, head: 0 }])).toThrow(
    'there is no head 0 in layer 0 of the trunk',
  );
});

test('the distance of two distributions is how often the action would have to be another one', () => {
  expect(distance(new Discrete(3), [0.5, 0.3, 0.2], [0.1, 0.3, 0.6])).toBeCloseTo(0.4, 12);
  const parts = [0.5, 0.5, 1, 0, 0];
  expect(distance(new MultiDiscrete([2, 3]), parts, [0.25, 0.75, 0.5, 0.5, 0])).toBeCloseTo(1 - 0.75 * 0.5, 12);
  expect(distance(new MultiBinary(2), [0.5, 1], [0.25, 0.5])).toBeCloseTo(1 - 0.75 * 0.5, 12);
  // Of normal distributions, half of the area between their densities.
  const [mean, deviation] = [0.7, 0.5];
  const density = (x: number, at: number): number =>
    Math.exp(-0.5 * ((x - at) / deviation) ** 2) / (deviation * Math.sqrt(2 * Math.PI));
  let area = 0;
  for (let x = -5; x < 6; x += 1e-3) area += 0.5e-3 * Math.abs(density(x, 0) - density(x, mean));
  const box = new Box({ low: -1, high: 1, shape: [1] });
  expect(distance(box, [0, deviation], [mean, deviation])).toBeCloseTo(area, 4);
});
