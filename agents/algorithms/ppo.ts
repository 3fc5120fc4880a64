import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../../envs/random.ts';
import { fused, type Kernel } from '../model/fused.ts';
import type { Policy } from '../model/policy.ts';
import type { Adam } from '../optimizer.ts';
import type { Minibatch, Rollout } from '../rollout.ts';

/** Hyper-parameters of PPO; the names in brackets are Stable-Baselines3's. */
export interface PpoOptions {
  /** Passes over each rollout. [n_epochs] */
  epochs: number;
  /** Parts that a rollout's sequences are dealt into, each one step of the optimiser. */
  minibatches: number;
  /** How far the probability ratio counts: 1 - clipRange … 1 + clipRange. [clip_range] */
  clipRange: number;
  /** Clip the change of the value too, by the same range. [clip_range_vf] */
  clipValues: boolean;
  /** Weight of the value's loss. [vf_coef] */
  valueCoefficient: number;
  /** Weight of the entropy, which rewards exploring. [ent_coef] */
  entropyCoefficient: number;
  /** Normalise the advantages of each minibatch to mean 0, deviation 1. [normalize_advantage] */
  normalizeAdvantages: boolean;
  /** End the update once the KL divergence exceeds 1.5 times this; null: never. [target_kl] */
  targetKl: number | null;
}

/** What an update reports, each the mean over its minibatches. */
export interface PpoTerms {
  policyLoss: number;
  valueLoss: number;
  entropy: number;
  /** Estimated KL divergence of the new policy from the one that acted: mean of (r - 1) - log r. */
  approxKl: number;
  /** Share of actions whose ratio left the clip range. */
  clipFraction: number;
  /** Norm of the gradient before clipping. */
  gradientNorm: number;
  /** 1 - variance(return - value) / variance(return), of the values that acting had; 1 is perfect. */
  explainedVariance: number;
}

export interface PpoInputs {
  /** [rows] log-probability of the actions under the new policy, and under the one that acted. */
  logProbs: tf.Tensor1D;
  oldLogProbs: tf.Tensor1D;
  /** [rows] */
  entropies: tf.Tensor1D;
  advantages: tf.Tensor1D;
  /** [rows] the new policy's values, and those of the one that acted. */
  values: tf.Tensor1D;
  oldValues: tf.Tensor1D;
  returns: tf.Tensor1D;
}

/** The loss, a scalar with a gradient, and [5] of its terms: those of `LOSS_TERMS`. */
export interface PpoLoss {
  loss: tf.Scalar;
  terms: tf.Tensor1D;
}

export const LOSS_TERMS = ['policyLoss', 'valueLoss', 'entropy', 'approxKl', 'clipFraction'] as const;

/**
 * The clipped surrogate objective, the value's squared error and the entropy.
 *
 *   r = exp(log pi(a|s) - log pi_old(a|s))
 *   policyLoss = -mean(min(r A, clip(r, 1 - eps, 1 + eps) A))
 *   valueLoss  = 1/2 mean((V - R)^2), or of the larger of that and the clipped value's
 *   loss       = policyLoss + valueCoefficient valueLoss - entropyCoefficient mean(entropy)
 *
 * @see Schulman et al. 2017, "Proximal Policy Optimization Algorithms", eq. 7 and 9
 * @see Huang et al. 2022, "The 37 Implementation Details of Proximal Policy Optimization"
 */
export function ppoLoss(inputs: PpoInputs, options: PpoOptions): PpoLoss {
  const whole = fused('PpoLoss');
  if (whole) return fusedPpoLoss(whole, inputs, options);
  const { clipRange, valueCoefficient, entropyCoefficient } = options;
  const advantages = options.normalizeAdvantages ? normalised(inputs.advantages) : inputs.advantages;
  const logRatio = tf.sub(inputs.logProbs, inputs.oldLogProbs);
  const ratio = tf.exp(logRatio);
  const clipped = tf.clipByValue(ratio, 1 - clipRange, 1 + clipRange);
  const policyLoss = tf.neg(tf.mean(tf.minimum(tf.mul(ratio, advantages), tf.mul(clipped, advantages)))) as tf.Scalar;
  const valueLoss = tf.mul(0.5, tf.mean(squaredValueError(inputs, options))) as tf.Scalar;
  const entropy = tf.mean(inputs.entropies) as tf.Scalar;
  const loss = tf.add(
    policyLoss,
    tf.sub(tf.mul(valueLoss, valueCoefficient), tf.mul(entropy, entropyCoefficient)),
  ) as tf.Scalar;
  const outside = tf.cast(tf.greater(tf.abs(tf.sub(ratio, 1)), clipRange), 'float32');
  const approxKl = tf.mean(tf.sub(tf.sub(ratio, 1), logRatio));
  return { loss, terms: tf.stack([policyLoss, valueLoss, entropy, approxKl, tf.mean(outside)]) as tf.Tensor1D };
}

