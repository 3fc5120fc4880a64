import * as tf from '@tensorflow/tfjs-core';
import type { Policy } from '../../agents/model/policy.ts';
import type { Cache } from '../../agents/model/trunk.ts';
import type { Space } from '../../envs/spaces.ts';
import { accuracy, type Confusion, emptyConfusion, macroF1, macroRecall } from '../classification.ts';
import type { HeldOutEvent } from '../metrics.ts';
import { mean } from '../statistics.ts';
import type { Demonstration } from './demonstration.ts';

/** Steps of an episode that go through the policy at once. */
const AT_ONCE = 256;

/** How well a policy says which actions were taken, where it did not learn from them; all null without an episode. */
export type Predictions = Omit<HeldOutEvent, 'event' | 'step'>;

/**
 * Asks a policy for its likeliest action at each step of demonstrations that it has not learned from, given what they had
 * shown before.
 */
export async function predict(
  policy: Policy,
  actionSpace: Space,
  demonstrations: Iterable<Demonstration>,
): Promise<Predictions> {
  const parts = partsOf(actionSpace);
  const confusions = parts.map(({ labels }) => emptyConfusion(labels.length));
  const totals = { episodes: 0, steps: 0, surprise: 0, right: 0, squares: 0 };
  for (const shown of demonstrations) {
    totals.episodes++;
    totals.steps += shown.steps;
    const { actions, logProbs } = await replayed(policy, shown);
    totals.surprise -= logProbs.reduce((sum, logProb) => sum + logProb, 0);
    totals.squares += actions.reduce((sum, number, i) => sum + (number - (shown.actions[i] as number)) ** 2, 0);
    totals.right += count(confusions, shown.actions, actions);
    await new Promise(setImmediate); // let signals through
  }
  return summarised(totals, policy.head.actionSize, parts, confusions);
}

function summarised(
  totals: { episodes: number; steps: number; surprise: number; right: number; squares: number },
  actionSize: number,
  parts: readonly Part[],
  confusions: readonly Confusion[],
): Predictions {
  const { episodes, steps, surprise, right, squares } = totals;
  const discrete = parts.length > 0 && steps > 0;
  return {
    episodes,
    steps,
    loss: steps > 0 ? surprise / steps : null,
    accuracy: discrete ? right / steps : null,
    macroRecall: discrete ? mean(confusions.map(macroRecall)) : null,
    macroF1: discrete ? mean(confusions.map(macroF1)) : null,
    meanSquaredError: parts.length === 0 && steps > 0 ? squares / (steps * actionSize) : null,
    confusion: discrete
      ? confusions.map((counts, i) => ({ ...(parts[i] as Part), counts, accuracy: accuracy(counts) }))
      : [],
  };
}

/** A part of an action that is chosen among several: what people call it, and its choices. */
interface Part {
  part: string;
  labels: string[];
}

/** None where actions are continuous. */
function partsOf(space: Space): Part[] {
  const numbered = (n: number, start = 0): string[] => Array.from({ length: n }, (_, i) => String(start + i));
  switch (space.kind) {
    case 'discrete':
      return [{ part: 'action', labels: [...(space.names ?? numbered(space.n, space.start))] }];
    case 'multiDiscrete':
      return space.n.map((n, i) => ({ part: space.names?.[i] ?? `part ${i}`, labels: numbered(n) }));
    case 'multiBinary':
      return Array.from({ length: space.n }, (_, i) => ({ part: space.names?.[i] ?? `bit ${i}`, labels: numbered(2) }));
    case 'box':
    case 'text':
    case 'tuple':
    case 'dict':
      return [];
    default:
      return space satisfies never;
  }
}

/** Counts what each part was taken for; returns in how many steps all parts were right. */
function count(confusions: readonly Confusion[], actual: Float32Array, predicted: Float32Array): number {
  const A = confusions.length;
  if (A === 0) return 0;
  let right = 0;
  for (let step = 0; step < actual.length; step += A) {
    let same = true;
    confusions.forEach((counts, part) => {
      const [was, said] = [actual[step + part] as number, predicted[step + part] as number];
      (counts[was] as number[])[said] = ((counts[was] as number[])[said] as number) + 1;
      same &&= was === said;
    });
    if (same) right++;
  }
  return right;
}

/** [T, A] likeliest actions, and [T] log-probabilities of those that were taken. */
async function replayed(
  policy: Policy,
  shown: Demonstration,
): Promise<{ actions: Float32Array; logProbs: Float32Array }> {
  const { head, inputSize: I } = policy;
  const [A, M, T] = [head.actionSize, head.maskSize, shown.steps];
  const actions = new Float32Array(T * A);
  const logProbs = new Float32Array(T);
  let cache = policy.emptyCache(1);
  for (let from = 0; from < T; from += AT_ONCE) {
    const rows = Math.min(AT_ONCE, T - from);
    const masks = shown.masks?.subarray(from * M, (from + rows) * M) ?? null;
    const before = cache;
    const piece = {
      inputs: shown.inputs.subarray(from * I, (from + rows) * I),
      actions: shown.actions.subarray(from * A, (from + rows) * A),
      masks,
      starts: Uint8Array.from({ length: rows }, (_, i) => Number(from + i === 0)),
    };
    const [outputs, said, after] = runOn(policy, piece, before);
    tf.dispose(before.tensors);
    cache = after;
    const numbers = (await outputs.data()) as Float32Array;
    logProbs.set((await said.data()) as Float32Array, from);
    tf.dispose([outputs, said]);
    const P = numbers.length / rows;
    for (let row = 0; row < rows; row++) {
      const mask = masks && M ? masks.subarray(row * M, (row + 1) * M) : null;
      head.mode(
        numbers.subarray(row * P, (row + 1) * P),
        mask,
        actions.subarray((from + row) * A, (from + row + 1) * A),
      );
    }
  }
  tf.dispose(cache.tensors);
  return { actions, logProbs };
}

function runOn(
  policy: Policy,
  piece: { inputs: Float32Array; actions: Float32Array; masks: Uint8Array | null; starts: Uint8Array },
  before: Cache,
): [tf.Tensor2D, tf.Tensor1D, Cache] {
  const { head, inputSize } = policy;
  const rows = piece.starts.length;
  let cache = before;
  const [outputs, logProbs] = tf.tidy(() => {
    const result = policy.run(tf.tensor2d(piece.inputs, [rows, inputSize]), piece.starts, before);
    const actions = tf.tensor2d(piece.actions, [rows, head.actionSize]);
    const masks =
      piece.masks && head.maskSize ? tf.tensor2d(Float32Array.from(piece.masks), [rows, head.maskSize]) : null;
    cache = result.cache;
    cache.tensors.forEach((tensor) => tf.keep(tensor));
    return [result.outputs, head.score(result.outputs, actions, masks).logProbs] as const;
  });
  return [outputs, logProbs, cache];
}
