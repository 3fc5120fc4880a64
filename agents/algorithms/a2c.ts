import type { Policy } from '../model/policy.ts';
import type { Adam } from '../optimizer.ts';
import type { Rollout } from '../rollout.ts';
import type { UpdateOptions } from './learnMinibatches.ts';
import { learnPolicyGradient, type PolicyGradientOptions, type PolicyGradientTerms } from './policyGradient.ts';

/**
 * Hyper-parameters of A2C; the names in brackets are Stable-Baselines3's. Beside these, of the rollout: its length
 * [n_steps], short, since each gives one step of the optimiser; gamma; and lambda [gae_lambda], which is 1 in the paper.
 */
export interface A2cOptions extends PolicyGradientOptions {
  /** Weight of the value's loss. [vf_coef] */
  valueCoefficient: number;
  /** Weight of the entropy, which rewards exploring. [ent_coef] */
  entropyCoefficient: number;
  /** Normalise the advantages of each rollout to mean 0, deviation 1. [normalize_advantage] */
  normalizeAdvantages: boolean;
}

/**
 * Advantage actor-critic: one step of the optimiser from a short rollout of many environments.
 *
 *   gradient = mean(grad log pi(a_t|s_t) A_t + entropyCoefficient grad H(pi(.|s_t)))
 *   A_t      = r_t + gamma r_{t+1} + … + gamma^k V(s_{t+k}) - V(s_t)
 *
 * s_{t+k} is where the rollout or the episode ends; with a lambda below 1, A_t is the mean over all shorter horizons that
 * generalised advantages are. The paper's workers act one by one and with RMSProp; here all environments step together
 * and Adam is the optimiser, as for the other algorithms.
 *
 * @throws NonFiniteError when a term of the loss is NaN or infinite; the parameters are then no longer usable
 * @see Mnih et al. 2016, "Asynchronous Methods for Deep Reinforcement Learning", section 4 and algorithm S3
 */
export function learnA2c(
  policy: Policy,
  optimizer: Adam,
  rollout: Rollout,
  options: A2cOptions & UpdateOptions,
): Promise<PolicyGradientTerms> {
  return learnPolicyGradient(policy, optimizer, rollout, options);
}
