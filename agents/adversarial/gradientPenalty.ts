import * as tf from '@tensorflow/tfjs-core';
import type { Discriminator, WindowTensors } from './discriminator.ts';

/** How far the two points of a difference lie from the middle, of quantities of deviation 1. */
const DISTANCE = 0.05;

/** What points and directions are drawn by. */
export interface Noise {
  /** [N * W, O] and [N * W, F]: u, of unit normal components. */
  observations: tf.Tensor2D;
  actions: tf.Tensor2D;
  /** [N * W, 1] a, from 0 to 1. */
  shares: tf.Tensor2D;
}

/**
 * How steep the discriminator is between what is real and what is made: a steep one tells them apart by details, and its
 * reward has no slope to follow.
 *
 *   penalty = E[|grad D(x)|^2],  x = a real + (1 - a) made, a uniform from 0 to 1
 *
 * with D the logit. The squared norm is that of the slope along random directions u of unit normal components, of which the
 * mean is the same, and the slope that of a difference: kernels have no gradients of gradients.
 *
 *   |grad D|^2 = E_u[(u . grad D)^2],  u . grad D = (D(x + h u) - D(x - h u)) / 2 h
 *
 * Only quantities and actions are moved: half an empty cell and half a wall are nothing. The penalty is centred on zero, with
 * which training converges (Mescheder et al.), rather than on a slope of 1 (Gulrajani et al.).
 *
 * @param real,made  windows of the same count; words, categories and where episodes start are as in `real`
 * @see Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", eq. 3, for where it is measured
 * @see Mescheder et al. 2018, "Which Training Methods for GANs do actually Converge?", eq. 9, for the centre
 */
export function gradientPenalty(
  discriminator: Pick<Discriminator, 'logits' | 'smooth'>,
  real: WindowTensors,
  made: WindowTensors,
  { observations: u, actions: v, shares }: Noise,
): tf.Scalar {
  const between = (a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D => tf.add(b, tf.mul(tf.sub(a, b), shares));
  const smooth = tf.tensor1d(discriminator.smooth);
  const mixed = tf.add(
    tf.mul(between(real.observations, made.observations), smooth),
    tf.mul(real.observations, tf.sub(1, smooth)),
  );
  const direction = tf.mul(u, smooth);
  const actions = between(real.actions, made.actions);
  const moved = (by: number): tf.Tensor1D =>
    discriminator.logits(
      {
        observations: tf.add(mixed, tf.mul(direction, by)),
        actions: tf.add(actions, tf.mul(v, by)),
        starts: real.starts,
      },
      { learning: true },
    );
  const slopes = tf.div(tf.sub(moved(DISTANCE), moved(-DISTANCE)), 2 * DISTANCE);
  return tf.mean(tf.square(slopes));
}
