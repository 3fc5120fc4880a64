import { describe, expect, test } from 'vitest';
import { batchOf } from '../../envs/batchOf.ts';
import { CartPole } from '../../envs/classic/cartPole.ts';
import { cosSmall, SMALL_ANGLE, sinSmall } from '../../envs/classic/smallAngle.ts';
import { type Env, type EnvBatch, EnvError, NO_INFO, type StepArrays, type StepResult } from '../../envs/env.ts';
import { localEngine } from '../../envs/localEngine.ts';
import { Generator } from '../../envs/random.ts';
import { environmentIds, environmentSpec, make } from '../../envs/registry.ts';
import { VectorEnv } from '../../envs/vector.ts';
import { FrameStack, TimeLimit } from '../../envs/wrappers.ts';
import { expectSameBooks, sampleActions } from './books.ts';

function bothWays(makeOne: () => Env, count: number): { batch: VectorEnv; single: VectorEnv } {
  const options = { count, seed: 3, name: 'both ways' };
  return {
    batch: new VectorEnv(makeOne, options),
    single: new VectorEnv(makeOne, { ...options, engine: (one, B) => localEngine(one, B, { oneByOne: true }) }),
  };
}

/** Ids whose episodes ended so, of those that were played. */
const ended = { terminated: new Set<string>(), truncated: new Set<string>() };
const played = new Set<string>();

describe.each(environmentIds())('%s', (id) => {
  test.each([
    { limit: 'its own time limit', steps: 600, makeOne: () => make(id) },
    { limit: 'a limit of 11 steps', steps: 60, makeOne: () => new TimeLimit(environmentSpec(id).make(), 11) },
  ])('with $limit, does many at once what it does one by one, and is restored the same', ({ makeOne, steps }) => {
    expect(batchOf(makeOne())).toBeDefined();
    const { batch, single } = bothWays(makeOne, 4);
    const random = new Generator(1);
    played.add(id);
    batch.reset();
    single.reset();
    for (let step = 1; step <= steps; step++) {
      const actions = sampleActions(batch, random);
      batch.step(actions);
      single.step(actions);
      expectSameBooks(batch, single);
      for (const kind of ['terminated', 'truncated'] as const) if (single[kind].includes(1)) ended[kind].add(id);
      if (step % (steps / 3) !== 0) continue;
      expect(batch.state()).toEqual(single.state());
      batch.restore(single.state());
      expect(batch.state()).toEqual(single.state());
    }
  });
});

test('many of them ended by themselves, and many were cut short', () => {
  for (const ids of Object.values(ended)) expect(ids.size).toBeGreaterThan(played.size / 3);
});

test('a time limit truncates many at once as it does one', () => {
  const { batch, single } = bothWays(() => new TimeLimit(new CartPole(), 12), 3);
  batch.reset();
  single.reset();
  let truncated = 0;
  for (let step = 0; step < 200; step++) {
    // To and fro keeps a pole up for a while.
    const actions = Float32Array.from({ length: 3 }, (_, i) => (step + i) % 2);
    batch.step(actions);
    single.step(actions);
    expectSameBooks(batch, single);
    truncated += batch.truncated[0] as number;
  }
  expect(truncated).toBeGreaterThan(5);
});

test('steps with nothing to say share one info', () => {
  const envs = new VectorEnv(() => make('ProofofMemory-v0'), { count: 2, seed: 0, name: 'shared' });
  envs.reset();
  envs.step(Float32Array.of(0, 1));
  expect(envs.infos.every((info) => info === NO_INFO)).toBe(true);
});

