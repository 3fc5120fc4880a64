import type { Env, StepResult } from '../../envs/env.ts';
import { Generator } from '../../envs/random.ts';
import { Box, Discrete, type Space } from '../../envs/spaces.ts';
import { replayOf, type ToldEpisode } from '../dataset/replays.ts';

/** Environments so small that what is to be learned from their demonstrations is known. */
interface Probe {
  observationSpace: Space;
  actionSpace: Space;
  steps: number;
  /** What is seen at step `t` of the episode with this seed. */
  see(seed: number, t: number): number[];
  reward(seed: number, t: number, action: number): number;
}

/**
 * At first a cue is seen, 1 or -1; it is asked for at the last step, when only the time is seen, by a clock that is a little
 * off in a way of its own in each episode: no two are the same.
 */
export const RECALL = {
  observationSpace: new Box({ low: [-1, 0], high: [1, 1] }),
  actionSpace: new Discrete(3),
  steps: 4,
  see: (seed, t) => [t === 0 ? (seed % 2 ? 1 : -1) : 0, (t + (seed % 97) / 200) / 5],
  reward: (seed, t, action) => Number(t === 3 && action === (seed % 2 ? 2 : 1)),
} satisfies Probe;

/** Action 1 brings 1, action 0 nothing: every return from 0 to 6 can be had, in many ways. */
export const TILL = {
  observationSpace: new Box({ low: [0], high: [1] }),
  actionSpace: new Discrete(2),
  steps: 6,
  see: (_, t) => [t / 6],
  reward: (_, __, action) => action,
} satisfies Probe;

export class ProbeEnv implements Env<number[], number> {
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  #seed = 0;
  #t = 0;

  constructor(private readonly probe: Probe) {
    this.observationSpace = probe.observationSpace;
    this.actionSpace = probe.actionSpace;
  }

  reset({ seed = this.#seed + 1 }: { seed?: number } = {}): { observation: number[]; info: Record<string, unknown> } {
    this.#seed = seed;
    this.#t = 0;
    return { observation: this.probe.see(seed, 0), info: {} };
  }

  step(action: number): StepResult<number[]> {
    const reward = this.probe.reward(this.#seed, this.#t++, action);
    const terminated = this.#t === this.probe.steps;
    return { observation: this.probe.see(this.#seed, this.#t), reward, terminated, truncated: false, info: {} };
  }
}

/** The bytes of a replay of episodes of a probe, acted in as told. */
export function playedReplay(
  environment: string,
  probe: Probe,
  episodes: number,
  act: (seed: number, t: number, random: Generator) => number,
): Uint8Array {
  const random = new Generator(1);
  const times = Array.from({ length: probe.steps }, (_, t) => t);
  const told = Array.from({ length: episodes }, (_, seed): ToldEpisode => {
    const actions = times.map((t) => act(seed, t, random));
    return {
      seed,
      observations: [...times, probe.steps].map((t) => probe.see(seed, t)),
      actions: actions.map((action) => [action]),
      rewards: actions.map((action, t) => probe.reward(seed, t, action)),
    };
  });
  const { observationSpace, actionSpace } = probe;
  return replayOf(told, { environment, observationSpace, actionSpace });
}
