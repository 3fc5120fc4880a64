import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Env, StepResult } from '../../envs/env.ts';
import { make } from '../../envs/registry.ts';
import { RunningStatistics } from '../../envs/runningStatistics.ts';
import { Box, Discrete } from '../../envs/spaces.ts';
import {
  ClipAction,
  FrameStack,
  NormalizeObservation,
  NormalizeReward,
  TimeLimit,
  type Wrapper,
} from '../../envs/wrappers.ts';

/** Counts its steps: the observation is [step, 10 * step], the reward is the action. */
class Counter implements Env<number[], number[]> {
  readonly observationSpace = new Box({ low: 0, high: 100, shape: [2], names: ['step', 'tenfold'] });
  readonly actionSpace = new Box({ low: -1, high: 1, shape: [1] });
  closed = false;
  private steps = 0;

  reset(): { observation: number[]; info: object & Record<string, unknown> } {
    this.steps = 0;
    return { observation: [0, 0], info: { fresh: true } };
  }

  step(action: number[]): StepResult<number[]> {
    this.steps++;
    const observation = [this.steps, 10 * this.steps];
    return { observation, reward: action[0] as number, terminated: this.steps === 9, truncated: false, info: {} };
  }

  close(): void {
    this.closed = true;
  }
}

const wrappers: [name: string, wrap: (env: Env) => Wrapper][] = [
  ['TimeLimit', (env) => new TimeLimit(env, 5)],
  ['NormalizeObservation', (env) => new NormalizeObservation(env)],
  ['NormalizeReward', (env) => new NormalizeReward(env)],
  ['ClipAction', (env) => new ClipAction(env)],
  ['FrameStack', (env) => new FrameStack(env, 3)],
];

describe.each(wrappers)('%s', (_, wrap) => {
  test('passes on drawing, masks, closing and info, and has only what the environment has', () => {
    const counter = new Counter();
    const env = wrap(counter);
    expect(env.draw).toBeUndefined();
    expect(env.actionMask).toBeUndefined();
    expect(env.reset({ seed: 0 }).info).toEqual({ fresh: true });
    env.close?.();
    expect(counter.closed).toBe(true);

    const drawn = wrap(make('Pendulum-v1'));
    drawn.reset({ seed: 0 });
    expect(drawn.draw?.().shapes.length).toBeGreaterThan(0);
    const masked = Object.assign(new Counter(), { actionMask: () => [1, 0] });
    expect(wrap(masked).actionMask?.()).toEqual([1, 0]);
  });

  test('returns observations of the space it states', () => {
    const env = wrap(make('Pendulum-v1'));
    expect(env.observationSpace.contains(env.reset({ seed: 0 }).observation)).toBe(true);
    expect(env.observationSpace.contains(env.step([1]).observation)).toBe(true);
  });
});

test('TimeLimit truncates at the limit, refuses steps after it, and starts anew on reset', () => {
  const env = new TimeLimit(new Counter(), 2);
  expect(() => env.step([0])).toThrow(/call reset/);
  for (let episode = 0; episode < 2; episode++) {
    env.reset();
    expect(env.step([0])).toMatchObject({ terminated: false, truncated: false });
    expect(env.step([0])).toMatchObject({ terminated: false, truncated: true });
    expect(() => env.step([0])).toThrow(/call reset/);
  }
  expect(() => new TimeLimit(new Counter(), 0)).toThrow(/maxEpisodeSteps is 0/);
});

test('TimeLimit keeps termination and truncation apart where both happen at once', () => {
  const env = new TimeLimit(new Counter(), 9);
  env.reset();
  for (let i = 0; i < 8; i++) env.step([0]);
  expect(env.step([0])).toMatchObject({ terminated: true, truncated: true });
});

test('NormalizeObservation centres and scales by what it has seen, until told to stop', () => {
  const env = new NormalizeObservation(new Counter());
  env.reset();
  env.step([0]);
  // seen 0, 1, 2: mean 1, variance 2/3
  const { observation } = env.step([0]);
  expect(observation[0]).toBeCloseTo(1 / Math.sqrt(2 / 3), 5);
  expect(observation[1]).toBeCloseTo(1 / Math.sqrt(2 / 3), 5);
  env.updating = false;
  env.step([0]);
  expect(env.statistics.count).toBe(3);
  expect(() => new NormalizeObservation(make('CartPole-v1'))).not.toThrow();
  const discrete = Object.assign(make('CartPole-v1'), { observationSpace: new Discrete(2) });
  expect(() => new NormalizeObservation(discrete)).toThrow(/Discrete\(2\), wanted a Box/);
});

test('NormalizeReward divides by the deviation of the discounted return, which starts anew with each episode', () => {
  const env = new NormalizeReward(new Counter(), 0.5);
  env.reset();
  env.step([1]); // return 1
  const { reward } = env.step([1]); // return 1.5: deviation 0.25
  expect(reward).toBeCloseTo(4, 5);
  env.reset();
  env.step([1]); // return 1, not 1.75
  expect(env.statistics.mean[0]).toBeCloseTo((1 + 1.5 + 1) / 3);
});

test('ClipAction takes any action and cuts it to the bounds', () => {
  const env = new ClipAction(new Counter());
  env.reset();
  expect(env.actionSpace.contains([7])).toBe(true);
  expect(env.step([7]).reward).toBe(1);
  expect(env.step([-0.5]).reward).toBe(-0.5);
});

test('FrameStack shows the last observations, oldest first, the first one in place of those before it', () => {
  const env = new FrameStack(new Counter(), 3);
  expect(env.observationSpace).toMatchObject({
    shape: [3, 2],
    names: ['step 2 ago', 'tenfold 2 ago', 'step 1 ago', 'tenfold 1 ago', 'step', 'tenfold'],
  });
  expect(env.reset().observation).toEqual([0, 0, 0, 0, 0, 0]);
  const first = env.step([0]).observation;
  expect(first).toEqual([0, 0, 0, 0, 1, 10]);
  expect(env.step([0]).observation).toEqual([0, 0, 1, 10, 2, 20]);
  expect(first).toEqual([0, 0, 0, 0, 1, 10]);
});

test('running statistics of batches equal the mean and variance of all rows, through JSON', () => {
  const rows = fc.array(
    fc.tuple(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    {
      minLength: 2,
      maxLength: 30,
    },
  );
  fc.assert(
    fc.property(rows, fc.nat(), (all, cut) => {
      const at = cut % (all.length + 1);
      const before = new RunningStatistics(2);
      before.update(all.slice(0, at).flat(), at);
      const statistics = new RunningStatistics(2);
      statistics.restore(JSON.parse(JSON.stringify(before.state())));
      statistics.update(Float64Array.from(all.slice(at).flat()), all.length - at);
      for (const i of [0, 1]) {
        const column = all.map((row) => row[i] as number);
        const mean = column.reduce((sum, x) => sum + x, 0) / all.length;
        const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length;
        expect(statistics.mean[i]).toBeCloseTo(mean, 8);
        expect(statistics.variance[i]).toBeCloseTo(variance, 6);
      }
    }),
  );
  expect(() => new RunningStatistics(2).update([1, 2, 3], 2)).toThrow(/3 values, wanted 2 rows of 2/);
});
