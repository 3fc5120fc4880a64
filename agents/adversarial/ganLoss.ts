import * as tf from '@tensorflow/tfjs-core';

/**
 * What a discriminator loses: it should say 1 of what is real and 0 of what is made.
 *
 *   L_D = -E[log D(x)] - E[log(1 - D(G(z)))],  D = sigmoid(logit)
 *
 * @param real,made logits
 * @see Goodfellow et al. 2014, "Generative Adversarial Nets", eq. 1
 */
export function discriminatorLoss(real: tf.Tensor, made: tf.Tensor): tf.Scalar {
  // -log sigmoid(x) = softplus(-x), -log(1 - sigmoid(x)) = softplus(x)
  return tf.add(tf.mean(tf.softplus(tf.neg(real))), tf.mean(tf.softplus(made)));
}

/**
 * What each thing that a generator made is worth to it: log D. Less its sign, the mean is the loss of a generator in the form
 * whose gradient does not vanish while the discriminator is sure.
 *
 *   L_G = -E[log D(G(z))]
 *
 * @param logits any shape, which is also that of the result
 * @see Goodfellow et al. 2014, section 3
 */
export function generatorRewards(logits: tf.Tensor): tf.Tensor {
  return tf.neg(tf.softplus(tf.neg(logits)));
}
