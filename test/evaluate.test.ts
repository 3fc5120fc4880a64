import { beforeAll, expect, test } from 'vitest';
import type { Info } from '../envs/env.ts';
import { Generator } from '../envs/random.ts';
import { Box, Discrete } from '../envs/spaces.ts';
import { openDevice } from '../src/device/device.ts';
import { playEpisodes, type Player } from '../src/evaluate.ts';
import { seedsOf } from '../src/levels.ts';
import { buildPolicy, frozenNormalizer } from '../src/trained.ts';
import { openVectorEnv } from '../src/vectorEnv.ts';
import { smallConfig, specOf } from './training/environments.ts';

/** An episode lasts until its second action is drawn, and gives what its seed says. */
class Seeds {
  readonly observationSpace = new Box({ low: 0, high: 1 });
  readonly actionSpace = new Discrete(2);
  #seed = 0;

  reset({ seed = 0 }: { seed?: number } = {}): { observation: number[]; info: Info } {
    this.#seed = seed;
    return { observation: [0], info: {} };
  }

  step(action: unknown): {
    observation: number[];
    reward: number;
    terminated: boolean;
    truncated: boolean;
    info: Info;
  } {
    const terminated = action === 1;
    return { observation: [0], reward: terminated ? this.#seed % 1000 : 0, terminated, truncated: false, info: {} };
  }
}

beforeAll(async () => void (await openDevice('simd')));

test('the same seed plays the same episodes in the same order, however long each lasts', async () => {
  const spec = specOf('seeds', () => new Seeds());
  const config = smallConfig({ environment: 'seeds', policy: 'mlp' });
  const lengths: number[] = [];
  const returns = await Promise.all(
    [1, 2].map(async (seed) => {
      const policy = buildPolicy(config, spec, new Generator(seed));
      const stored = await policy.parameters.save();
      stored.get('head.action.bias')!.data[0] = seed; // episodes of one last longer
      policy.parameters.load(stored);
      const player: Player = {
        policy,
        ...{
          step: 0,
          seeds: seedsOf({ levels: 0 }).others,
          target: null,
          valueScale: 1,
          environment: spec.id,
          make: spec.make,
        },
        normalizer: (count) => frozenNormalizer(null, policy, count),
        openEnvs: (envs) => openVectorEnv(spec, { ...envs, workers: 0 }),
      };
      const episodes = await playEpisodes(player, { episodes: 200, seed: 5, actions: 'drawn' });
      lengths.push(episodes.reduce((sum, { length }) => sum + length, 0));
      policy.dispose();
      return episodes.map((episode) => episode.return);
    }),
  );
  expect(lengths[0]).not.toBe(lengths[1]);
  expect(returns[0]).toEqual(returns[1]);
  expect(new Set(returns[0]).size).toBeGreaterThan(150);
});
