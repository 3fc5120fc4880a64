import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkEnvironment, Generator } from 'gymformer/envs';
import Firefly, { LEFT, NET, RIGHT } from './env.ts';

/** Plays a night to its end. */
function play(seed: number, act: (observation: number[]) => number) {
  const env = new Firefly();
  let { observation } = env.reset({ seed });
  for (;;) {
    const result = env.step(act(observation));
    if (result.terminated || result.truncated) return result;
    observation = result.observation;
  }
}

/** Remembers the glow, walks there, and closes the net. */
function careful() {
  let goal = 0;
  return ([glow = 0, way = 0, place = 0]: number[]) => {
    if (glow) goal = place + way;
    return place === goal ? NET : place > goal ? LEFT : RIGHT;
  };
}

const nights = Array.from({ length: 200 }, (_, seed) => seed);
const caught = (act: () => (observation: number[]) => number) =>
  nights.filter((seed) => play(seed, act()).reward === 1).length / nights.length;

test('keeps the contract of environments', () => {
  const broken = checkEnvironment(() => new Firefly(), { name: 'firefly' }).filter(({ ok }) => !ok);
  assert.deepEqual(broken, []);
});

test('whoever remembers the glow catches every firefly', () => {
  assert.equal(caught(careful), 1);
});

test('whoever closes the net at once, or at random, seldom does', () => {
  const random = new Generator(0);
  assert.ok(caught(() => () => NET) < 0.25);
  assert.ok(caught(() => () => random.integers(3)) < 0.4);
});

test('a night without the net is cut short, which is no success', () => {
  const { truncated, reward, info } = play(1, () => LEFT);
  assert.deepEqual({ truncated, reward, info }, { truncated: true, reward: 0, info: { success: false } });
});
