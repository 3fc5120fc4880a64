import { expect, test } from 'vitest';
import { nearest } from '../../envs/nearest.ts';
import { presets } from '../../envs/presets.ts';
import { environmentIds, environmentSpec, make } from '../../envs/registry.ts';

test.each([
  ['CartPole', 'CartPole-v1'],
  ['cartpole-v1', 'CartPole-v1'],
  ['MountainCar-v1', 'MountainCar-v0'],
  ['ProofOfMemory-v0', 'ProofofMemory-v0'],
])('an unknown id, %s, gets the nearest one', (id, wanted) => {
  expect(() => make(id)).toThrow(`no environment is called ${id}: did you mean ${wanted}?`);
});

test('an id that is like no other gets the list', () => {
  expect(() => make('zzzzzz')).toThrow(/there are CartPole-v1, MountainCar-v0/);
  expect(() => make('toString')).toThrow(/no environment is called toString/);
});

test('nearest ignores case, and where more than half would have to change takes the shortest with the word in it', () => {
  expect(nearest('Trian', ['train', 'trace'])).toBe('train');
  expect(nearest('view', ['train', 'devices'])).toBeUndefined();
  expect(nearest('doorkey', ['Grid-DoorKey-16x16', 'Grid-DoorKey-5x5'])).toBe('Grid-DoorKey-5x5');
  expect(nearest('key', ['Grid-DoorKey-5x5'])).toBeUndefined();
  expect(nearest('x', [])).toBeUndefined();
});

test('every environment has a summary, and presets name only environments', () => {
  for (const id of environmentIds()) expect(environmentSpec(id)).toMatchObject({ id, summary: expect.any(String) });
  expect(environmentIds()).toEqual(expect.arrayContaining(Object.keys(presets)));
});

test("make adds the time limit of a spec of one's own", () => {
  const { make: makeOne } = environmentSpec('Pendulum-v1');
  const env = make({ id: 'short', make: makeOne, maxEpisodeSteps: 2 });
  env.reset({ seed: 0 });
  expect(env.step([0]).truncated).toBe(false);
  expect(env.step([0])).toMatchObject({ truncated: true, terminated: false });
});
