export interface AdvantageInputs {
  /** [T] reward of each step */
  rewards: ArrayLike<number>;
  /** [T] value of the state that each step started from */
  values: ArrayLike<number>;
  /** [T] value of the state that each step led to, before any reset */
  nextValues: ArrayLike<number>;
  /** [T] 1 where the task itself ended */
  terminated: ArrayLike<number>;
  /** [T] 1 where the episode was cut short */
  truncated: ArrayLike<number>;
  /** Discount of a reward one step later. */
  gamma: number;
  /** 0: one-step TD, low variance. 1: full return, no bias. */
  lambda: number;
}

/**
 * Generalised advantage estimates: how much better each action did than expected.
 *
 *   delta_t = r_t + gamma V(s_{t+1}) (1 - terminated_t) - V(s_t)
 *   A_t     = delta_t + gamma lambda A_{t+1}, cut wherever an episode ends
 *
 * A truncated step still bootstraps from `nextValues`; a terminated one does not.
 *
 * @param advantages  [T] where to write them; a new array when left out
 * @returns [T] advantages, in reward units, not normalised
 * @throws RangeError when the arrays differ in length
 * @see Schulman et al. 2016, "High-Dimensional Continuous Control Using Generalized Advantage Estimation", eq. 16
 */
export function generalisedAdvantages(
  inputs: AdvantageInputs,
  advantages = new Float32Array(inputs.rewards.length),
): Float32Array {
  const { rewards, values, nextValues, terminated, truncated, gamma, lambda } = inputs;
  const T = rewards.length;
  for (const [name, array] of Object.entries({ values, nextValues, terminated, truncated, advantages }))
    if (array.length !== T) throw new RangeError(`advantages: ${name} has ${array.length} steps, rewards has ${T}`);
  let following = 0;
  for (let t = T - 1; t >= 0; t--) {
    const goesOn = terminated[t] ? 0 : 1;
    const delta = (rewards[t] as number) + gamma * (nextValues[t] as number) * goesOn - (values[t] as number);
    following = delta + (terminated[t] || truncated[t] ? 0 : gamma * lambda * following);
    advantages[t] = following;
  }
  return advantages;
}
