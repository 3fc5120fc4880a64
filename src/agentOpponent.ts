import * as tf from '@tensorflow/tfjs-core';
import type { Cache } from '../agents/model/trunk.ts';
import type { Opponent, Turns } from '../envs/opponent.ts';
import { ConfigError } from './errors.ts';
import { Generator } from '../envs/random.ts';
import type { ObservationNormalizer } from './normalizers.ts';
import type { Trained } from './trained.ts';

/**
 * A policy on the other side of one game. It answers at once, inside the environment's step, so its device must be one
 * whose tensors can be read at once.
 */
export class AgentOpponent implements Opponent {
  readonly #mind: Trained;
  readonly #draws: boolean;
  readonly #normalizer: ObservationNormalizer;
  readonly #random = new Generator(0);
  #cache: Cache;
  #starts = true;

  /** @param draws  whether it draws from its distribution, as in training; else it takes the likeliest action */
  constructor(mind: Trained, { draws }: { draws: boolean }) {
    if (mind.policy.condition)
      throw new ConfigError(
        'a policy of dt has to be told the rewards of its game, which an opponent is not: choose another',
      );
    this.#mind = mind;
    this.#draws = draws;
    this.#normalizer = mind.normalizer(1);
    this.#cache = mind.policy.emptyCache(1);
  }

  begin(_row: number, seed: number): void {
    this.#random.reseed(seed);
    this.#starts = true;
  }

  /** @throws RangeError when asked for more than one game */
  reply({ count, observations, masks, actions }: Turns): void {
    if (count !== 1) throw new RangeError(`AgentOpponent: ${count} games, wanted one`);
    const { policy } = this.#mind;
    const { head, observationSize } = policy;
    const output = this.#run(this.#normalizer.apply(observations.subarray(0, observationSize)));
    const mask = head.maskSize ? masks.subarray(0, head.maskSize) : null;
    const action = actions.subarray(0, head.actionSize);
    if (this.#draws) head.sample(output, mask, this.#random, action);
    else head.mode(output, mask, action);
    head.toEnvironment(action);
  }

  end(): void {}

  dispose(): void {
    tf.dispose(this.#cache.tensors);
  }

  #run(observation: Float32Array): Float32Array {
    const before = this.#cache;
    let after = before;
    const output = tf.tidy(() => {
      const input = tf.tensor2d(observation, [1, observation.length]);
      const { outputs, cache } = this.#mind.policy.run(input, Uint8Array.of(this.#starts ? 1 : 0), before);
      after = cache;
      cache.tensors.forEach((tensor) => tf.keep(tensor));
      return outputs.dataSync() as Float32Array;
    });
    tf.dispose(before.tensors.filter((tensor) => !after.tensors.includes(tensor)));
    this.#cache = after;
    this.#starts = false;
    return output;
  }
}
