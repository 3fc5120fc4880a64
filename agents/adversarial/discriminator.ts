import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../../envs/random.ts';
import type { Space } from '../../envs/spaces.ts';
import { isSmooth, tokensOf } from '../../envs/tokens.ts';
import { type Encoder, encoderFor } from '../model/encoder.ts';
import { type Flops, flopsOf, type Ran } from '../model/flops.ts';
import { Linear } from '../model/layers.ts';
import { Mlp } from '../model/mlp.ts';
import { Parameters } from '../model/parameters.ts';
import { Transformer } from '../model/transformer.ts';
import type { Trunk } from '../model/trunk.ts';
import { actionWidth } from '../model/actionFeatures.ts';
import type { Windows } from './stepLog.ts';

export interface DiscriminatorOptions {
  observationSpace: Space;
  actionSpace: Space;
  /** W, steps that it looks at together: 1 is a pair of observation and action. */
  window: number;
  /** C */
  width: number;
  layers: number;
  /** Of the Transformer; divides half of the width. */
  heads: number;
  /** Draws the initial weights. */
  random: Generator;
}

/** Windows as tensors. */
export interface WindowTensors {
  /** [N * W, O] */
  observations: tf.Tensor2D;
  /** [N * W, F] */
  actions: tf.Tensor2D;
  starts: Uint8Array;
}

/**
 * Tells an expert's steps from a policy's: what was seen and done in the last W steps to one logit, of the probability D
 * that it was the expert. A causal Transformer over the steps of a window; of a single step, which has nothing to look
 * back on, fully connected layers.
 *
 * @see Ho and Ermon 2016, "Generative Adversarial Imitation Learning"
 */
export class Discriminator {
  readonly parameters: Parameters;
  /** [O] 1 where a number of an observation is a quantity, of which there is a little more and a little less. */
  readonly smooth: Float32Array;
  /** Of windows, all that are in one. */
  readonly ran: Ran = { acting: 0, learning: 0 };
  readonly #options: DiscriminatorOptions;
  readonly #encoder: Encoder;
  readonly #action: Linear;
  readonly #trunk: Trunk;
  readonly #logit: Linear;

  /** @throws RangeError where heads do not divide the width, or there is nothing to look at */
  constructor(options: DiscriminatorOptions) {
    const { observationSpace, actionSpace, window, width, layers, heads, random } = options;
    this.#options = options;
    this.parameters = new Parameters(random);
    this.#encoder = encoderFor(this.parameters, observationSpace, { width, heads });
    this.#action = new Linear(this.parameters, 'action', [actionWidth(actionSpace), width], 1);
    this.#trunk =
      window > 1
        ? new Transformer(this.parameters, { width, layers, heads, context: window - 1, feedForward: 4 })
        : new Mlp(this.parameters, { width, layers });
    this.#logit = new Linear(this.parameters, 'logit', [width, 1], 1);
    this.parameters.use('logit.weight', 1 / window);
    const groups = tokensOf(observationSpace);
    this.smooth = new Float32Array(groups.reduce((size, group) => Math.max(size, group.offset + group.size), 0));
    for (const group of groups) if (isSmooth(group)) this.smooth.fill(1, group.offset, group.offset + group.size);
  }

  /** W */
  get window(): number {
    return this.#options.window;
  }

  /** Of one step of a window. */
  get flops(): Flops {
    return flopsOf(this.parameters, this.#trunk.cacheShapes);
  }

  /** [N] of each window. @param learning whether there will be a gradient */
  logits({ observations, actions, starts }: WindowTensors, { learning = false } = {}): tf.Tensor1D {
    const { window: W, width: C } = this.#options;
    this.ran[learning ? 'learning' : 'acting'] += starts.length;
    const N = starts.length / W;
    const steps = tf.add(this.#encoder.apply(observations).steps, this.#action.apply(actions)) as tf.Tensor2D;
    const cache = {
      tensors: this.#trunk.cacheShapes.map((shape) => tf.zeros([N, ...shape])),
      lengths: new Int32Array(N),
    };
    const { features } = this.#trunk.run({ steps, starts, cache }, { attention: false, remember: false });
    const last = W === 1 ? features : tf.slice(tf.reshape(features, [N, W, C]), [0, W - 1, 0], [N, 1, C]);
    return tf.reshape(this.#logit.apply(tf.reshape(last, [N, C])), [N]);
  }

  tensorsOf({ observations, actions, starts }: Windows): WindowTensors {
    const rows = starts.length;
    return {
      observations: tf.tensor2d(observations, [rows, observations.length / rows]),
      actions: tf.tensor2d(actions, [rows, actions.length / rows]),
      starts,
    };
  }

  dispose(): void {
    this.#trunk.dispose();
    this.parameters.dispose();
  }
}
