import type * as tf from '@tensorflow/tfjs-core';
import type { Space } from '../../envs/spaces.ts';
import { actionWidth, writeAction } from './actionFeatures.ts';
import { Linear } from './layers.ts';
import type { Parameters } from './parameters.ts';

/**
 * What a Decision Transformer is told at a step beside the observation: the return that is still to come, and the action
 * before. Both are embedded and added to the observation's vector:
 *
 *   x_t = encoder(o_t) + W [R_t / scale, a_{t-1}] + b
 *
 * The paper makes three tokens of a step. Here a step is one token, as for every policy of ours: the memory then holds
 * three times as many steps for the same attention, acting is one run instead of two, and the trunk is that of a policy
 * that learned otherwise. The decision sees the same either way: all returns and observations up to now, all actions
 * before.
 *
 * @see Chen et al. 2021, "Decision Transformer: Reinforcement Learning via Sequence Modeling", section 3
 */
export class Condition {
  /** Numbers of it. */
  readonly size: number;
  readonly #actionSpace: Space;
  readonly #map: Linear;

  constructor(parameters: Parameters, actionSpace: Space, width: number) {
    this.#actionSpace = actionSpace;
    this.size = 1 + actionWidth(actionSpace);
    this.#map = new Linear(parameters, 'condition', [this.size, width], 1);
  }

  /**
   * Writes it for one step.
   *
   * @param returnToGo  divided by its scale
   * @param action      as the policy drew the one before; null at an episode's start: all zeros
   * @param row         [size]
   */
  write(returnToGo: number, action: ArrayLike<number> | null, row: Float32Array): void {
    row.fill(0);
    row[0] = returnToGo;
    if (!action) return;
    // What a policy draws of quantities is in units in which bounds are -1 and 1 already.
    if (this.#actionSpace.kind === 'box') row.set(action, 1);
    else writeAction(this.#actionSpace, action, row.subarray(1));
  }

  /** @param conditions [rows, size]; returns [rows, C], to be added to the observations' vectors */
  apply(conditions: tf.Tensor2D): tf.Tensor2D {
    return this.#map.apply(conditions);
  }
}
