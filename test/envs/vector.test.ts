import { describe, expect, test } from 'vitest';
import { EnvError, type Env, type StepResult } from '../../envs/env.ts';
import { Generator } from '../../envs/random.ts';
import { environmentIds, make } from '../../envs/registry.ts';
import {
  Box,
  Discrete,
  MultiDiscrete,
  flatSize,
  flatten,
  type Space,
  unflatten,
  type Value,
} from '../../envs/spaces.ts';
import { VectorEnv } from '../../envs/vector.ts';

function vectorOf(id: string, count = 3, seed = 7): VectorEnv {
  return new VectorEnv(() => make(id), { count, seed, name: id });
}

/** Flat actions for all environments. */
function sampleActions(envs: VectorEnv, random: Generator): Float32Array {
  const actions = new Float32Array(envs.count * envs.actionSize);
  for (let i = 0; i < envs.count; i++)
    flatten(envs.actionSpace, envs.actionSpace.sample(random), actions, i * envs.actionSize);
  return actions;
}

function row(flat: Float32Array, i: number, size: number): number[] {
  return [...flat.subarray(i * size, (i + 1) * size)];
}

/** The flat form of a value, to compare with a row. */
function flatOf(space: Space, value: unknown): number[] {
  const flat = new Float32Array(flatSize(space));
  flatten(space, value as Value, flat);
  return [...flat];
}

/** All that a step leaves behind, to compare. */
function snapshot(envs: VectorEnv): unknown {
  const { observations, rewards, terminated, truncated, episodeSeeds, episodeSteps, episodeReturns } = envs;
  return structuredClone({ observations, rewards, terminated, truncated, episodeSeeds, episodeSteps, episodeReturns });
}

describe.each(environmentIds())('%s', (id) => {
  test('steps in a vector as it does alone: resets with the seed of each episode, ends included', () => {
    const envs = vectorOf(id);
    envs.reset();
    const { observationSize: size } = envs;
    const alone = Array.from({ length: envs.count }, (_, i) => {
      const env = make(id);
      const { observation } = env.reset({ seed: envs.episodeSeeds[i] as number });
      expect(row(envs.observations, i, size)).toEqual(flatOf(env.observationSpace, observation));
      return env;
    });
    const random = new Generator(0);
    let ends = 0;
    for (let step = 0; step < 600 || (ends === 0 && step < 2600); step++) {
      const actions = sampleActions(envs, random);
      envs.step(actions);
      alone.forEach((env, i) => {
        const result = env.step(unflatten(envs.actionSpace, actions, i * envs.actionSize));
        expect(envs.rewards[i]).toBe(result.reward);
        expect([envs.terminated[i], envs.truncated[i]]).toEqual([result.terminated, result.truncated].map(Number));
        expect(envs.infos[i]).toEqual(result.info);
        let { observation } = result;
        if (result.terminated || result.truncated) {
          ends++;
          expect(row(envs.finalObservations, i, size)).toEqual(flatOf(env.observationSpace, observation));
          ({ observation } = env.reset({ seed: envs.episodeSeeds[i] as number }));
        }
        expect(row(envs.observations, i, size)).toEqual(flatOf(env.observationSpace, observation));
      });
    }
    // A random walk needs longer for an episode on the cliff.
    if (id !== 'CliffWalking-v1') expect(ends).toBeGreaterThan(0);
  });

  test('goes on exactly where its state was taken, through JSON', () => {
    const envs = vectorOf(id);
    envs.reset();
    const random = new Generator(1);
    for (let step = 0; step < 137; step++) envs.step(sampleActions(envs, random));
    const copy = vectorOf(id, 3, 99);
    copy.restore(JSON.parse(JSON.stringify(envs.state())));
    expect(copy.observations).toEqual(envs.observations);
    for (let step = 0; step < 150; step++) {
      const actions = sampleActions(envs, random);
      envs.step(actions);
      copy.step(actions);
      expect(snapshot(copy)).toEqual(snapshot(envs));
    }
  });
});

