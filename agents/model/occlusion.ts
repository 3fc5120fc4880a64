import * as tf from '@tensorflow/tfjs-core';
import { type Decided, memoryOf, startsOf } from './decided.ts';
import type { Policy } from './policy.ts';
import type { Cache } from './trunk.ts';

const ROWS_AT_ONCE = 64;

/**
 * What a policy would put out if parts of what it sees now were hidden, one at a time: what it remembers stays as it was.
 * This is exact, on any device, for the neutral values that parts are replaced by; it says nothing of several parts at once.
 *
 * @param neutral  [size] what stands for each number of a part that is hidden
 * @param parts    the numbers of each part
 * @returns        [parts + 1] parameters of the action's distribution, as its head takes them: with nothing hidden, then
 *                 with each part hidden
 * @see Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2
 */
export async function occlude(
  policy: Policy,
  decided: Decided,
  neutral: Float32Array,
  parts: readonly (readonly number[])[],
): Promise<Float32Array[]> {
  const { now } = decided;
  const rows: { observation: Float32Array; part: number }[] = [{ observation: now, part: 0 }];
  parts.forEach((numbers, i) => {
    if (numbers.every((number) => now[number] === neutral[number])) return; // hiding it changes nothing
    const observation = now.slice();
    for (const number of numbers) observation[number] = neutral[number] as number;
    rows.push({ observation, part: i + 1 });
  });
  const memory = memoryOf(policy, decided);
  const found: Float32Array[] = [];
  try {
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      const some = rows.slice(from, from + ROWS_AT_ONCE);
      const outputs = await decideOn(
        policy,
        decided,
        memory,
        some.map(({ observation }) => observation),
      );
      some.forEach(({ part }, row) => (found[part] = outputs[row] as Float32Array));
    }
  } finally {
    tf.dispose(memory.tensors);
  }
  return Array.from({ length: parts.length + 1 }, (_, part) => found[part] ?? (found[0] as Float32Array));
}

/** What the policy puts out for each of several observations, all with the same memory. */
async function decideOn(
  policy: Policy,
  decided: Decided,
  { tensors, lengths }: Cache,
  observations: readonly Float32Array[],
): Promise<Float32Array[]> {
  const [B, size] = [observations.length, decided.now.length];
  const flat = new Float32Array(B * size);
  observations.forEach((observation, row) => flat.set(observation, row * size));
  const outputs = tf.tidy(() => {
    const repeated = tensors.map((tensor) => tf.tile(tensor, [B, ...tensor.shape.slice(1).map(() => 1)]));
    const cache = { tensors: repeated, lengths: new Int32Array(B).fill(lengths[0] as number) };
    return policy.run(tf.tensor2d(flat, [B, size]), startsOf(decided, B), cache).outputs;
  });
  const numbers = (await outputs.data()) as Float32Array;
  outputs.dispose();
  const width = numbers.length / B;
  return observations.map((_, row) => numbers.slice(row * width, (row + 1) * width));
}
