import type { Env, StepResult } from '../../envs/env.ts';

/** Chooses an action from all observations of the episode so far, of which the last is the present one. */
export type ScriptedPolicy<O = number[]> = (seen: readonly O[]) => unknown;

/** One episode, played to its end. */
export interface PlayedEpisode<O = number[]> {
  observations: O[];
  rewards: number[];
  total: number;
  last: StepResult<O>;
}

export function playEpisode<O = number[]>(env: Env<O>, act: ScriptedPolicy<O>, seed: number): PlayedEpisode<O> {
  const observations = [env.reset({ seed }).observation];
  const rewards: number[] = [];
  for (;;) {
    const last = env.step(act(observations));
    observations.push(last.observation);
    rewards.push(last.reward);
    if (last.terminated || last.truncated)
      return { observations, rewards, total: rewards.reduce((sum, reward) => sum + reward, 0), last };
  }
}

/** Plays episodes of the seeds from 0 on: the mean of their returns, and what share of them succeeded. */
export function playEpisodes<O = number[]>(
  env: Env<O>,
  act: ScriptedPolicy<O>,
  episodes: number,
): { mean: number; best: number; worst: number; success: number } {
  const played = Array.from({ length: episodes }, (_, seed) => playEpisode(env, act, seed));
  const totals = played.map(({ total }) => total);
  const successes = played.filter(({ last }) => last.info['success'] === true).length;
  return {
    mean: totals.reduce((sum, total) => sum + total, 0) / episodes,
    best: Math.max(...totals),
    worst: Math.min(...totals),
    success: successes / episodes,
  };
}
