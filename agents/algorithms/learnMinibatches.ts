import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../../envs/random.ts';
import type { Policy } from '../model/policy.ts';
import type { Adam } from '../optimizer.ts';
import type { Minibatch, Rollout } from '../rollout.ts';

/** What every algorithm's update is told. */
export interface UpdateOptions {
  /** Adam's step size. */
  learningRate: number;
  /** Deals the sequences into minibatches. */
  random: Generator;
  /** Weight of telling the observation again; only for a policy that does. */
  reconstructionCoefficient?: number;
}

/** What the policy as it is now says of the steps of a minibatch, and what acting said of them; [rows] each. */
export interface Evaluation {
  /** Log-probability of the actions under the policy now, and under the one that acted. */
  logProbs: tf.Tensor1D;
  oldLogProbs: tf.Tensor1D;
  entropies: tf.Tensor1D;
  advantages: tf.Tensor1D;
  /** The policy's values now, and when it acted. */
  values: tf.Tensor1D;
  oldValues: tf.Tensor1D;
  returns: tf.Tensor1D;
}

/** A scalar with a gradient, and the numbers to report of it. */
export interface Loss {
  loss: tf.Scalar;
  terms: tf.Tensor1D;
}

/** How an algorithm learns from a rollout. */
export interface LearningRule<Term extends string> {
  /** Passes over the rollout. */
  epochs: number;
  /** Parts that a rollout's sequences are dealt into, each one step of the optimiser. */
  minibatches: number;
  /** Names of what the loss reports, in its order. */
  terms: readonly Term[];
  loss: (evaluation: Evaluation) => Loss;
  /** Whether another pass is wanted, by the terms of the last minibatch; left out: always. */
  goesOn?: (last: Record<Term, number>) => boolean;
}

/** What every update reports beside the terms of its algorithm's loss. */
export interface SharedTerms {
  /** Mean error of each component of an observation told again, where that is learned (agents/model/decoder.ts). */
  reconstructionLoss?: number;
  /** Norm of the gradient before clipping. */
  gradientNorm: number;
  /** 1 - variance(return - value) / variance(return), of the values that acting had; 1 is perfect. */
  explainedVariance: number;
}

/**
 * Passes over the sequences of a rollout in random order, with one step of the optimiser for each minibatch.
 *
 * @returns the terms of the loss, each the mean over the minibatches
 * @throws NonFiniteError when one of them is NaN or infinite; the parameters are then no longer usable
 */
export async function learnMinibatches<Term extends string>(
  policy: Policy,
  optimizer: Adam,
  rollout: Rollout,
  options: LearningRule<Term> & UpdateOptions,
): Promise<Record<Term, number> & SharedTerms> {
  const { epochs, minibatches, terms, goesOn, random } = options;
  const size = Math.ceil(rollout.sequences / minibatches);
  const names = [...terms, ...(policy.reconstructs ? (['reconstructionLoss'] as const) : []), 'gradientNorm'] as const;
  const reports: tf.Tensor1D[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = Int32Array.from(random.permutation(rollout.sequences));
    for (let first = 0; first < order.length; first += size) {
      const indices = order.slice(first, first + size);
      reports.push(tf.tidy(() => learn(policy, optimizer, rollout.minibatch(indices), options)));
    }
    if (!goesOn || epoch + 1 === epochs) continue;
    if (!goesOn(named(names, await (reports.at(-1) as tf.Tensor1D).data()))) break;
  }
  const means = named(names, await meanOf(reports));
  for (const name of names) if (!Number.isFinite(means[name])) throw new NonFiniteError(name, means[name]);
  return { ...means, explainedVariance: explainedVariance(rollout.values, rollout.returns) };
}

/** One step of the optimiser; returns the terms of its loss and the gradient's norm, still on the device. */
function learn(
  policy: Policy,
  optimizer: Adam,
  minibatch: Minibatch,
  options: Pick<LearningRule<string>, 'loss'> & UpdateOptions,
): tf.Tensor1D {
  const { learningRate, reconstructionCoefficient = 0 } = options;
  let lossTerms: tf.Tensor1D | undefined;
  const norm = optimizer.minimize(() => {
    const { evaluation, features } = evaluateMinibatch(policy, minibatch);
    const { loss, terms } = options.loss(evaluation);
    const reconstruction = policy.reconstructionLoss(features, minibatch.observations);
    lossTerms = tf.keep(reconstruction ? joined(terms, reconstruction) : terms);
    return reconstruction ? tf.add(loss, tf.mul(reconstruction, reconstructionCoefficient)) : loss;
  }, learningRate);
  const kept = lossTerms as unknown as tf.Tensor1D;
  const report = joined(kept, norm);
  kept.dispose();
  return report;
}

function joined(terms: tf.Tensor1D, last: tf.Scalar): tf.Tensor1D {
  return tf.concat1d([terms, tf.reshape(last, [1]) as tf.Tensor1D]);
}

/** What the policy as it is now says of the steps of a minibatch, and the features that it says it from. */
export function evaluateMinibatch(
  policy: Policy,
  minibatch: Minibatch,
): { evaluation: Evaluation; features: tf.Tensor2D } {
  const { outputs, values, features } = policy.run(minibatch.observations, minibatch.starts, minibatch.cache, {
    remember: false,
  });
  const evaluation = {
    ...policy.head.score(outputs, minibatch.actions, minibatch.masks),
    oldLogProbs: minibatch.logProbs,
    advantages: minibatch.advantages,
    values,
    oldValues: minibatch.values,
    returns: minibatch.returns,
  };
  return { evaluation, features };
}

/** A term of the loss that is no longer a number: training cannot go on. */
export class NonFiniteError extends Error {
  override readonly name = 'NonFiniteError';

  constructor(
    readonly term: string,
    readonly value: number,
  ) {
    super(`${term} became ${value}`);
  }
}

/** To mean 0 and deviation 1, with the sample's standard deviation (N - 1), as PyTorch has it. */
export function normalised(x: tf.Tensor1D): tf.Tensor1D {
  if (x.size < 2) return x;
  const centred = tf.sub(x, tf.mean(x));
  const deviation = tf.sqrt(tf.div(tf.sum(tf.square(centred)), x.size - 1));
  return tf.div(centred, tf.add(deviation, 1e-8));
}

/** Share of the returns' variance that the values predicted; 0 when the returns do not vary. */
export function explainedVariance(values: Float32Array, returns: Float32Array): number {
  const spread = variance(returns);
  return spread === 0 ? 0 : 1 - variance(returns.map((x, i) => x - (values[i] as number))) / spread;
}

function variance(x: Float32Array): number {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  return x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
}

async function meanOf(reports: tf.Tensor1D[]): Promise<ArrayLike<number>> {
  const means = tf.tidy(() => tf.mean(tf.stack(reports), 0));
  const values = await means.data();
  tf.dispose([means, ...reports]);
  return values;
}

function named<Name extends string>(names: readonly Name[], values: ArrayLike<number>): Record<Name, number> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]])) as Record<Name, number>;
}
