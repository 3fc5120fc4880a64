import { expect, test } from 'vitest';
import { AttentionRollout } from '../../agents/model/attentionRollout.ts';

const CONTEXT = 2;
// [step][layer][head][lag]
const STEPS = [
  [[[1, 0, 0]], [[1, 0, 0]]],
  [[[0.5, 0.5, 0]], [[0.25, 0.75, 0]]],
  [[[0, 0.5, 0.5]], [[0, 0, 1]]],
  [[[0.2, 0.2, 0.6]], [[0, 1, 0]]],
];
const attention = (step: number): number[] | null => STEPS[step]?.flat(2) ?? null;

test('a rollout is the product of the layers’ matrices, each half residual', () => {
  const rollout = new AttentionRollout({ layers: 2, heads: 1 }, attention);
  for (let step = 0; step < STEPS.length; step++) {
    const found = rollout.weights(step)!;
    expect(found.length).toBe(2 * CONTEXT + 1);
    const product = multiply(mixed(1), mixed(0))[step]!;
    for (let lag = 0; lag <= step; lag++) expect(found[lag]).toBeCloseTo(product[step - lag]!, 6);
    expect(found.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
  }
});

test('heads count alike', () => {
  const two = (step: number): number[] | null => (step === 1 ? [1, 0, 0, 1] : [1, 0, 1, 0]);
  expect([...new AttentionRollout({ layers: 1, heads: 2 }, two).weights(1)!]).toEqual([0.75, 0.25]);
});

test('what somebody else decided let nothing through, and has no rollout of its own', () => {
  const played = (step: number): number[] | null => (step === 1 ? null : attention(step));
  const rollout = new AttentionRollout({ layers: 2, heads: 1 }, played);
  expect(rollout.weights(1)).toBe(null);
  expect(rollout.weights(3)!.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
});

test('a step after another is found from what is known: it reads each step that it can reach once', () => {
  const [layers, context, steps] = [4, 16, 600];
  let reads = 0;
  const rollout = new AttentionRollout({ layers, heads: 1 }, (step) => {
    reads++;
    return uniform(layers, context, step);
  });
  for (let step = 0; step < steps; step++) rollout.weights(step);
  // asking whether it has any, and then each layer once
  expect(reads).toBe(steps * (layers + 1));
});

function uniform(layers: number, context: number, step: number): number[] {
  const lags = Math.min(step, context) + 1;
  return Array.from({ length: layers * (context + 1) }, (_, i) => (i % (context + 1) < lags ? 1 / lags : 0));
}

/** Half of a layer's attention and half of the identity, [step, step]. */
function mixed(layer: number): number[][] {
  return STEPS.map((ofStep, t) => STEPS.map((_, u) => 0.5 * (ofStep[layer]![0]![t - u] ?? 0) + (u === t ? 0.5 : 0)));
}

function multiply(a: number[][], b: number[][]): number[][] {
  return a.map((row) => b.map((_, s) => row.reduce((sum, weight, u) => sum + weight * b[u]![s]!, 0)));
}
