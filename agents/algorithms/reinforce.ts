import type { Policy } from '../model/policy.ts';
import type { Adam } from '../optimizer.ts';
import type { Rollout } from '../rollout.ts';
import type { UpdateOptions } from './learnMinibatches.ts';
import { learnPolicyGradient, type PolicyGradientOptions, type PolicyGradientTerms } from './policyGradient.ts';

/**
 * Hyper-parameters of REINFORCE. Beside these, of the rollout: its length, some episodes long; gamma; and lambda, which is
 * 1, since returns are whole.
 */
export interface ReinforceOptions extends PolicyGradientOptions {
  /** Weight of the baseline's loss: how fast it follows the returns. */
  valueCoefficient: number;
  /** Weight of the entropy, which rewards exploring. */
  entropyCoefficient: number;
  /** Normalise what returns have above the baseline, over each rollout, to mean 0, deviation 1. */
  normalizeAdvantages: boolean;
}

/**
 * REINFORCE with the value as its baseline: one step of the optimiser from the returns of whole episodes.
 *
 *   gradient = mean(grad log pi(a_t|s_t) (G_t - V(s_t))),   G_t = r_t + gamma r_{t+1} + … to the episode's end
 *
 * An episode that is cut, by its time limit or by the end of the rollout, is worth from there on what the value says. The
 * steps before the cut could be left out instead; but then long episodes would count less than short ones, and those longer
 * than a rollout nothing. Sutton and Barto's factor gamma^t is left out, as nearly everywhere: it would have late steps
 * learn nothing.
 *
 * @throws NonFiniteError when a term of the loss is NaN or infinite; the parameters are then no longer usable
 * @see Williams 1992, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning", eq. 11
 * @see Sutton and Barto 2018, "Reinforcement Learning: An Introduction", section 13.4
 */
export function learnReinforce(
  policy: Policy,
  optimizer: Adam,
  rollout: Rollout,
  options: ReinforceOptions & UpdateOptions,
): Promise<PolicyGradientTerms> {
  return learnPolicyGradient(policy, optimizer, rollout, options);
}
