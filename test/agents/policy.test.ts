import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { Policy, type PolicyOptions } from '../../agents/model/policy.ts';
import type { Cache } from '../../agents/model/trunk.ts';
import { Generator } from '../../envs/random.ts';
import { Box, Dict, Discrete, MultiBinary, MultiDiscrete, type Space, Text, Tuple } from '../../envs/spaces.ts';
import { openDevice } from '../../src/device/device.ts';
import { readModelConfig } from '../../src/pretrained/modelConfig.ts';
import { WeightFiles } from '../../src/pretrained/weightFiles.ts';

await openDevice('simd');

const N = 3;
const T = 12;
const SIZE = 4;
const CONTEXT = 5;

const GPT2 = fileURLToPath(new URL('../fixtures/pretrained/gpt2', import.meta.url));
/** Of 24 places. */
const PRETRAINED = { architecture: readModelConfig(GPT2).architecture, weights: new WeightFiles(GPT2, 'gpt2') };

/** Each kind of policy, and what makes it. */
const KINDS = {
  transformer: { policy: 'transformer' },
  'gated transformer': { policy: 'transformer', gating: 'gru' },
  'pretrained GPT-2': { policy: 'transformer', pretrained: PRETRAINED },
  gru: { policy: 'gru' },
  mlp: { policy: 'mlp' },
} satisfies Record<string, Partial<PolicyOptions>>;
type Kind = keyof typeof KINDS;

function policyOf(
  kind: Kind,
  observationSpace: Space = new Box({ low: -1, high: 1, shape: [SIZE] }),
  options: Partial<PolicyOptions> = {},
): Policy {
  return new Policy({
    observationSpace,
    actionSpace: new Discrete(3),
    ...KINDS[kind],
    width: 16,
    layers: 2,
    heads: 2,
    context: CONTEXT,
    feedForward: 2,
    initialLogStd: 0,
    random: new Generator(11),
    ...options,
  });
}

function observationsOf(seed: number): Float32Array {
  const random = new Generator(seed);
  return Float32Array.from({ length: N * T * SIZE }, () => random.uniform(-1, 1));
}

/** Episodes start at the beginning, in the middle, and twice in a row. */
function startsOf(): Uint8Array {
  const starts = new Uint8Array(N * T);
  for (const [n, t] of [
    [0, 0],
    [1, 0],
    [1, 7],
    [2, 3],
    [2, 4],
  ] as const)
    starts[n * T + t] = 1;
  return starts;
}

const rows = (x: tf.Tensor): Float32Array => x.dataSync() as Float32Array;

/** Values of all steps at once, [N * T]. */
function full(
  policy: Policy,
  observations: Float32Array,
  starts: Uint8Array,
  cache = policy.emptyCache(N),
): Float32Array {
  return rows(policy.run(tf.tensor2d(observations, [N * T, SIZE]), starts, cache).values);
}

/** Values of all steps, one step of all sequences at a time, each going on with the last one's cache. */
function stepwise(
  policy: Policy,
  observations: Float32Array,
  starts: Uint8Array,
): { values: Float32Array; caches: Cache[] } {
  const values = new Float32Array(N * T);
  const caches = [policy.emptyCache(N)];
  for (let t = 0; t < T; t++) {
    const at = Array.from({ length: N }, (_, n) => n * T + t);
    const now = Float32Array.from(at.flatMap((row) => [...observations.subarray(row * SIZE, (row + 1) * SIZE)]));
    const nowStarts = Uint8Array.from(at, (row) => starts[row] as number);
    const result = policy.run(tf.tensor2d(now, [N, SIZE]), nowStarts, caches.at(-1) as Cache);
    rows(result.values).forEach((value, n) => (values[at[n] as number] = value));
    caches.push(result.cache);
  }
  return { values, caches };
}

function largestDifference(
  left: Float32Array,
  right: Float32Array,
  among: (row: number) => boolean = () => true,
): number {
  return Math.max(...left.map((x, row) => (among(row) ? Math.abs(x - (right[row] as number)) : 0)));
}

