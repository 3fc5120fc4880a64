import type * as tf from '@tensorflow/tfjs-core';
import type { Space } from '../../envs/spaces.ts';
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
  /** Choices of each part of an action; null where actions are numbers as they are. */
  readonly #choices: readonly number[] | null;
  readonly #map: Linear;

  constructor(parameters: Parameters, actionSpace: Space, width: number) {
    this.#choices = choicesOf(actionSpace);
    const actionSize = this.#choices?.reduce((sum, n) => sum + n, 0) ?? sizeOf(actionSpace);
    this.size = 1 + actionSize;
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
    if (this.#choices === null) return row.set(action, 1);
    let at = 1;
    this.#choices.forEach((n, part) => {
      row[at + (action[part] as number)] = 1;
      at += n;
    });
  }

  /** @param conditions [rows, size]; returns [rows, C], to be added to the observations' vectors */
  apply(conditions: tf.Tensor2D): tf.Tensor2D {
    return this.#map.apply(conditions);
  }
}

function choicesOf(space: Space): readonly number[] | null {
  if (space.kind === 'discrete') return [space.n];
  return space.kind === 'multiDiscrete' ? space.n : null;
}

/** Of an action that no choice is made in. */
function sizeOf(space: Space): number {
  if (space.kind === 'box') return space.size;
  if (space.kind === 'multiBinary') return space.n;
  throw new RangeError(`Condition: actions of ${space.kind}`); // no head acts in it
}