function fusedPpoLoss(kernel: Kernel, inputs: PpoInputs, options: PpoOptions): PpoLoss {
  let terms: tf.Tensor | undefined;
  const apply = tf.customGrad((logProbs, entropies, values, save) => {
    const found = { logProbs, entropies, values } as Record<string, tf.Tensor>;
    const [value, ...rest] = kernel({ ...inputs, ...found }, { ...options }) as [tf.Tensor, ...tf.Tensor[]];
    // The loss alone leaves TFJS's scope of the gradient by itself.
    terms = tf.keep(rest[0] as tf.Tensor);
    (save as tf.GradSaveFunc)(rest.slice(1));
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [logProbs, entropies, values] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      return (fused('PpoLossGradient') as Kernel)({ logProbs, entropies, values, dy });
    };
    return { value, gradFunc };
  });
  const loss = apply(inputs.logProbs, inputs.entropies, inputs.values) as tf.Scalar;
  const kept = terms as unknown as tf.Tensor1D;
  const copy = tf.clone(kept);
  kept.dispose();
  return { loss, terms: copy };
}

/**
 * Learns from one rollout: `epochs` passes over its sequences in random order.
 *
 * @throws NonFiniteError when a term of the loss is NaN or infinite; the parameters are then no longer usable
 */
export async function learnPpo(
  policy: Policy,
  optimizer: Adam,
  rollout: Rollout,
  options: PpoOptions & { learningRate: number; random: Generator },
): Promise<PpoTerms> {
  const { epochs, minibatches, learningRate, random, targetKl } = options;
  const size = Math.ceil(rollout.sequences / minibatches);
  const reports: tf.Tensor1D[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = Int32Array.from(random.permutation(rollout.sequences));
    for (let first = 0; first < order.length; first += size)
      reports.push(learnMinibatch(policy, optimizer, rollout, order.slice(first, first + size), options, learningRate));
    if (targetKl !== null && epoch + 1 < epochs) {
      const kl = (await (reports.at(-1) as tf.Tensor1D).data())[TERMS.indexOf('approxKl')] as number;
      if (kl > 1.5 * targetKl) break;
    }
  }
  return { ...(await meanTerms(reports)), explainedVariance: explainedVariance(rollout.values, rollout.returns) };
}

const TERMS = [...LOSS_TERMS, 'gradientNorm'] as const;

/** One step of the optimiser; returns its terms, in the order of `TERMS`, still on the device. */
function learnMinibatch(
  policy: Policy,
  optimizer: Adam,
  rollout: Rollout,
  indices: Int32Array,
  options: PpoOptions,
  learningRate: number,
): tf.Tensor1D {
  return tf.tidy(() => {
    const minibatch = rollout.minibatch(indices);
    let lossTerms: tf.Tensor1D | undefined;
    const norm = optimizer.minimize(() => {
      const { loss, terms } = ppoLoss(evaluateMinibatch(policy, minibatch), options);
      lossTerms = tf.keep(terms);
      return loss;
    }, learningRate);
    const kept = lossTerms as unknown as tf.Tensor1D;
    const report = tf.concat1d([kept, tf.reshape(norm, [1]) as tf.Tensor1D]);
    kept.dispose();
    return report;
  });
}

/** What the policy as it is now says of the actions of a minibatch. */
export function evaluateMinibatch(policy: Policy, minibatch: Minibatch): PpoInputs {
  const { outputs, values } = policy.run(minibatch.observations, minibatch.starts, minibatch.cache, {
    remember: false,
  });
  return {
    ...policy.head.score(outputs, minibatch.actions, minibatch.masks),
    oldLogProbs: minibatch.logProbs,
    advantages: minibatch.advantages,
    values,
    oldValues: minibatch.values,
    returns: minibatch.returns,
  };
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

async function meanTerms(reports: tf.Tensor1D[]): Promise<Omit<PpoTerms, 'explainedVariance'>> {
  const means = tf.tidy(() => tf.mean(tf.stack(reports), 0));
  const values = await means.data();
  tf.dispose([means, ...reports]);
  return Object.fromEntries(
    TERMS.map((term, i) => {
      const value = values[i] as number;
      if (!Number.isFinite(value)) throw new NonFiniteError(term, value);
      return [term, value];
    }),
  ) as Omit<PpoTerms, 'explainedVariance'>;
}

/** To mean 0 and deviation 1, with the sample's standard deviation (N - 1), as PyTorch has it. */
function normalised(x: tf.Tensor1D): tf.Tensor1D {
  if (x.size < 2) return x;
  const centred = tf.sub(x, tf.mean(x));
  const deviation = tf.sqrt(tf.div(tf.sum(tf.square(centred)), x.size - 1));
  return tf.div(centred, tf.add(deviation, 1e-8));
}

function squaredValueError({ values, oldValues, returns }: PpoInputs, options: PpoOptions): tf.Tensor {
  const error = tf.square(tf.sub(values, returns));
  if (!options.clipValues) return error;
  const change = tf.clipByValue(tf.sub(values, oldValues), -options.clipRange, options.clipRange);
  return tf.maximum(error, tf.square(tf.sub(tf.add(oldValues, change), returns)));
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