describe.each(Object.keys(KINDS) as Kind[])('the %s policy', (kind) => {
  test('gives the same step by step with a cache as all at once', () => {
    const policy = policyOf(kind);
    const observations = observationsOf(1);
    expect(
      largestDifference(full(policy, observations, startsOf()), stepwise(policy, observations, startsOf()).values),
    ).toBeLessThan(1e-4);
  });

  test('gives the same for the second half of a sequence that starts with the cache of the first', () => {
    const policy = policyOf(kind);
    const observations = observationsOf(2);
    const starts = startsOf();
    const half = T / 2;
    const { values, caches } = stepwise(policy, observations, starts);
    const at = Array.from({ length: N * half }, (_, i) => Math.floor(i / half) * T + half + (i % half));
    const later = Float32Array.from(at.flatMap((row) => [...observations.subarray(row * SIZE, (row + 1) * SIZE)]));
    const laterStarts = Uint8Array.from(at, (row) => starts[row] as number);
    const found = rows(policy.run(tf.tensor2d(later, [N * half, SIZE]), laterStarts, caches[half] as Cache).values);
    found.forEach((value, i) => expect(value).toBeCloseTo(values[at[i] as number] as number, 4));
  });

  test('sees nothing of the future', () => {
    const policy = policyOf(kind);
    const observations = observationsOf(3);
    const changed = observations.slice();
    const from = 8;
    for (let n = 0; n < N; n++) changed.fill(0.9, (n * T + from) * SIZE, (n + 1) * T * SIZE);
    const [before, after] = [full(policy, observations, startsOf()), full(policy, changed, startsOf())];
    expect(largestDifference(before, after, (row) => row % T < from)).toBe(0);
    expect(largestDifference(before, after, (row) => row % T >= from)).toBeGreaterThan(1e-3);
  });

  test('sees nothing of an earlier episode', () => {
    const policy = policyOf(kind);
    const observations = observationsOf(4);
    const changed = observations.slice();
    changed.fill(0.9, T * SIZE, (T + 7) * SIZE); // the first episode of the second sequence
    const [before, after] = [full(policy, observations, startsOf()), full(policy, changed, startsOf())];
    expect(largestDifference(before, after, (row) => row >= T + 7 && row < 2 * T)).toBe(0);
  });

  test('leaves no tensors behind', () => {
    const policy = policyOf(kind);
    const run = (): void => tf.tidy(() => void full(policy, observationsOf(5), startsOf()));
    run();
    const before = tf.memory().numTensors;
    run();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('starts from the same weights with the same seed', async () => {
    const [first, second] = [await policyOf(kind).parameters.save(), await policyOf(kind).parameters.save()];
    expect(first).toEqual(second);
  });
});

describe.each(['transformer', 'gated transformer', 'pretrained GPT-2', 'gru'] as const)('the %s policy', (kind) => {
  test('remembers what it saw', () => {
    const policy = policyOf(kind);
    const observations = observationsOf(6);
    const changed = observations.slice();
    changed.fill(0.9, 0, SIZE); // the first step of the first sequence
    const [before, after] = [full(policy, observations, startsOf()), full(policy, changed, startsOf())];
    for (let t = 0; t <= 3; t++)
      expect(Math.abs((before[t] as number) - (after[t] as number)), `step ${t}`).toBeGreaterThan(1e-5);
  });
});

test('a layer of the Transformer sees as many earlier steps as its context, and no more', () => {
  const policy = policyOf('transformer');
  const observations = observationsOf(7);
  const changed = observations.slice();
  changed.fill(0.9, 0, SIZE);
  const [before, after] = [full(policy, observations, startsOf()), full(policy, changed, startsOf())];
  const reach = 2 * CONTEXT; // two layers, one after the other
  expect(Math.abs((before[reach] as number) - (after[reach] as number))).toBeGreaterThan(0);
  expect(largestDifference(before, after, (row) => row > reach && row < T)).toBe(0);
});

test('steps of pretrained GPT-2 are the same with a cache as all at once where its places begin anew', () => {
  const policy = policyOf('pretrained GPT-2');
  const long = 3 * T; // longer than there are places
  const random = new Generator(9);
  const observations = Float32Array.from({ length: long * SIZE }, () => random.uniform(-1, 1));
  const starts = new Uint8Array(long).fill(1, 0, 1);
  const whole = rows(
    policy.run(tf.tensor2d(observations, [long, SIZE]), starts, policy.emptyCache(1), { remember: false }).values,
  );
  let cache = policy.emptyCache(1);
  for (let t = 0; t < long; t++) {
    const now = tf.tensor2d(observations.subarray(t * SIZE, (t + 1) * SIZE), [1, SIZE]);
    const result = policy.run(now, starts.subarray(t, t + 1), cache);
    expect(rows(result.values)[0], `step ${t}`).toBeCloseTo(whole[t] as number, 4);
    cache = result.cache;
  }
});

test('pretrained GPT-2 learns, but for what is frozen: a gradient reaches the maps to and from it', () => {
  const policy = policyOf('pretrained GPT-2');
  policy.parameters.freeze((name) => name.startsWith('trunk.'));
  const observations = tf.tensor2d(observationsOf(10), [N * T, SIZE]);
  const loss = (): tf.Scalar =>
    tf.sum(policy.run(observations, startsOf(), policy.emptyCache(N), { remember: false }).values);
  const { grads } = tf.variableGrads(loss, policy.parameters.variables.slice(0, -4));
  expect(Object.keys(grads).length).toBeLessThan(12);
  for (const [name, gradient] of Object.entries(grads))
    expect(Math.max(...rows(tf.abs(gradient))), name).toBeGreaterThan(0);
});

test.each(['transformer', 'pretrained GPT-2'] as const)(
  'attention of each head of the %s over the past sums to one, and to nothing outside the episode',
  (kind) => {
    const policy = policyOf(kind);
    const observations = tf.tensor2d(observationsOf(8), [N * T, SIZE]);
    const { cache } = policy.run(observations, startsOf(), policy.emptyCache(N));
    const starts = Uint8Array.of(1, 0, 0);
    const { attention } = policy.run(tf.slice(observations, 0, N) as tf.Tensor2D, starts, cache, { attention: true });
    expect(attention?.shape).toEqual([N, 2, 2, CONTEXT + 1]);
    const weights = rows(attention as tf.Tensor);
    for (let row = 0; row < N * 4; row++) {
      const head = weights.subarray(row * (CONTEXT + 1), (row + 1) * (CONTEXT + 1));
      expect(head.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
      if (row < 4) expect([...head]).toEqual([0, 0, 0, 0, 0, 1]);
      else expect(head[0]).toBeGreaterThan(0);
    }
  },
);

const IMAGE = new Box({ low: 0, high: 255, shape: [16, 16, 1], dtype: 'uint8', tokens: 'patch' });

const SPACES: [string, Space][] = [
  ['Discrete', new Discrete(5)],
  ['MultiDiscrete', new MultiDiscrete([2, 4])],
  ['MultiBinary', new MultiBinary(3)],
  ['bytes', new Box({ low: 0, high: 255, shape: [2, 2], dtype: 'uint8' })],
  ['Tuple', new Tuple([new Discrete(3), new Box({ low: -1, high: 1, shape: [2] })])],
  ['Dict', new Dict({ where: new Box({ low: -1, high: 1 }), what: new Dict({ kind: new Discrete(4) }) })],
  ['Text', new Text(9)],
  ['grid of categories', new Box({ low: 0, high: 3, shape: [3, 2, 2], tokens: 'cell', categories: [4, 2] })],
  ['grid of quantities', new Box({ low: 0, high: 1, shape: [3, 2, 5] })],
  ['image', new Box({ low: 0, high: 255, shape: [19, 17, 3], dtype: 'uint8' })],
  ['two images', new Dict({ left: IMAGE, right: IMAGE, words: new Text(20, { words: ['go', 'left'] }) })],
];

test.each(SPACES)('observations of a %s space reach the value', (_, space) => {
  const policy = policyOf('mlp', space);
  const size = policy.observationSize;
  const value = (fill: number): number =>
    rows(
      policy.run(tf.fill([1, size], fill) as tf.Tensor2D, Uint8Array.of(1), policy.emptyCache(1)).values,
    )[0] as number;
  expect(value(1)).not.toBeCloseTo(value(0), 5);
});

test.each(SPACES)('acting and learning on observations of a %s space leave no tensors behind', (_, space) => {
  const policy = policyOf('transformer', space);
  const observations = tf.ones([6, policy.observationSize]) as tf.Tensor2D;
  const starts = Uint8Array.of(1, 0, 0, 1, 0, 0);
  const cache = policy.emptyCache(2);
  const run = (): void =>
    tf.tidy(() => {
      policy.run(observations, starts, cache, { attention: true });
      const loss = (): tf.Scalar => tf.sum(policy.run(observations, starts, cache, { remember: false }).values);
      // Of the parameters, only the action's have no part in the value.
      tf.variableGrads(loss, policy.parameters.variables.slice(0, -4));
    });
  run();
  const before = tf.memory().numTensors;
  run();
  expect(tf.memory().numTensors).toBe(before);
});

test('each head of the encoder has weights that sum to one, of the last step of each sequence', () => {
  const policy = policyOf('mlp', new MultiDiscrete([2, 4, 3]));
  const observations = tf.tensor2d([0, 0, 0, 1, 3, 2, 0, 1, 2, 1, 2, 0], [4, 3]);
  const cache = policy.emptyCache(2);
  const { tokenAttention } = policy.run(observations, new Uint8Array(4), cache, { attention: true });
  expect(tokenAttention?.shape).toEqual([2, 2, 3]);
  const weights = rows(tokenAttention as tf.Tensor);
  for (let row = 0; row < 4; row++)
    expect(weights.subarray(3 * row, 3 * row + 3).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
  expect(policy.run(observations, new Uint8Array(4), cache).tokenAttention).toBe(null);
});

describe('a policy that sees cells together with their neighbours', () => {
  const GRID = new Box({ low: 0, high: 1, shape: [4, 3, 2], tokens: 'cell' });
  const OPTIONS = { reach: 1 };

  /** Where each head looked in one observation, [H, cells]. */
  function looked(policy: Policy, observation: Float32Array): Float32Array {
    const observations = tf.tensor2d(observation, [1, GRID.size]);
    const result = policy.run(observations, Uint8Array.of(1), policy.emptyCache(1), { attention: true });
    return rows(result.tokenAttention as tf.Tensor);
  }

  test('notices each number of a grid', () => {
    const policy = policyOf('mlp', GRID, OPTIONS);
    const value = (observation: Float32Array): number =>
      rows(
        policy.run(tf.tensor2d(observation, [1, GRID.size]), Uint8Array.of(1), policy.emptyCache(1)).values,
      )[0] as number;
    const empty = value(new Float32Array(GRID.size));
    for (let i = 0; i < GRID.size; i++)
      expect(value(new Float32Array(GRID.size).fill(1, i, i + 1)), `number ${i}`).not.toBeCloseTo(empty, 5);
  });

  test('looks at all cells alike at first, and then by what is in and around them, wherever that is', () => {
    const policy = policyOf('mlp', GRID, OPTIONS);
    expect(new Set(looked(policy, new Float32Array(GRID.size).fill(1, 3, 8)))).toEqual(new Set([Math.fround(1 / 12)]));
    const keys = policy.parameters.variables.find(({ shape }) => shape[1] === 2 && shape[0] === 16) as tf.Variable;
    keys.assign(tf.randomNormal(keys.shape as [number, number], 0, 1, 'float32', 5));
    // A thing in the second row, in the first column of neighbours that has them all, and one row further down.
    const [upper, lower] = [1, 2].map((row) =>
      looked(policy, new Float32Array(GRID.size).fill(1, 2 * (3 * row + 1), 2 * (3 * row + 1) + 1)),
    ) as [Float32Array, Float32Array];
    for (const head of [0, 1])
      for (let cell = 0; cell < 9; cell++)
        expect(lower[12 * head + cell + 3]).toBeCloseTo(upper[12 * head + cell] as number, 5);
    expect(upper[4]).not.toBeCloseTo(upper[11] as number, 3);
  });

  test('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    const policy = policyOf('transformer', GRID, OPTIONS);
    tf.tidy(() => void looked(policy, new Float32Array(GRID.size)));
    policy.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each(SPACES.filter(([name]) => name !== 'grid of quantities'))(
    'is refused for a %s space, which has no one grid of quantities',
    (_, space) => expect(() => policyOf('mlp', space, OPTIONS)).toThrow(/^reach works on .* one grid of quantities/),
  );
});
