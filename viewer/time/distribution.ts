import type { Space } from '../../envs/spaces.ts';
import type { Decision } from '../../src/replay/format.ts';

/** What the distribution of an action says, of itself and of the action that was taken. */
export interface Likelihood {
  /** How open the choice was, nats; of densities, it may be negative. */
  entropy: number;
  /** Logarithm of the action's probability, or of its density. */
  logProb: number;
  /** How many independent distributions the action was drawn from. */
  parts: number;
}

/**
 * Entropy of a decision's distribution, and how likely the action was that it took.
 *
 *   one of n:   H = -sum p ln p                  ln p(a)
 *   switch:     the same, of p and 1 - p
 *   Gaussian:   H = ln(sigma sqrt(2 pi e))       -((a - mean) / sigma)^2 / 2 - ln(sigma sqrt(2 pi))
 *
 * Parts are independent: both numbers are sums over them.
 *
 * @returns null where the decision has no distribution, or one that is of no such kind
 */
export function likelihoodOf(space: Space, { action, distribution }: Decision): Likelihood | null {
  if (!distribution) return null;
  switch (space.kind) {
    case 'discrete':
      return ofChoices([space.n], action, distribution);
    case 'multiDiscrete':
      return ofChoices(space.n, action, distribution);
    case 'multiBinary':
      return ofSwitches(space.n, action, distribution);
    case 'box':
      return ofGaussians(space.size, action, distribution);
    case 'text':
    case 'tuple':
    case 'dict':
      return null;
    default:
      return space satisfies never;
  }
}

/**
 * How much less likely the action was than one drawn from such a distribution is as a rule, nats: -ln p(a) - H, divided
 * by the square root of the number of parts, as fast as it grows by chance alone.
 */
export function surpriseOf({ entropy, logProb, parts }: Likelihood): number {
  return (-logProb - entropy) / Math.sqrt(Math.max(1, parts));
}

/** @param sizes  how many choices each part has; their probabilities follow one another */
function ofChoices(sizes: readonly number[], action: ArrayLike<number>, probabilities: ArrayLike<number>): Likelihood {
  let [entropy, logProb, offset] = [0, 0, 0];
  sizes.forEach((n, part) => {
    for (let i = offset; i < offset + n; i++) entropy += surprisal(probabilities[i] ?? 0);
    logProb += Math.log(probabilities[offset + (action[part] ?? 0)] ?? 0);
    offset += n;
  });
  return { entropy, logProb, parts: sizes.length };
}

function ofSwitches(n: number, action: ArrayLike<number>, probabilities: ArrayLike<number>): Likelihood {
  let [entropy, logProb] = [0, 0];
  for (let i = 0; i < n; i++) {
    const on = probabilities[i] ?? 0;
    entropy += surprisal(on) + surprisal(1 - on);
    logProb += Math.log(action[i] ? on : 1 - on);
  }
  return { entropy, logProb, parts: n };
}

const LOG_SQRT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** @param parameters  [2 n] means, then standard deviations */
function ofGaussians(n: number, action: ArrayLike<number>, parameters: ArrayLike<number>): Likelihood {
  let [entropy, logProb] = [0, 0];
  for (let i = 0; i < n; i++) {
    const deviation = parameters[n + i] ?? 0;
    const standardised = ((action[i] ?? 0) - (parameters[i] ?? 0)) / deviation;
    entropy += Math.log(deviation) + LOG_SQRT_TWO_PI + 0.5;
    logProb -= standardised ** 2 / 2 + Math.log(deviation) + LOG_SQRT_TWO_PI;
  }
  return { entropy, logProb, parts: n };
}

/** A probability's part of an entropy. */
function surprisal(probability: number): number {
  return probability > 0 ? -probability * Math.log(probability) : 0;
}
