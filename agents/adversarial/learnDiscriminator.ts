import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../../envs/random.ts';
import type { Adam } from '../optimizer.ts';
import type { Discriminator, WindowTensors } from './discriminator.ts';
import { discriminatorLoss } from './ganLoss.ts';
import { gradientPenalty, type Noise } from './gradientPenalty.ts';
import type { StepLog } from './stepLog.ts';

/** Steps of one side: real, an expert's, or made, by a policy. */
export interface Side {
  log: StepLog;
  /** Rows of the log that windows may end with. */
  rows: Int32Array;
}

export interface DiscriminatorUpdate {
  /** Steps of the optimiser. */
  steps: number;
  /** Windows of each side in one. */
  batch: number;
  learningRate: number;
  /** Weight of the gradient penalty; 0: there is none. */
  penalty: number;
  /** Steps are left out while its accuracy is higher than this, so that the policy can keep up. */
  mostAccuracy: number;
  random: Generator;
}

/** What an update reports, each the mean over its steps. */
export interface DiscriminatorTerms {
  /** L_D, before each step. */
  discriminatorLoss: number;
  /** Share of the windows that it tells rightly before each step, the mean of both sides: 0.5 where it cannot. */
  discriminatorAccuracy: number;
  /** Before each step that was taken; 0 where none was, or there is no penalty. */
  gradientPenalty: number;
  /** Share of the steps that were left out. */
  discriminatorSkipped: number;
}

/**
 * Learns to tell the two sides apart, from windows drawn anew for every step.
 *
 *   loss = L_D + penalty * gradientPenalty
 */
export async function learnDiscriminator(
  discriminator: Discriminator,
  optimizer: Adam,
  { real, made }: { real: Side; made: Side },
  { steps, batch, learningRate, penalty, mostAccuracy, random }: DiscriminatorUpdate,
): Promise<DiscriminatorTerms> {
  const sums = { loss: 0, accuracy: 0, penalty: 0, taken: 0 };
  for (let step = 0; step < steps; step++) {
    const sides = [real, made].map((side) => draw(discriminator, side, batch, random)) as [
      WindowTensors,
      WindowTensors,
    ];
    const noise = penalty > 0 ? drawNoise(sides[0], random) : null;
    try {
      const [loss, accuracy] = await tell(discriminator, sides);
      sums.loss += loss / steps;
      sums.accuracy += accuracy / steps;
      if (accuracy > mostAccuracy) continue;
      let steepness: tf.Scalar | undefined;
      const norm = optimizer.minimize(() => {
        const told = sides.map((side) => discriminator.logits(side, { learning: true })) as [tf.Tensor1D, tf.Tensor1D];
        const loss = discriminatorLoss(...told);
        if (!noise) return loss;
        steepness = tf.keep(gradientPenalty(discriminator, ...sides, noise));
        return tf.add(loss, tf.mul(steepness, penalty));
      }, learningRate);
      sums.taken++;
      sums.penalty += (await steepness?.data())?.[0] ?? 0;
      tf.dispose([norm, ...(steepness ? [steepness] : [])]);
    } finally {
      for (const { observations, actions } of sides) tf.dispose([observations, actions]);
      if (noise) tf.dispose([noise.observations, noise.actions, noise.shares]);
    }
  }
  return {
    discriminatorLoss: sums.loss,
    discriminatorAccuracy: sums.accuracy,
    gradientPenalty: sums.taken > 0 ? sums.penalty / sums.taken : 0,
    discriminatorSkipped: (steps - sums.taken) / steps,
  };
}

/** L_D and accuracy as they are. */
async function tell(
  discriminator: Discriminator,
  sides: readonly [WindowTensors, WindowTensors],
): Promise<[loss: number, accuracy: number]> {
  const measured = tf.tidy(() => {
    const [real, made] = sides.map((side) => discriminator.logits(side)) as [tf.Tensor1D, tf.Tensor1D];
    const share = (right: tf.Tensor): tf.Tensor => tf.mean(tf.cast(right, 'float32'));
    const accuracy = tf.div(tf.add(share(tf.greater(real, 0)), share(tf.less(made, 0))), 2);
    return tf.stack([discriminatorLoss(real, made), accuracy]);
  });
  const [loss = NaN, accuracy = NaN] = await measured.data();
  measured.dispose();
  return [loss, accuracy];
}

/** Windows that are drawn from a side, each row as likely as any. */
function draw(discriminator: Discriminator, { log, rows }: Side, batch: number, random: Generator): WindowTensors {
  const drawn = Int32Array.from({ length: batch }, () => rows[random.integers(rows.length)] as number);
  return discriminator.tensorsOf(log.windows(drawn, discriminator.window));
}

function drawNoise({ observations, actions }: WindowTensors, random: Generator): Noise {
  const normal = ([rows, size]: [number, number]): tf.Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: rows * size }, () => random.standardNormal()),
      [rows, size],
    );
  const [rows] = observations.shape;
  return {
    observations: normal(observations.shape),
    actions: normal(actions.shape),
    shares: tf.tensor2d(
      Float32Array.from({ length: rows }, () => random.random()),
      [rows, 1],
    ),
  };
}
