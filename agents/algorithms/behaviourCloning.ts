import * as tf from '@tensorflow/tfjs-core';
import type { Policy } from '../model/policy.ts';
import type { Adam } from '../optimizer.ts';
import type { Rollout } from '../rollout.ts';
import {
  type Evaluation,
  learnMinibatches,
  type Loss,
  type SharedTerms,
  type UpdateOptions,
} from './learnMinibatches.ts';

/**
 * Hyper-parameters of behaviour cloning. Beside these, of the rollout of demonstrations: how many are read side by side, and
 * how many steps of each.
 */
export interface BehaviourCloningOptions {
  /** Parts that a rollout's sequences are dealt into, each one step of the optimiser. */
  minibatches: number;
  /** Weight of the value's loss. */
  valueCoefficient: number;
}

/** What an update reports. */
export interface BehaviourCloningTerms extends SharedTerms {
  imitationLoss: number;
  valueLoss: number;
  entropy: number;
}

/**
 * Behaviour cloning: maximum likelihood of the actions that were shown, each given all that its episode had shown before.
 *
 *   imitationLoss = -mean(log pi(a_t | o_0 … o_t))
 *   valueLoss     = 1/2 mean((V(o_0 … o_t) - G_t)^2),   G_t the discounted return that followed
 *   loss          = imitationLoss + valueCoefficient valueLoss
 *
 * The means are over the steps in which something was decided: `advantages` is 1 there, and 0 at the observation that an
 * episode ended with, which is there for its value alone.
 *
 * With a policy that is told the return to go this is the Decision Transformer's learning too (model/condition.ts).
 *
 * @see Pomerleau 1991, "Efficient Training of Artificial Neural Networks for Autonomous Navigation"
 */
export function behaviourCloningLoss(
  { logProbs, entropies, advantages, values, returns }: Evaluation,
  { valueCoefficient }: Pick<BehaviourCloningOptions, 'valueCoefficient'>,
): Loss {
  const decided = tf.maximum(tf.sum(advantages), 1);
  const meanOf = (x: tf.Tensor): tf.Tensor => tf.div(tf.sum(tf.mul(x, advantages)), decided);
  const imitationLoss = tf.neg(meanOf(logProbs));
  const valueLoss = tf.mul(0.5, meanOf(tf.square(tf.sub(values, returns))));
  const loss = tf.add(imitationLoss, tf.mul(valueLoss, valueCoefficient)) as tf.Scalar;
  return { loss, terms: tf.stack([imitationLoss, valueLoss, meanOf(entropies)]) as tf.Tensor1D };
}

/**
 * One pass over a rollout of demonstrations.
 *
 * @throws NonFiniteError when a term of the loss is NaN or infinite; the parameters are then no longer usable
 */
export function learnBehaviourCloning(
  policy: Policy,
  optimizer: Adam,
  rollout: Rollout,
  options: BehaviourCloningOptions & UpdateOptions,
): Promise<BehaviourCloningTerms> {
  return learnMinibatches(policy, optimizer, rollout, {
    ...options,
    epochs: 1,
    terms: ['imitationLoss', 'valueLoss', 'entropy'],
    loss: (evaluation) => behaviourCloningLoss(evaluation, options),
  });
}