test('a subclass or wrapper that changes what steps do is stepped one by one', () => {
  class Doubled extends CartPole {
    override step(action: number): StepResult<number[]> {
      const result = super.step(action);
      return { ...result, reward: 2 * result.reward };
    }
  }
  class Hourglass extends TimeLimit {
    override step(action: unknown): StepResult {
      return { ...super.step(action), reward: 5 };
    }
  }
  class Renamed extends CartPole {}
  const replaced = Object.assign(new CartPole(), { reset: () => ({ observation: [0, 0, 0, 0], info: {} }) });
  expect(batchOf(new Doubled())).toBeUndefined();
  expect(batchOf(new TimeLimit(new Doubled(), 5))).toBeUndefined();
  expect(batchOf(new Hourglass(new CartPole(), 5))).toBeUndefined();
  expect(batchOf(new FrameStack(new CartPole(), 2))).toBeUndefined();
  expect(batchOf(replaced)).toBeUndefined();
  expect(batchOf(new Renamed())).toBeDefined();
});

/** Fails on the third step of one of the episodes, as its seed says. */
class Picky extends CartPole {
  override step(action: number): StepResult<number[]> {
    if (++this.taken === 3 && this.picked) throw new TypeError('no third step');
    return super.step(action);
  }
  override reset(options: { seed?: number } = {}): ReturnType<CartPole['reset']> {
    const result = super.reset(options);
    this.taken = 0;
    this.picked = (result.observation[0] as number) > 0;
    return result;
  }
  private taken = 0;
  private picked = false;

  override vectorize(count: number): EnvBatch {
    const inner = super.vectorize(count);
    let taken = 0;
    return {
      reset: (row, options, observations) => inner.reset(row, options, observations),
      step(from, to, actions, arrays: StepArrays) {
        if (++taken === 3) throw new TypeError('no third step');
        inner.step(from, to, actions, arrays);
      },
    };
  }
}

test('a step of many rows that throws names the row whose episode fails alone', () => {
  const errors = Object.values(bothWays(() => new Picky(), 6)).map((envs) => {
    envs.reset();
    for (let step = 0; step < 2; step++) envs.step(new Float32Array(6));
    try {
      envs.step(new Float32Array(6));
    } catch (error) {
      return error as EnvError;
    }
    throw new Error('the third step did not fail');
  });
  const [batch, single] = errors as [EnvError, EnvError];
  expect(batch).toBeInstanceOf(EnvError);
  expect(batch.details).toEqual(single.details);
  expect(batch.details).toMatchObject({ method: 'step', step: 2, found: 'threw TypeError: no third step' });
});

test.each([
  [
    'an observation',
    (arrays: StepArrays) => (arrays.observations[5] = Number.NaN),
    /NaN in observation\[1\] \(cart velocity\)/,
  ],
  ['a reward', (arrays: StepArrays) => (arrays.rewards[1] = Infinity), /returned Infinity as reward/],
])('%s that is not finite is found in its row', (_, spoil, message) => {
  class Spoiled extends CartPole {
    override vectorize(count: number): EnvBatch {
      const inner = super.vectorize(count);
      return {
        reset: (row, options, observations) => inner.reset(row, options, observations),
        step(from, to, actions, arrays) {
          inner.step(from, to, actions, arrays);
          spoil(arrays);
        },
      };
    }
  }
  const envs = new VectorEnv(() => new Spoiled(), { count: 2, seed: 0, name: 'spoiled' });
  envs.reset();
  const seed = envs.episodeSeeds[1];
  expect(() => envs.step(Float32Array.of(0, 1))).toThrow(message);
  expect(() => envs.step(Float32Array.of(0, 1))).toThrow(`(step 0 of the episode with seed ${seed})`);
});

test('sine and cosine of small angles are those of the engine, to the last place', () => {
  const random = new Generator(0);
  for (let i = 0; i < 20_000; i++) {
    const angle = random.uniform(-SMALL_ANGLE, SMALL_ANGLE) * 10 ** -random.integers(9);
    expect(Math.abs(sinSmall(angle) / Math.sin(angle) - 1)).toBeLessThan(3e-16);
    expect(Math.abs(cosSmall(angle) / Math.cos(angle) - 1)).toBeLessThan(3e-16);
  }
});
