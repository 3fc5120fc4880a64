import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Decided } from '../../agents/model/decided.ts';
import { Neutral } from '../../agents/model/neutral.ts';
import { occlude } from '../../agents/model/occlusion.ts';
import { Policy, type PolicyOptions } from '../../agents/model/policy.ts';
import { saliency, type Taken } from '../../agents/model/saliency.ts';
import { Generator } from '../../envs/random.ts';
import { Box, Dict, Discrete, type Space, Text } from '../../envs/spaces.ts';
import { numbersOf, tokensOf } from '../../envs/tokens.ts';
import { Actor } from '../../src/actor.ts';
import { openDevice } from '../../src/device/device.ts';

const CONTEXT = 3;
const LAYERS = 2;
const STEPS = 12;

const SPACES = {
  vector: new Box({ low: -1, high: 1, shape: [4] }),
  grid: new Box({ low: 0, high: 1, shape: [3, 3, 2], tokens: 'cell' }),
  parts: new Dict({
    cells: new Box({ low: 0, high: 2, shape: [2, 2, 1], tokens: 'cell', categories: [3] }),
    speed: new Box({ low: -1, high: 1, shape: [2] }),
    order: new Text(8, { words: ['go', 'left'] }),
  }),
} satisfies Record<string, Space>;
const KINDS = ['transformer', 'gru', 'mlp'] as const;

let policy: Policy;
afterEach(() => policy.dispose());

/** A policy that is sure of something: as they begin, all actions are about as likely whatever is seen. */
async function madePolicy(observationSpace: Space, options: Partial<PolicyOptions> = {}): Promise<void> {
  policy = new Policy({
    ...{ observationSpace, actionSpace: new Discrete(3), policy: 'transformer' },
    ...{ width: 16, layers: LAYERS, heads: 2, context: CONTEXT, feedForward: 2, initialLogStd: -1 },
    random: new Generator(11),
    ...options,
  });
  const random = new Generator(7);
  const stored = await policy.parameters.save();
  for (const [name, { data }] of stored) {
    if (name === 'head.action.weight') for (const i of data.keys()) data[i] = 100 * (data[i] as number);
    if (name.endsWith('logits')) for (const i of data.keys()) data[i] = 0.2 * random.standardNormal();
  }
  policy.parameters.load(stored);
}

/** Observations as a policy takes them: quantities anywhere, all else 0 or 1. */
function observationsOf(space: Space): Float32Array[] {
  const random = new Generator(5);
  return Array.from({ length: STEPS }, () => {
    const observation = new Float32Array(policy.observationSize);
    for (const group of tokensOf(space))
      for (let i = 0; i < group.tokens; i++)
        for (const number of numbersOf(group, i))
          observation[number] = group.kind === 'vector' ? random.uniform(-1, 1) : random.integers(2);
    return observation;
  });
}

function decidedOn(observations: readonly Float32Array[], { first = 0, now = observations.at(-1)! } = {}): Decided {
  const past = observations.slice(first, -1);
  const size = policy.observationSize;
  const flat = new Float32Array(past.length * size);
  past.forEach((observation, t) => flat.set(observation, t * size));
  return { past: flat, fromStart: first === 0, now };
}

/** What a policy puts out that acted step by step. */
async function acted(observations: readonly Float32Array[]): Promise<Float32Array> {
  const actor = new Actor(policy, 1);
  for (const observation of observations) await actor.act(observation, null, 'likeliest');
  const output = actor.output(0).slice();
  actor.dispose();
  return output;
}

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>, digits = 4): void {
  expect(found.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) expect(found[i]).toBeCloseTo(wanted[i] as number, digits);
}

