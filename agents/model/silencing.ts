import * as tf from '@tensorflow/tfjs-core';
import type { Policy } from './policy.ts';
import type { HeadMix } from './trunk.ts';

/** An attention head: of the encoder, which looks at the parts of an observation, or of a layer that looks at past steps. */
export interface AttentionHead {
  part: 'encoder' | 'trunk';
  /** From 0; 0 of the encoder. */
  layer: number;
  /** From 0. */
  head: number;
}

/** All heads of a policy that can be silenced, those of the encoder first. */
export function headsOf(policy: Policy): AttentionHead[] {
  const { encoder, trunk } = policy.headMixes;
  const of = (part: AttentionHead['part'], mixes: readonly HeadMix[]): AttentionHead[] =>
    mixes.flatMap(({ heads }, layer) => Array.from({ length: heads }, (_, head) => ({ part, layer, head })));
  return [...of('encoder', encoder ? [encoder] : []), ...of('trunk', trunk)];
}

/**
 * Makes some heads put out zeros from now on, as if they had seen nothing: zero ablation. What a head puts out is set to
 * zero before heads are mixed, by way of the rows of the mixing weights that it alone feeds: exact, on any device and in
 * any kernel. (Mean ablation, which puts a head's mean in place of zero, keeps the part of it that is the same whatever is
 * seen; zero ablation counts that part too.)
 *
 * @returns gives the heads back what they had, to the bit
 * @throws RangeError for a head that the policy does not have
 * @see Michel et al. 2019, "Are Sixteen Heads Really Better than One?", section 2.2
 */
export function silence(policy: Policy, heads: readonly AttentionHead[]): () => void {
  const before = new Map<tf.Variable, tf.Tensor>();
  for (const { part, layer, head } of heads) {
    const { encoder, trunk } = policy.headMixes;
    const mix = part === 'encoder' ? encoder : trunk[layer];
    if (!mix || head >= mix.heads) throw new RangeError(`there is no head ${head} in layer ${layer} of the ${part}`);
    for (const weight of mix.weights) {
      const variable = weight as unknown as tf.Variable; // as `Parameters` made it
      if (!before.has(variable)) before.set(variable, tf.clone(weight));
      tf.tidy(() => variable.assign(withoutRows(weight, head, mix.heads)));
    }
  }
  return () => {
    for (const [variable, weight] of before) {
      variable.assign(weight);
      weight.dispose();
    }
  };
}

/** The weight with the rows that head `head` of `heads` feeds set to zero. */
function withoutRows(weight: tf.Tensor2D, head: number, heads: number): tf.Tensor2D {
  const [rows] = weight.shape;
  const D = rows / heads;
  const kept = Float32Array.from({ length: rows }, (_, row) => (Math.floor(row / D) === head ? 0 : 1));
  return tf.mul(weight, tf.tensor2d(kept, [rows, 1]));
}