test('counts the steps and returns of running and of ended episodes', () => {
  const envs = vectorOf('CartPole-v1', 1);
  envs.reset();
  const seed = envs.episodeSeeds[0];
  let steps = 0;
  do {
    envs.step(Float32Array.of(1));
    steps++;
  } while (!envs.terminated[0]);
  expect(envs.lastSeeds[0]).toBe(seed);
  expect([envs.lastLengths[0], envs.lastReturns[0]]).toEqual([steps, steps]);
  expect([envs.episodeSteps[0], envs.episodeReturns[0]]).toEqual([0, 0]);
  expect(envs.episodeSeeds[0]).not.toBe(seed);
});

/** A small environment, of which each test breaks something. */
interface Parts extends Env<Value, Value> {
  steps: number;
}
function environment(overrides: Partial<Parts> = {}): Parts {
  return {
    steps: 0,
    observationSpace: new Box({ low: -1, high: 1, shape: [2], names: ['left', 'right'] }),
    actionSpace: new Discrete(3, { start: 5 }),
    reset() {
      this.steps = 0;
      return { observation: [0, 0], info: {} };
    },
    step() {
      this.steps++;
      return { observation: [0, this.steps / 100], reward: 1, terminated: false, truncated: false, info: {} };
    },
    ...overrides,
  };
}

/** `step` goes well twice, then returns this. */
function thirdStep(part: object): Partial<Parts> {
  return {
    step() {
      const good = { observation: [0, 0], reward: 1, terminated: false, truncated: false, info: {} };
      return (++this.steps! === 3 ? (Array.isArray(part) ? part : { ...good, ...part }) : good) as StepResult<Value>;
    },
  };
}

const throwing = (message: string) => (): never => {
  throw new TypeError(message);
};

