import { beforeAll, expect, test } from 'vitest';
import type { Info } from '../envs/env.ts';
import { Generator } from '../envs/random.ts';
import { Box, Discrete } from '../envs/spaces.ts';
import { openDevice } from '../src/device/device.ts';
import { evaluate, playEpisodes, type Player } from '../src/evaluate.ts';
import { seedsOf } from '../src/levels.ts';
import { buildPolicy, frozenNormalizer } from '../src/trained.ts';
import type { Policy } from '../agents/model/policy.ts';
import type { EnvSpec } from '../envs/registry.ts';
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

function playerOf(spec: EnvSpec, policy: Policy): Player {
  return {
    policy,
    ...{ step: 0, seeds: seedsOf({ levels: 0 }).others, target: null, valueScale: 1 },
    ...{ environment: spec.id, make: spec.make },
    normalizer: (count) => frozenNormalizer(null, policy, count),
    openEnvs: (envs) => openVectorEnv(spec, { ...envs, workers: 0 }),
  };
}

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
      const episodes = await playEpisodes(playerOf(spec, policy), { episodes: 200, seed: 5, actions: 'drawn' });
      lengths.push(episodes.reduce((sum, { length }) => sum + length, 0));
      policy.dispose();
      return episodes.map((episode) => episode.return);
    }),
  );
  expect(lengths[0]).not.toBe(lengths[1]);
  expect(returns[0]).toEqual(returns[1]);
  expect(new Set(returns[0]).size).toBeGreaterThan(150);
});

/** Says of every second episode, by its seed, that it was a success; the others go on until they are cut. */
class Silent extends Seeds {
  #seed = 0;

  override reset({ seed = 0 }: { seed?: number } = {}): { observation: number[]; info: Info } {
    this.#seed = seed;
    return super.reset({ seed });
  }

  override step(): ReturnType<Seeds['step']> {
    const terminated = this.#seed % 2 === 1;
    return { observation: [0], reward: 1, terminated, truncated: false, info: terminated ? { success: true } : {} };
  }
}

test('an episode that its time limit cut counts as no success, where others say that they were one', async () => {
  const spec = { ...specOf('silent', () => new Silent()), maxEpisodeSteps: 3 };
  const policy = buildPolicy(smallConfig({ environment: 'silent', policy: 'mlp' }), spec, new Generator(1));
  const { success, meanLength } = await evaluate(playerOf(spec, policy), { episodes: 200, seed: 5, actions: 'drawn' });
  expect(meanLength).toBeCloseTo(2, 0);
  expect(success).toBeCloseTo((3 - meanLength) / 2, 9); // 1 step of a success, 3 of one that was cut
  const untold = specOf('seeds', () => new Seeds());
  expect(await evaluate(playerOf(untold, policy), { episodes: 10, seed: 5, actions: 'drawn' })).not.toHaveProperty(
    'success',
  );
  policy.dispose();
});

test('an episode that nothing ends is cut, and counted as cut', async () => {
  const spec = specOf('silent', () => new Silent());
  const policy = buildPolicy(smallConfig({ environment: 'silent', policy: 'mlp' }), spec, new Generator(1));
  const player = playerOf(spec, policy);
  const options = { episodes: 200, seed: 5, actions: 'drawn', longest: 7 } as const;
  const { cut = 0, mean, meanLength } = await evaluate(player, options);
  expect(cut).toBeGreaterThan(60);
  expect(cut).toBeLessThan(140);
  expect(meanLength).toBeCloseTo((200 - cut + 7 * cut) / 200, 9);
  expect(mean).toBe(meanLength); // 1 for each step
  const ending = playerOf(
    specOf('seeds', () => new Seeds()),
    policy,
  );
  expect(await evaluate(ending, { ...options, longest: 1000 })).not.toHaveProperty('cut');
  policy.dispose();
});
