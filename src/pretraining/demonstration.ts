import type { Policy } from '../../agents/model/policy.ts';
import type { RunningStatisticsState } from '../../envs/runningStatistics.ts';
import type { DatasetEpisode } from '../dataset/episode.ts';
import { frozenNormalizer } from '../trained.ts';

/** An episode of a dataset as a policy learns from it. `T` steps; `I` and `A` as the policy's input and action. */
export interface Demonstration {
  steps: number;
  /** [T + 1, I] prepared, with what else the policy is told. */
  inputs: Float32Array;
  /** [T, A] as the policy would have drawn them. */
  actions: Float32Array;
  /** [T, M]; null where all actions were possible. */
  masks: Uint8Array | null;
  /** [T] in the units that values are learned in. */
  rewards: Float32Array;
  /** Whether it would have gone on where it ends. */
  truncated: boolean;
}

/** How episodes are brought into the policy's units. */
export interface Units {
  /** Of the observations; null where they are not normalised. */
  observations: RunningStatisticsState | null;
  /** What rewards are divided by. */
  reward: number;
  /** What returns are divided by where the policy is told them. */
  returnScale: number;
}

export function demonstrationOf(episode: DatasetEpisode, policy: Policy, units: Units): Demonstration {
  const { actionSize: A } = policy.head;
  const steps = episode.rewards.length;
  const actions = episode.actions.slice();
  for (let t = 0; t < steps; t++) policy.head.fromEnvironment(actions.subarray(t * A, (t + 1) * A));
  return {
    steps,
    inputs: inputsOf(episode, actions, policy, units),
    actions,
    masks: episode.masks,
    rewards: episode.rewards.map((reward) => reward / units.reward),
    truncated: episode.truncated,
  };
}

function inputsOf(episode: DatasetEpisode, actions: Float32Array, policy: Policy, units: Units): Float32Array {
  const { condition, inputSize: I, observationSize: O } = policy;
  const T = episode.rewards.length;
  const prepared = frozenNormalizer(units.observations, policy, T + 1).apply(episode.observations);
  if (!condition) return prepared;
  const A = policy.head.actionSize;
  const toGo = returnsToGo(episode.rewards);
  const inputs = new Float32Array((T + 1) * I);
  for (let t = 0; t <= T; t++) {
    inputs.set(prepared.subarray(t * O, (t + 1) * O), t * I);
    const before = t === 0 ? null : actions.subarray((t - 1) * A, t * A);
    condition.write((toGo[t] as number) / units.returnScale, before, inputs.subarray(t * I + O, (t + 1) * I));
  }
  return inputs;
}

/** [T + 1] sums of the rewards from each step on; 0 at the end. */
export function returnsToGo(rewards: Float32Array): Float64Array {
  const toGo = new Float64Array(rewards.length + 1);
  for (let t = rewards.length - 1; t >= 0; t--) toGo[t] = (toGo[t + 1] as number) + (rewards[t] as number);
  return toGo;
}
