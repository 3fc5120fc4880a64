export { generalisedAdvantages, type AdvantageInputs } from './algorithms/advantages.ts';
export {
  explainedVariance,
  learnPpo,
  NonFiniteError,
  ppoLoss,
  type PpoInputs,
  type PpoLoss,
  type PpoOptions,
  type PpoTerms,
} from './algorithms/ppo.ts';
export type { Head } from './model/heads.ts';
export { Parameters, type StoredTensor } from './model/parameters.ts';
export { Policy, type PolicyOptions, type PolicyResult } from './model/policy.ts';
export type { Cache } from './model/trunk.ts';
export { Adam, type AdamOptions } from './optimizer.ts';
export { Rollout, type Minibatch, type RolloutShape } from './rollout.ts';
