import type * as tf from '@tensorflow/tfjs-core';
import type { Linear } from './layers.ts';

/**
 * What a policy remembers of the episodes under way, one row for each environment.
 *
 * Tensors have the environments on their first axis and are never changed, only replaced.
 */
export interface Cache {
  tensors: tf.Tensor[];
  /** [B] steps of the current episode that the tensors hold. */
  lengths: Int32Array;
}

/** Several steps of several episodes, as a trunk sees them. */
export interface Sequence {
  /** [N * T, C]: each time step as one vector, all steps of a sequence one after the other. */
  steps: tf.Tensor2D;
  /** [N * T]: 1 where an episode starts, which forgets all that came before. */
  starts: Uint8Array;
  /** What was remembered before the first step; no gradient goes through it. */
  cache: Cache;
}

export interface TrunkResult {
  /** [N * T, C] */
  features: tf.Tensor2D;
  /** What is remembered after the last step; nothing where that was not asked for. */
  cache: Cache;
  /** [N, layers, H, S + T] weights of the last step over those before it, oldest first; null without attention. */
  attention: tf.Tensor4D | null;
}

export interface RunOptions {
  /** Whether the attention weights of the last step are wanted. */
  attention: boolean;
  /** Whether what is remembered afterwards is wanted; where it is, no gradient need go through. */
  remember: boolean;
}

/**
 * What takes in the outputs of H heads, each D wide and side by side: of each weight [H D, …], the rows h D … (h + 1) D
 * take in that of head h and of no other.
 */
export interface HeadMix {
  heads: number;
  weights: readonly tf.Tensor2D[];
}

/**
 * The part of a policy that works across time.
 *
 * Acting and learning are the same function: acting is a sequence of one step.
 */
export interface Trunk {
  /** Shapes of a cache's tensors, without the environments' axis. */
  readonly cacheShapes: readonly (readonly number[])[];
  /** Most steps of an episode that a cache holds. */
  readonly cacheSteps: number;
  /** Of each layer that attends; left out where there is none, or where its heads are not kept apart. */
  readonly headMixes?: readonly HeadMix[];
  /** Its linear maps, which low-rank adapters can change. */
  readonly linears: readonly Linear[];
  /** Names of parameters that learn even where the trunk is frozen: they lead into a pretrained one, and out of it. */
  readonly around?: readonly string[];
  run(sequence: Sequence, options: RunOptions): TrunkResult;
  dispose(): void;
}

/** Lengths after the last step of each sequence: steps since its episode's start, at most `limit`. */
export function lengthsAfter(starts: Uint8Array, lengths: Int32Array, limit: number): Int32Array {
  const T = starts.length / lengths.length;
  return lengths.map((length, n) => {
    for (let t = 0; t < T; t++) length = starts[n * T + t] ? 1 : length + 1;
    return Math.min(length, limit);
  });
}
