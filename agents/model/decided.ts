import * as tf from '@tensorflow/tfjs-core';
import type { Policy } from './policy.ts';
import type { Cache } from './trunk.ts';

/** What a policy saw up to a decision: its inputs, observations as it takes them and behind each what else it is told. */
export interface Decided {
  /** [steps, size] before the decision: as many as it remembers, or all. */
  past: Float32Array;
  /** Whether the first step of these, or the decision itself where there are none, is the first of the episode. */
  fromStart: boolean;
  /** [size] */
  now: Float32Array;
}

const STEPS_AT_ONCE = 256;

/** What the policy remembers when it decides; the caller disposes of its tensors. */
export function memoryOf(policy: Policy, { past, fromStart }: Decided): Cache {
  const size = policy.inputSize;
  let cache = policy.emptyCache(1);
  for (let from = 0; from < past.length; from += STEPS_AT_ONCE * size) {
    const observations = past.subarray(from, from + STEPS_AT_ONCE * size);
    const starts = new Uint8Array(observations.length / size);
    if (from === 0 && fromStart) starts[0] = 1;
    const before = cache;
    tf.tidy(() => {
      cache = policy.run(tf.tensor2d(observations, [starts.length, size]), starts, before).cache;
      return cache.tensors;
    });
    tf.dispose(before.tensors);
  }
  return cache;
}

/** [B] 1 where the decision is the first of its episode. */
export function startsOf({ past, fromStart }: Decided, B: number): Uint8Array {
  return new Uint8Array(B).fill(past.length === 0 && fromStart ? 1 : 0);
}
