import * as tf from '@tensorflow/tfjs-core';
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

export interface PolicyGradientOptions {
  /** Weight of the value's loss. */
  valueCoefficient: number;
  /** Weight of the entropy, which rewards exploring. */
  entropyCoefficient: number;
  /** Normalise the advantages of each rollout to mean 0, deviation 1. */
  normalizeAdvantages: boolean;
}

/** What an update reports. */
export interface PolicyGradientTerms extends SharedTerms {
  policyLoss: number;
  valueLoss: number;
  entropy: number;
}

/**
 * The loss whose gradient is the policy gradient, with the value's squared error and the entropy: A2C and REINFORCE
 * differ in the advantages that they put in.
 *
 *   policyLoss = -mean(log pi(a|s) A)
 *   valueLoss  = 1/2 mean((V - R)^2)
 *   loss       = policyLoss + valueCoefficient valueLoss - entropyCoefficient mean(entropy)
 *
 * @see Sutton et al. 2000, "Policy Gradient Methods for Reinforcement Learning with Function Approximation", theorem 1
 */
export function policyGradientLoss(
  { logProbs, entropies, advantages, values, returns }: Evaluation,
  { valueCoefficient, entropyCoefficient, normalizeAdvantages }: PolicyGradientOptions,
): Loss {
  const weights = normalizeAdvantages ? normalised(advantages) : advantages;
  const policyLoss = tf.neg(tf.mean(tf.mul(logProbs, weights)));
  const valueLoss = tf.mul(0.5, tf.mean(tf.square(tf.sub(values, returns))));
  const entropy = tf.mean(entropies);
  const loss = tf.add(policyLoss, tf.sub(tf.mul(valueLoss, valueCoefficient), tf.mul(entropy, entropyCoefficient)));
  return { loss: loss as tf.Scalar, terms: tf.stack([policyLoss, valueLoss, entropy]) as tf.Tensor1D };
}

/** One step of the optimiser for each rollout: the gradient is that of the policy that acted, and of no later one. */
export function learnPolicyGradient(
  policy: Policy,
  optimizer: Adam,
  rollout: Rollout,
  options: PolicyGradientOptions & UpdateOptions,
): Promise<PolicyGradientTerms> {
  return learnMinibatches(policy, optimizer, rollout, {
    ...options,
    epochs: 1,
    minibatches: 1,
    terms: ['policyLoss', 'valueLoss', 'entropy'],
    loss: (evaluation) => policyGradientLoss(evaluation, options),
  });
}
