import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { make } from '../../envs/registry.ts';

interface Step {
  action: number | number[];
  observation: number[];
  reward: number;
  terminated: boolean;
  truncated: boolean;
}
interface Recording {
  source: string;
  episodes: { seed: number; reset: number[]; steps: (Step | { reset: number[] })[] }[];
}

const IDS = ['CartPole-v1', 'MountainCar-v0', 'MountainCarContinuous-v0', 'Acrobot-v1', 'Pendulum-v1'];

// Recorded from gymnasium 1.4.0 in Python.
const recordingOf = (id: string): Recording =>
  JSON.parse(readFileSync(new URL(`../fixtures/${id}.json`, import.meta.url), 'utf8')) as Recording;

function expectClose(found: readonly number[], wanted: readonly number[], at: string): void {
  expect(found.length, at).toBe(wanted.length);
  wanted.forEach((x, i) => expect(Math.abs((found[i] as number) - x), `${at}, component ${i}`).toBeLessThan(1e-6));
}

describe.each(IDS)('%s', (id) => {
  test.each(recordingOf(id).episodes)('gives the episodes of Gymnasium from seed $seed, through resets', (episode) => {
    const env = make(id);
    expectClose(env.reset({ seed: episode.seed }).observation, episode.reset, 'first reset');
    episode.steps.forEach((wanted, i) => {
      const at = `step ${i}`;
      if ('reset' in wanted) return expectClose(env.reset().observation, wanted.reset, at);
      const { observation, reward, terminated, truncated } = env.step(wanted.action);
      expectClose(observation, wanted.observation, at);
      expectClose([reward], [wanted.reward], at);
      expect({ terminated, truncated }, at).toEqual({ terminated: wanted.terminated, truncated: wanted.truncated });
    });
  });
});