describe('occlusion', () => {
  beforeAll(async () => void (await openDevice('simd')));

  test.each(KINDS)('of a %s is what it would have put out, had it seen the neutral value', async (kind) => {
    await madePolicy(SPACES.vector, { policy: kind });
    const observations = observationsOf(SPACES.vector);
    const neutral = Float32Array.of(0.5, 0, 0, -0.5);
    const [whole, first, last] = await occlude(policy, decidedOn(observations), neutral, [[0], [0, 3]]);
    const before = observations.slice(0, -1);
    const [a, b, c, d] = observations.at(-1)!;
    expectClose(whole!, await acted(observations));
    expectClose(first!, await acted([...before, Float32Array.of(0.5, b!, c!, d!)]));
    expectClose(last!, await acted([...before, Float32Array.of(0.5, b!, c!, -0.5)]));
    expect(Math.abs(first![0]! - whole![0]!)).toBeGreaterThan(1e-3);
    expect(a).not.toBe(0.5);
  });

  test('a Transformer needs no more of the past than its layers can reach', async () => {
    await madePolicy(SPACES.vector);
    const observations = observationsOf(SPACES.vector);
    const first = STEPS - 1 - LAYERS * CONTEXT;
    const [whole] = await occlude(policy, decidedOn(observations, { first }), new Float32Array(4), []);
    expectClose(whole!, await acted(observations));
  });

  test('what a Decision Transformer is told beside what it sees stays, whatever is hidden', async () => {
    await madePolicy(SPACES.vector, { conditioned: true });
    const target = { targetReturn: 3, returnScale: 2 };
    const actor = new Actor(policy, 1, target);
    const random = new Generator(5);
    const inputs: Float32Array[] = [];
    for (let t = 0; t < STEPS; t++) {
      const observation = Float32Array.from({ length: policy.observationSize }, () => random.uniform(-1, 1));
      inputs.push(actor.inputsOf(observation).slice());
      await actor.act(observation, null, 'likeliest');
      actor.rewarded([random.random()]);
    }
    const size = policy.inputSize;
    const past = new Float32Array((STEPS - 1) * size);
    inputs.slice(0, -1).forEach((input, t) => past.set(input, t * size));
    const now = inputs.at(-1)!;
    const neutral = new Neutral(tokensOf(SPACES.vector), inputs).of(now);
    expect(neutral.subarray(policy.observationSize)).toEqual(now.subarray(policy.observationSize));
    const told = Array.from({ length: size - policy.observationSize }, (_, i) => policy.observationSize + i);
    const [whole, hidden, unchanged] = await occlude(policy, { past, fromStart: true, now }, neutral, [
      [0, 1, 2, 3],
      told,
    ]);
    expectClose(whole!, actor.output(0));
    expect(unchanged).toEqual(whole);
    expect(hidden).not.toEqual(whole);
    actor.dispose();
  });

  test('a part that has its neutral value changes nothing, however many there are', async () => {
    await madePolicy(SPACES.grid);
    const observations = observationsOf(SPACES.grid);
    const now = observations.at(-1)!;
    const parts = Array.from({ length: 200 }, (_, i) => [i % now.length]);
    const neutral = now.map((value, i) => (i === 4 ? 1 - value : value));
    const outputs = await occlude(policy, decidedOn(observations), neutral, parts);
    expect(outputs.length).toBe(201);
    parts.forEach(([number], i) => {
      if (number !== 4) expect(outputs[i + 1]).toEqual(outputs[0]);
      else expect(outputs[i + 1]).not.toEqual(outputs[0]);
    });
  });

  test('cells, words and numbers can be hidden, and nothing of it stays on the device', async () => {
    await madePolicy(SPACES.parts);
    const observations = observationsOf(SPACES.parts);
    const parts = tokensOf(SPACES.parts).flatMap((group) =>
      Array.from({ length: group.tokens }, (_, i) => numbersOf(group, i)),
    );
    const hide = async (): Promise<Float32Array[]> =>
      await occlude(policy, decidedOn(observations), new Float32Array(policy.observationSize), parts);
    await hide(); // after which the model has what it keeps, tables of angles say
    const { numTensors } = tf.memory();
    const outputs = await hide();
    expect(outputs.every((output) => output.every(Number.isFinite))).toBe(true);
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

describe('saliency', () => {
  beforeAll(async () => void (await openDevice('cpu')));
  const taken: Taken = { action: Float32Array.of(1), continuous: false, mask: null };

  test.each([
    ...KINDS.map((kind) => ['vector', { policy: kind }] as const),
    ['grid', {}] as const,
    ['grid', { reach: 1 }] as const,
  ])('is the slope of the log-probability, of a %s with %j', async (name, options) => {
    await madePolicy(SPACES[name], options);
    const observations = observationsOf(SPACES[name]);
    const slopes = (await saliency(policy, decidedOn(observations), taken))!;
    const now = observations.at(-1)!;
    const step = 0.02;
    for (const i of [0, 1, 3]) {
      const moved = async (by: number): Promise<number> => {
        const other = now.map((value, number) => (number === i ? value + by : value));
        const [output] = await occlude(policy, decidedOn(observations, { now: other }), other, []);
        return Math.log(policy.head.describe(output!, null)[1]!);
      };
      expect(slopes[i]).toBeCloseTo(((await moved(step)) - (await moved(-step))) / (2 * step), 2);
    }
  });

  test('is of the mean where actions are continuous', async () => {
    const actionSpace = new Box({ low: -1, high: 1, shape: [1] });
    await madePolicy(SPACES.vector, { policy: 'mlp', actionSpace });
    const observations = observationsOf(SPACES.vector);
    const slopes = (await saliency(policy, decidedOn(observations), { ...taken, continuous: true }))!;
    const now = observations.at(-1)!;
    const moved = async (by: number): Promise<number> => {
      const other = now.map((value, i) => (i === 2 ? value + by : value));
      const [output] = await occlude(policy, decidedOn(observations, { now: other }), other, []);
      return output![0]! / Math.exp(output![1]!);
    };
    expect(slopes[2]).toBeCloseTo(((await moved(0.02)) - (await moved(-0.02))) / 0.04, 1);
  });

  test('categories and words have none, and are told from numbers of which there is one', async () => {
    await madePolicy(SPACES.parts);
    const find = async (): Promise<Float32Array | null> =>
      await saliency(policy, decidedOn(observationsOf(SPACES.parts)), taken);
    await find();
    const { numTensors } = tf.memory();
    const slopes = (await find())!;
    expect(tf.memory().numTensors).toBe(numTensors);
    expect([...slopes].map(Number.isNaN)).toEqual([...slopes].map((_, i) => i < 4 || i >= 6));
  });

  test('there is none where all is categories', async () => {
    const space = new Discrete(5);
    await madePolicy(space, { policy: 'mlp' });
    const decided = { past: new Float32Array(0), fromStart: true, now: Float32Array.of(2) };
    await expect(saliency(policy, decided, taken)).resolves.toBe(null);
  });
});
