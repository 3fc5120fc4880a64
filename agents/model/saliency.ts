import * as tf from '@tensorflow/tfjs-core';
import { isSmooth, tokensOf } from '../../envs/tokens.ts';
import { type Decided, memoryOf, startsOf } from './decided.ts';
import type { Policy } from './policy.ts';

/** What was decided. */
export interface Taken {
  /** Flat form; not looked at where actions are continuous. */
  action: Float32Array;
  continuous: boolean;
  /** Null where all actions were possible. */
  mask: Uint8Array | null;
}

/**
 * How fast the decision changes with each number that the policy sees now, what it remembers staying as it was: the
 * gradient of the log-probability of the action that was taken. Of continuous actions it is that of the mean, in standard
 * deviations; of several components the length over all of them, without a sign.
 *
 * A gradient tells of small changes only. It needs a device whose layers have a gradient to what they are given: that of
 * `simd` leaves it out, where learning has no use for it.
 *
 * @returns [size], NaN for numbers that cannot change by little (categories and words); null where all are such
 * @see Simonyan et al. 2014, "Deep Inside Convolutional Networks", section 3
 */
export async function saliency(policy: Policy, decided: Decided, taken: Taken): Promise<Float32Array | null> {
  const { head } = policy;
  const smooth = tokensOf(policy.observationSpace).filter(isSmooth);
  if (smooth.length === 0) return null;
  const memory = memoryOf(policy, decided);
  const decide = (x: tf.Tensor2D): tf.Tensor2D =>
    policy.run(x, startsOf(decided, 1), memory, { remember: false }).outputs;
  const size = decided.now.length;
  const gradients = tf.tidy(() => {
    const now = tf.tensor2d(decided.now, [1, size]);
    const of = (measure: (outputs: tf.Tensor2D) => tf.Tensor): tf.Tensor =>
      tf.grad((x) => tf.sum(measure(decide(x as tf.Tensor2D))))(now);
    if (!taken.continuous) {
      const action = tf.tensor2d(taken.action, [1, head.actionSize]);
      const mask = taken.mask && tf.tensor2d(Float32Array.from(taken.mask), [1, head.maskSize]);
      return of((outputs) => head.score(outputs, action, mask).logProbs);
    }
    const means = Array.from({ length: head.actionSize }, (_, i) =>
      of((outputs) => {
        const at = (column: number): tf.Tensor => tf.slice(outputs, [0, column], [1, 1]);
        return tf.div(at(i), tf.exp(at(head.actionSize + i)));
      }),
    );
    return means.length === 1 ? (means[0] as tf.Tensor) : tf.sqrt(tf.addN(means.map((mean) => tf.square(mean))));
  });
  const numbers = (await gradients.data()) as Float32Array;
  tf.dispose([gradients, ...memory.tensors]);
  const found = new Float32Array(size).fill(NaN);
  for (const { offset, size } of smooth) found.set(numbers.subarray(offset, offset + size), offset);
  return found;
}
