import * as tf from '@tensorflow/tfjs-core';
import { fused, type Kernel } from '../model/fused.ts';
import type { Policy } from '../model/policy.ts';
import type { Adam } from '../optimizer.ts';
import type { Rollout } from '../rollout.ts';
import {
  type Evaluation,
  learnMinibatches,
  type Loss,
  normalised,
  type SharedTerms,
  type UpdateOptions,
} from './learnMinibatches.ts';

/** Hyper-parameters of PPO; the names in brackets are Stable-Baselines3's. */
export interface PpoOptions {
  /** Passes over each rollout. [n_epochs] */
  epochs: number;
  /** Parts that a rollout's sequences are dealt into, each one step of the optimiser. */
  minibatches: number;
  /** How far the probability ratio counts: 1 - clipRange … 1 + clipRange. [clip_range] */
  clipRange: number;
  /** Clip the change of the value too, by the same range. [clip_range_vf] */
  clipValues: boolean;
  /** Weight of the value's loss. [vf_coef] */
  valueCoefficient: number;
  /** Weight of the entropy, which rewards exploring. [ent_coef] */
  entropyCoefficient: number;
  /** Normalise the advantages of each minibatch to mean 0, deviation 1. [normalize_advantage] */
  normalizeAdvantages: boolean;
  /** End the update once the KL divergence exceeds 1.5 times this; null: never. [target_kl] */
  targetKl: number | null;
}

/** What an update reports, each the mean over its minibatches. */
export interface PpoTerms extends SharedTerms {
  policyLoss: number;
  valueLoss: number;
  entropy: number;
  /** Estimated KL divergence of the new policy from the one that acted: mean of (r - 1) - log r. */
  approxKl: number;
  /** Share of actions whose ratio left the clip range. */
  clipFraction: number;
}

/** What the loss reports, in its order. */
const TERMS = ['policyLoss', 'valueLoss', 'entropy', 'approxKl', 'clipFraction'] as const;

/**
 * The clipped surrogate objective, the value's squared error and the entropy.
 *
 *   r = exp(log pi(a|s) - log pi_old(a|s))
 *   policyLoss = -mean(min(r A, clip(r, 1 - eps, 1 + eps) A))
 *   valueLoss  = 1/2 mean((V - R)^2), or of the larger of that and the clipped value's
 *   loss       = policyLoss + valueCoefficient valueLoss - entropyCoefficient mean(entropy)
 *
 * @see Schulman et al. 2017, "Proximal Policy Optimization Algorithms", eq. 7 and 9
 * @see Huang et al. 2022, "The 37 Implementation Details of Proximal Policy Optimization"
 */
export function ppoLoss(inputs: Evaluation, options: PpoOptions): Loss {
  const whole = fused('PpoLoss');
  if (whole) return fusedPpoLoss(whole, inputs, options);
  const { clipRange, valueCoefficient, entropyCoefficient } = options;
  const advantages = options.normalizeAdvantages ? normalised(inputs.advantages) : inputs.advantages;
  const logRatio = tf.sub(inputs.logProbs, inputs.oldLogProbs);
  const ratio = tf.exp(logRatio);
  const clipped = tf.clipByValue(ratio, 1 - clipRange, 1 + clipRange);
  const policyLoss = tf.neg(tf.mean(tf.minimum(tf.mul(ratio, advantages), tf.mul(clipped, advantages)))) as tf.Scalar;
  const valueLoss = tf.mul(0.5, tf.mean(squaredValueError(inputs, options))) as tf.Scalar;
  const entropy = tf.mean(inputs.entropies) as tf.Scalar;
  const loss = tf.add(
    policyLoss,
    tf.sub(tf.mul(valueLoss, valueCoefficient), tf.mul(entropy, entropyCoefficient)),
  ) as tf.Scalar;
  const outside = tf.cast(tf.greater(tf.abs(tf.sub(ratio, 1)), clipRange), 'float32');
  const approxKl = tf.mean(tf.sub(tf.sub(ratio, 1), logRatio));
  return { loss, terms: tf.stack([policyLoss, valueLoss, entropy, approxKl, tf.mean(outside)]) as tf.Tensor1D };
}

function fusedPpoLoss(kernel: Kernel, inputs: Evaluation, options: PpoOptions): Loss {
  let terms: tf.Tensor | undefined;
  const apply = tf.customGrad((logProbs, entropies, values, save) => {
    const found = { logProbs, entropies, values } as Record<string, tf.Tensor>;
    const [value, ...rest] = kernel({ ...inputs, ...found }, { ...options }) as [tf.Tensor, ...tf.Tensor[]];
    // The loss alone leaves TFJS's scope of the gradient by itself.
    terms = tf.keep(rest[0] as tf.Tensor);
    (save as tf.GradSaveFunc)(rest.slice(1));
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [logProbs, entropies, values] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      return (fused('PpoLossGradient') as Kernel)({ logProbs, entropies, values, dy });
    };
    return { value, gradFunc };
  });
  const loss = apply(inputs.logProbs, inputs.entropies, inputs.values) as tf.Scalar;
  const kept = terms as unknown as tf.Tensor1D;
  const copy = tf.clone(kept);
  kept.dispose();
  return { loss, terms: copy };
}

/**
 * Learns from one rollout: `epochs` passes over its sequences in random order.
 *
 * @throws NonFiniteError when a term of the loss is NaN or infinite; the parameters are then no longer usable
 */
export function learnPpo(
  policy: Policy,
  optimizer: Adam,
  rollout: Rollout,
  options: PpoOptions & UpdateOptions,
): Promise<PpoTerms> {
  const { targetKl } = options;
  return learnMinibatches(policy, optimizer, rollout, {
    ...options,
    terms: TERMS,
    loss: (evaluation) => ppoLoss(evaluation, options),
    ...(targetKl !== null && { goesOn: ({ approxKl }) => !(approxKl > 1.5 * targetKl) }),
  });
}

function squaredValueError({ values, oldValues, returns }: Evaluation, options: PpoOptions): tf.Tensor {
  const error = tf.square(tf.sub(values, returns));
  if (!options.clipValues) return error;
  const change = tf.clipByValue(tf.sub(values, oldValues), -options.clipRange, options.clipRange);
  return tf.maximum(error, tf.square(tf.sub(tf.add(oldValues, change), returns)));
}
