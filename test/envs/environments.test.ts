import { createJiti } from 'jiti';
import { describe, expect, test } from 'vitest';
import { checkEnvironment } from '../../envs/check.ts';
import type { Env, StepResult } from '../../envs/env.ts';
import * as envs from '../../envs/index.ts';
import { environmentIds, make } from '../../envs/registry.ts';
import type { Space } from '../../envs/spaces.ts';

// The example imports 'gymformer/envs', as a file of one's own would: give it these very sources.
const jiti = createJiti(import.meta.url, { virtualModules: { 'gymformer/envs': envs } });
const { default: Catch } = await jiti.import<{ default: new () => Env<number[], number> }>(
  '../../examples/customEnvironment.ts',
);

const makers: [name: string, make: () => Env][] = [
  ...environmentIds().map((id): [string, () => Env] => [id, () => make(id)]),
  ['examples/customEnvironment.ts', () => new Catch()],
];

describe.each(makers)('%s', (name, makeOne) => {
  test('keeps every claim of the contract', () => {
    const broken = checkEnvironment(makeOne, { name }).filter(({ ok }) => !ok);
    expect(broken).toEqual([]);
  });

  test('names the components of its observation and its actions', () => {
    const { observationSpace, actionSpace } = makeOne();
    for (const space of [observationSpace, actionSpace].flatMap(named))
      expect(space.names?.every((component) => component.length > 0)).toBe(true);
  });

  test('draws the shapes that move under ids that stay', () => {
    const env = makeOne();
    env.reset({ seed: 0 });
    const ids = (): (string | undefined)[] => env.draw?.().shapes.map(({ id }) => id) ?? [];
    const before = ids().filter((id) => id !== undefined);
    env.step(env.actionSpace.sample(new envs.Generator(0)));
    expect(before.length).toBeGreaterThan(0);
    expect(ids()).toEqual(expect.arrayContaining(before));
  });

  test('returns plain values that survive their flat form', () => {
    const { observationSpace } = makeOne();
    const { observation } = makeOne().reset({ seed: 1 });
    const flat = new Float32Array(envs.flatSize(observationSpace));
    envs.flatten(observationSpace, observation, flat);
    expect(observation).toEqual(envs.unflatten(observationSpace, flat));
  });

  test('refuses a step before the first reset', () => {
    if (name.startsWith('examples/')) return; // a guest may do as it likes
    const env = makeOne();
    expect(() => env.step(env.actionSpace.sample(new envs.Generator(0)))).toThrow(/call reset\(\) first/);
  });
});

/** The parts of a space whose components mean something each: not states that are numbered, nor cells of a grid. */
function named(space: Space): { names?: readonly string[] | undefined }[] {
  if (space.kind === 'dict' || space.kind === 'tuple') return Object.values(space.spaces).flatMap(named);
  const isNumbered = space.kind === 'discrete' && space.n > 9;
  return space.kind === 'text' || isNumbered || ('tokens' in space && space.tokens) ? [] : [space];
}

/** Plays whole episodes and returns the mean of their returns, and how many were successes. */
function evaluate(
  env: Env<number[], number>,
  episodes: number,
  act: (observation: number[], first: number[]) => number,
): { mean: number; successes: number } {
  let sum = 0;
  let successes = 0;
  for (let seed = 0; seed < episodes; seed++) {
    const first = env.reset({ seed }).observation;
    let result: StepResult<number[]> | undefined;
    while (!result || !(result.terminated || result.truncated)) {
      result = env.step(act(result?.observation ?? first, first));
      sum += result.reward;
    }
    if (result.info['success']) successes++;
  }
  return { mean: sum / episodes, successes };
}

describe('ProofofMemory-v0', () => {
  const env = make('ProofofMemory-v0') as Env<number[], number>;

  test('who remembers the goals gets 1.2 on average, and always succeeds', () => {
    const { mean, successes } = evaluate(env, 2000, (_, first) => (first[2] === 1 ? 1 : 0));
    expect(mean).toBeCloseTo(1.2, 1);
    expect(mean).toBeGreaterThan(1.19);
    expect(successes).toBe(2000);
  });

  test('who walks to one end blindly gets -0.4 on average, and succeeds half the time', () => {
    const { mean, successes } = evaluate(env, 4000, () => 1);
    expect(mean).toBeCloseTo(-0.4, 1);
    expect(successes / 4000).toBeCloseTo(0.5, 1);
  });

  test('shows the goals on the reset and for two frozen steps that cost nothing, then hides them', () => {
    const { observation: first } = env.reset({ seed: 0 });
    const [left, position, right] = first as [number, number, number];
    expect(Math.abs(left)).toBe(1);
    expect(right).toBe(-left);
    for (let step = 0; step < 2; step++) {
      const { observation, reward, terminated } = env.step(1);
      expect({ observation, reward, terminated }).toEqual({ observation: first, reward: 0, terminated: false });
    }
    const { observation, reward } = env.step(position > 0 ? 0 : 1);
    expect(observation[0]).toBe(0);
    expect(observation[2]).toBe(0);
    expect(Math.abs((observation[1] as number) - position)).toBeCloseTo(0.2);
    expect(reward).toBe(-0.1);
  });

  test('ends after sixteen steps of going to and fro', () => {
    env.reset({ seed: 0 });
    let steps = 0;
    let result: StepResult<number[]>;
    do {
      result = env.step(steps++ % 2);
    } while (!result.terminated && !result.truncated);
    expect({ steps, terminated: result.terminated }).toEqual({ steps: 16, terminated: false });
  });

  test('starts at each of the five places, with the good end on either side', () => {
    const starts = new Set(Array.from({ length: 200 }, (_, seed) => env.reset({ seed }).observation.join()));
    expect(starts.size).toBe(10);
  });
});

test('the example is solved by following the fruit, and badly played by standing still', () => {
  const follow = ([columns = 0]: number[]): number => 1 + Math.sign(columns);
  expect(evaluate(new Catch(), 50, follow).mean).toBe(10);
  expect(evaluate(new Catch(), 50, () => 1).mean).toBeLessThan(0);
});

test('reset options move the bounds of the start', () => {
  const [position] = make('CartPole-v1').reset({ seed: 0, options: { low: 1, high: 1.1 } }).observation as number[];
  expect(position).toBeGreaterThanOrEqual(1);
  expect(() => make('CartPole-v1').reset({ options: { low: 1 } })).toThrow(/low is 1, high is 0.05/);
  expect(() => make('Pendulum-v1').reset({ options: { x_init: '1' } })).toThrow(/x_init is 1/);
});
