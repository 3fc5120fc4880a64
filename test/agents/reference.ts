import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** Recorded from PyTorch 1.13 in float64 (see its `source`): flat arrays, row-major. */
// The file's cases differ too much for one type; each test reads the fields that it names.
// oxlint-disable-next-line typescript/no-explicit-any
export const reference: Record<string, any> = (
  JSON.parse(readFileSync(new URL('../fixtures/torch-reference.json', import.meta.url), 'utf8')) as {
    cases: Record<string, unknown>;
  }
).cases;

export function expectClose(found: tf.Tensor | ArrayLike<number>, wanted: ArrayLike<number>, tolerance = 1e-5): void {
  const values = found instanceof tf.Tensor ? found.dataSync() : found;
  expect(values.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs((values[i] as number) - (wanted[i] as number));
    expect(difference, `component ${i}: ${values[i]} for ${wanted[i]}`).toBeLessThan(
      tolerance * Math.max(1, Math.abs(wanted[i] as number)),
    );
  }
}

/** Gradients of sum(f(inputs) * dOutput) with respect to the inputs. */
export function gradients(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
  dOutput: number[],
): tf.Tensor[] {
  return tf.grads((...xs: tf.Tensor[]) => {
    const y = f(...xs);
    return tf.sum(tf.mul(y, tf.tensor(dOutput, y.shape)));
  })(inputs);
}
