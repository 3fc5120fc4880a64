import { expect, test } from 'vitest';
import { checkEnvironment } from '../../envs/check.ts';
import { fromGymJs, type GymJsEnv } from '../../envs/fromGymJs.ts';
import { Generator } from '../../envs/random.ts';
import { Box, Discrete, MultiDiscrete } from '../../envs/spaces.ts';

/** As a tensor looks from outside. */
const tensor = (values: number[]): { dataSync(): Float32Array } => ({ dataSync: () => Float32Array.from(values) });

class Older implements GymJsEnv {
  action_space = { n: 2 };
  observation_space = { low: tensor([-5, -5]), high: tensor([5, 5]), shape: [2] };
  closed = false;
  private random = new Generator(0);
  private steps = 0;

  seed(seed: number): void {
    this.random = new Generator(seed);
  }

  reset(): { dataSync(): Float32Array } {
    this.steps = 0;
    return tensor([this.random.random(), 0]);
  }

  step(action: unknown): [{ dataSync(): Float32Array }, number, boolean, Record<string, unknown>] {
    this.steps++;
    const limit = this.steps === 5;
    const fell = action === 1 && this.random.random() < 0.3;
    return [tensor([this.random.random(), this.steps]), 1, limit || fell, { 'TimeLimit.truncated': limit && !fell }];
  }

  close(): void {
    this.closed = true;
  }
}

test('an environment of the older interface keeps the contract, tensors and all', () => {
  const broken = checkEnvironment(() => fromGymJs(new Older()), { name: 'older' }).filter(({ ok }) => !ok);
  expect(broken).toEqual([]);
});

test('done is truncated where the time limit says so, terminated elsewhere', () => {
  const older = new Older();
  const env = fromGymJs(older);
  env.reset({ seed: 0 });
  for (let step = 1; step <= 4; step++) expect(env.step(0)).toMatchObject({ terminated: false, truncated: false });
  expect(env.step(0)).toMatchObject({ observation: [expect.any(Number), 5], terminated: false, truncated: true });
  older.step = () => [tensor([0, 0]), 0, true, {}];
  expect(env.step(0)).toMatchObject({ terminated: true, truncated: false });
  env.close?.();
  expect(older.closed).toBe(true);
});

test('spaces are known by what they have', () => {
  const spaceOf = (observation_space: GymJsEnv['observation_space']): unknown =>
    fromGymJs(Object.assign(new Older(), { observation_space })).observationSpace;
  expect(spaceOf({ n: 3 })).toEqual(new Discrete(3));
  expect(spaceOf({ nvec: [2, 3] })).toEqual(new MultiDiscrete([2, 3]));
  expect(spaceOf({ low: 0, high: 255, shape: [2, 2] })).toEqual(new Box({ low: 0, high: 255, shape: [2, 2] }));
  expect(spaceOf({ low: [[0, 1]], high: [[1, 2]], shape: [1, 2] })).toEqual(
    new Box({ low: [0, 1], high: [1, 2], shape: [1, 2] }),
  );
  expect(() => spaceOf({ shape: [2] })).toThrow(/observation_space is an object with shape, wanted one with n/);
});

test('actions can be turned into what the environment takes', () => {
  const seen: unknown[] = [];
  const older = Object.assign(new Older(), {
    step: (action: unknown) => (seen.push(action), [[0, 0], 0, false] as const),
  });
  const env = fromGymJs(older, { toAction: (action) => ({ tensor: action }) });
  env.reset();
  expect(env.step(1)).toMatchObject({ observation: [0, 0], info: {} });
  expect(seen).toEqual([{ tensor: 1 }]);
});

test('an asynchronous step is refused by name', () => {
  const older = Object.assign(new Older(), { step: (() => Promise.resolve([])) as never });
  expect(() => fromGymJs(older).step(0)).toThrow(
    /returned a Promise \(environments are synchronous\), wanted \[observation/,
  );
});
