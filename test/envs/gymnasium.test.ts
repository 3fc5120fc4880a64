import { describe, expect, test } from 'vitest';
import { make } from '../../envs/registry.ts';
import type { Value } from '../../envs/spaces.ts';
import { toJson } from '../../src/cli/values.ts';
import { difference, recordings } from '../recordings.ts';

describe.each(recordings())('$env', ({ env: id, source, episodes }) => {
  test.each(episodes)(`gives the episodes of ${source} from seed $seed, through resets`, (episode) => {
    const env = make(id);
    const shown = (observation: unknown): unknown => toJson(env.observationSpace, observation as Value);
    expect(
      difference(shown(env.reset({ seed: episode.seed }).observation), episode.reset, 'first reset'),
    ).toBeUndefined();
    episode.steps.forEach((wanted, i) => {
      const at = `step ${i}`;
      if ('reset' in wanted) {
        expect(difference(shown(env.reset().observation), wanted.reset, at)).toBeUndefined();
        return;
      }
      const { observation, reward, terminated, truncated } = env.step(wanted.action);
      expect(difference(shown(observation), wanted.observation, at)).toBeUndefined();
      expect(difference(reward, wanted.reward, `${at}, reward`)).toBeUndefined();
      expect({ terminated, truncated }, at).toEqual({ terminated: wanted.terminated, truncated: wanted.truncated });
    });
  });
});