describe('whatever breaks the contract is an EnvError that says what, where and how to see it again:', () => {
  test.each<[what: string, broken: Partial<Parts>, message: RegExp]>([
    [
      'a reset that throws',
      { reset: throwing('no level') },
      /toy: reset\(\) threw TypeError: no level.*step 0 of the episode with seed \d+/,
    ],
    ['a step that throws', { step: throwing('off the map') }, /step\(\) threw TypeError: off the map/],
    [
      'a reset that returns a bare observation',
      { reset: () => [0, 0] as never },
      /reset\(\) returned an array of 2, wanted \{ observation, info \}/,
    ],
    ['a step of the older interface', thirdStep([[0, 0], 1, false, {}]), /returned an array of 4.*fromGymJs/],
    [
      'an asynchronous step',
      { step: (() => Promise.resolve({})) as never },
      /returned a Promise \(environments are synchronous\)/,
    ],
    [
      'a wrong length',
      thirdStep({ observation: [0, 0, 0] }),
      /returned an array of 3 as observation, wanted a value of Box\(2\) \(step 2 of/,
    ],
    ['a wrong type', thirdStep({ observation: 'left' }), /returned the string "left" as observation/],
    [
      'NaN',
      thirdStep({ observation: [0, Number.NaN] }),
      /returned NaN in observation\[1\] \(right\), wanted a finite number/,
    ],
    [
      'an infinite observation',
      thirdStep({ observation: [Infinity, 0] }),
      /returned Infinity in observation\[0\] \(left\)/,
    ],
    ['a nested array', thirdStep({ observation: [[0], [0]] }), /returned an array of 1 in observation\[0\]/],
    [
      'a reward that is no number',
      thirdStep({ reward: '1' }),
      /returned the string "1" as reward, wanted a finite number/,
    ],
    ['a reward that is NaN', thirdStep({ reward: Number.NaN }), /returned NaN as reward/],
    ['terminated that is no boolean', thirdStep({ terminated: 1 }), /returned 1 as terminated, wanted true or false/],
    ['truncated that is missing', thirdStep({ truncated: undefined }), /returned undefined as truncated/],
    ['info that is missing', thirdStep({ info: undefined }), /returned undefined as info, wanted an object/],
    [
      'an impossible mask',
      { actionMask: () => [0, 0, 0] },
      /actionMask\(\) masked all actions, wanted at least one possible action/,
    ],
    ['a mask of another length', { actionMask: () => [1, 1] }, /returned an array of 2, wanted an array of 3/],
    ['a mask that throws', { actionMask: throwing('oh') }, /actionMask\(\) threw TypeError: oh/],
    [
      'a masked part',
      { actionSpace: new MultiDiscrete([2, 2]), actionMask: () => [1, 1, 0, 0] },
      /masked all actions of part 1/,
    ],
    [
      'a mask for real numbers',
      { actionSpace: new Box({ low: 0, high: 1 }), actionMask: () => [1] },
      /masks the action space Box\(1\)/,
    ],
    [
      'no action space',
      { actionSpace: undefined as never },
      /constructor\(\) left actionSpace undefined, wanted a space/,
    ],
  ])('%s', (_, broken, message) => {
    const run = (): void => {
      const envs = new VectorEnv(() => environment(broken), { count: 2, seed: 0, name: 'toy' });
      envs.reset();
      for (let step = 0; step < 3; step++) envs.step(new Float32Array(2 * envs.actionSize));
    };
    expect(run).toThrow(EnvError);
    expect(run).toThrow(message);
  });

  test('a constructor that throws, with its cause', () => {
    try {
      new VectorEnv(throwing('no file'), { count: 1, seed: 0, name: 'toy' });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(EnvError);
      expect((error as EnvError).message).toMatch(/toy: constructor\(\) threw TypeError: no file/);
      expect((error as EnvError).cause).toBeInstanceOf(TypeError);
    }
  });
});

test('actions reach the environment as values of its space, in an array that stays as it was', () => {
  const seen: Value[] = [];
  const step = (action: Value): StepResult<Value> => {
    seen.push(action);
    return { observation: [0, 0], reward: 0, terminated: false, truncated: false, info: {} };
  };
  const discrete = new VectorEnv(() => environment({ step }), { count: 1, seed: 0, name: 'toy' });
  discrete.reset();
  discrete.step(Float32Array.of(2));
  const box = new VectorEnv(() => environment({ step, actionSpace: new Box({ low: 0, high: 1, shape: [2] }) }), {
    count: 1,
    seed: 0,
    name: 'toy',
  });
  box.reset();
  box.step(Float32Array.of(0.25, 0.5));
  box.step(Float32Array.of(1, 1));
  expect(seen).toEqual([7, [0.25, 0.5], [1, 1]]);
  expect(() => box.step(new Float32Array(1))).toThrow(/1 numbers as actions, wanted 1 x 2/);
});

test('masks are those of the current observations, and of the next episode after an end', () => {
  const maker = (): Env =>
    environment({
      actionMask() {
        return this.steps === 0 ? [1, 0, 0] : [0, 1, 1];
      },
      step() {
        this.steps!++;
        return { observation: [0, 0], reward: 0, terminated: this.steps === 2, truncated: false, info: {} };
      },
    });
  const envs = new VectorEnv(maker, { count: 1, seed: 0, name: 'toy' });
  envs.reset();
  expect(envs.maskSize).toBe(3);
  const masks = [0, 1, 2].map((value) => {
    const mask = [...(envs.actionMasks as Uint8Array)];
    envs.step(Float32Array.of(value));
    return mask;
  });
  expect(masks).toEqual([
    [1, 0, 0],
    [0, 1, 1],
    [1, 0, 0],
  ]);
});

test('an environment whose randomness does not come from the seed is found out when it is restored', () => {
  let games = 0;
  const maker = (): Env => environment({ reset: () => ({ observation: [0, ++games / 10], info: {} }) });
  const envs = new VectorEnv(maker, { count: 1, seed: 0, name: 'toy' });
  envs.reset();
  const state = envs.state();
  expect(() => envs.restore(state)).toThrow(
    /led a replayed episode to another observation, wanted the same episode again/,
  );
  const other = new VectorEnv(() => environment(thirdStep({ terminated: true })), { count: 1, seed: 0, name: 'toy' });
  const long = { ...state, environments: [{ seed: 1, actions: [0, 0, 0], observation: [0, 0] }] };
  expect(() => other.restore(long)).toThrow(/ended a replayed episode early/);
});

test('close reaches every environment', () => {
  let closed = 0;
  new VectorEnv(() => environment({ close: () => void closed++ }), { count: 3, seed: 0, name: 'toy' }).close();
  expect(closed).toBe(3);
});
