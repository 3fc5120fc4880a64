import type { Space } from '../../envs/spaces.ts';

/**
 * How far apart two distributions over actions are, from 0, the same, to 1: the total variation distance, which is how
 * often the action would have to be another one.
 *
 *   one choice      TV = 1/2 sum_a |p(a) - q(a)|
 *   several parts   1 - prod_i (1 - TV_i), each part for itself
 *   Gaussian        erf(d / sqrt(8)), d = |(mean_p - mean_q) / deviation|, since both have the same deviation
 *
 * @param p,q of the head's `describe`: probabilities, or means and then standard deviations
 * @throws RangeError for a space that is none of actions
 */
export function distance(space: Space, p: ArrayLike<number>, q: ArrayLike<number>): number {
  switch (space.kind) {
    case 'discrete':
      return ofChoices([space.n], p, q);
    case 'multiDiscrete':
      return ofChoices(space.n, p, q);
    case 'multiBinary':
      return any(Array.from(p, (probability, i) => Math.abs(probability - (q[i] as number))));
    case 'box': {
      const A = space.size;
      const moves = Array.from({ length: A }, (_, i) => ((p[i] as number) - (q[i] as number)) / (p[A + i] as number));
      return erf(Math.hypot(...moves) / Math.sqrt(8));
    }
    case 'text':
    case 'tuple':
    case 'dict':
      throw new RangeError(`distance: ${space.kind} is no space of actions`);
    default:
      return space satisfies never;
  }
}

function ofChoices(sizes: readonly number[], p: ArrayLike<number>, q: ArrayLike<number>): number {
  let offset = 0;
  const parts = sizes.map((n) => {
    let sum = 0;
    for (let i = offset; i < offset + n; i++) sum += Math.abs((p[i] as number) - (q[i] as number));
    offset += n;
    return sum / 2;
  });
  return any(parts);
}

function any(distances: readonly number[]): number {
  return 1 - distances.reduce((same, each) => same * (1 - each), 1);
}

/** To 1.5e-7. @see Abramowitz and Stegun 1964, 7.1.26 */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return 1 - series * Math.exp(-x * x);
}
