import type { Env, StepResult } from '../../envs/env.ts';
import type { EnvSpec } from '../../envs/registry.ts';
import { Box, Discrete, MultiBinary, MultiDiscrete, type Space } from '../../envs/spaces.ts';
import { Generator } from '../../envs/random.ts';
import { resolveConfig } from '../../src/config.ts';
import type { Config } from '../../src/settings.ts';

/**
 * Environments so small that what a policy and its values must become is known, each hard in one way.
 *
 * @see Jones 2021, "Debugging RL, Without the Agonizing Pain"
 */
export interface Probe {
  /** Steps of an episode. */
  steps: number;
  /** Reward of the action, as right as `rightness` says, in step `t`. */
  reward: (rightness: number, t: number) => number;
  /** Whether the observation says which of two actions is right. */
  tells: boolean;
  /** Whether the observation is drawn anew for each episode. */
  varies: boolean;
}

/** Two actions of each space that are told apart: what is right when the observation is 1, and when it is -1. */
export const ACTION_SPACES: Record<string, { space: Space; right: [number[], number[]] }> = {
  Discrete: { space: new Discrete(3), right: [[2], [0]] },
  MultiDiscrete: {
    space: new MultiDiscrete([2, 3]),
    right: [
      [1, 2],
      [0, 1],
    ],
  },
  MultiBinary: {
    space: new MultiBinary(2),
    right: [
      [1, 0],
      [0, 1],
    ],
  },
  Box: { space: new Box({ low: -2, high: 2 }), right: [[1], [-1]] },
};

/** From 0 to 1: how near an action is to the right one. */
export function rightness(space: Space, action: ArrayLike<number>, right: number[]): number {
  if (space.kind === 'box') return Math.max(0, 1 - Math.abs((action[0] as number) - (right[0] as number)));
  return right.filter((value, i) => action[i] === value).length / right.length;
}

export class ProbeEnv implements Env<number[], number | number[]> {
  readonly observationSpace = new Box({ low: -1, high: 1 });
  readonly actionSpace: Space;
  #random = new Generator(0);
  #sign = 1;
  #step = 0;

  constructor(
    private readonly probe: Probe,
    private readonly actions: { space: Space; right: [number[], number[]] },
  ) {
    this.actionSpace = actions.space;
  }

  reset({ seed }: { seed?: number } = {}): { observation: number[]; info: Record<string, unknown> } {
    if (seed !== undefined) this.#random = new Generator(seed);
    this.#sign = this.probe.varies && this.#random.random() < 0.5 ? -1 : 1;
    this.#step = 0;
    return { observation: [this.#sign], info: {} };
  }

  step(action: number | number[]): StepResult<number[]> {
    const right = this.actions.right[this.probe.tells && this.#sign < 0 ? 1 : 0];
    const near = rightness(this.actionSpace, typeof action === 'number' ? [action] : action, right);
    const factor = this.probe.varies && !this.probe.tells ? this.#sign : 1;
    const reward = factor * this.probe.reward(near, this.#step);
    this.#step++;
    const observation = [this.probe.steps === 1 ? this.#sign : this.#step / this.probe.steps];
    return { observation, reward, terminated: this.#step === this.probe.steps, truncated: false, info: {} };
  }
}

export function specOf(id: string, make: () => Env): EnvSpec {
  return { id, make };
}

/** Settings for tests: a small model, raw rewards and observations, one evaluation at the end. */
export function smallConfig({ environment, ...settings }: Partial<Config> & { environment: string }): Config {
  return resolveConfig({
    environment,
    flags: {
      device: 'simd',
      width: 16,
      layers: 1,
      heads: 2,
      context: 4,
      envs: 8,
      rolloutSteps: 32,
      sequenceSteps: 8,
      normalizeObservations: false,
      normalizeRewards: false,
      evalEpisodes: 20,
      ...settings,
    },
  });
}
