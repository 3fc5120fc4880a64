export { generalisedAdvantages, type AdvantageInputs } from './algorithms/advantages.ts';
export { learnA2c, type A2cOptions } from './algorithms/a2c.ts';
export {
  behaviourCloningLoss,
  learnBehaviourCloning,
  type BehaviourCloningOptions,
  type BehaviourCloningTerms,
} from './algorithms/behaviourCloning.ts';
export {
  explainedVariance,
  learnMinibatches,
  NonFiniteError,
  type Evaluation,
  type LearningRule,
  type Loss,
  type SharedTerms,
  type UpdateOptions,
} from './algorithms/learnMinibatches.ts';
export {
  policyGradientLoss,
  type PolicyGradientOptions,
  type PolicyGradientTerms,
} from './algorithms/policyGradient.ts';
export { learnPpo, ppoLoss, type PpoOptions, type PpoTerms } from './algorithms/ppo.ts';
export { learnReinforce, type ReinforceOptions } from './algorithms/reinforce.ts';
export type { Head } from './model/heads.ts';
export { Parameters, type StoredTensor } from './model/parameters.ts';
export { Policy, type PolicyOptions, type PolicyResult } from './model/policy.ts';
export type { Architecture } from './model/pretrained/architecture.ts';
export { SentenceEncoder, TextClassifier } from './model/pretrained/textModels.ts';
export { batchOf, type TokenBatch } from './model/pretrained/tokenBatch.ts';
export { Weights, WeightsError, type TensorSource } from './model/pretrained/weights.ts';
export type { Cache } from './model/trunk.ts';
export { Adam, type AdamOptions } from './optimizer.ts';
export { Rollout, type Minibatch, type RolloutShape } from './rollout.ts';
