import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Env } from '../../envs/env.ts';
import { Generator } from '../../envs/random.ts';
import { make } from '../../envs/registry.ts';

/** Flights of Box2D itself, on open-loop actions. */
interface Recording {
  source: string;
  /** Steps between two observations. */
  every: number;
  flights: Flight[];
}

interface Flight {
  seed: number;
  /** A digit a step. */
  actions: string;
  /** Step of the first contact with the ground; the reset is step 0. */
  touched: number;
  ended: 'at rest' | 'crashed';
  /** Position, velocity, angle and angular velocity, until the first contact. */
  observations: number[][];
}

const fixture = new URL('../fixtures/lunar-lander-box2d.json', import.meta.url);
const { flights, every } = JSON.parse(readFileSync(fixture, 'utf8')) as Recording;

interface Episode {
  return: number;
  steps: number;
  success: unknown;
  ended: 'terminated' | 'truncated';
}

function play<Action>(env: Env, seed: number, act: (observation: number[]) => Action): Episode {
  let observation = env.reset({ seed }).observation as number[];
  let sum = 0;
  for (let steps = 1; ; steps++) {
    const result = env.step(act(observation));
    observation = result.observation as number[];
    sum += result.reward;
    if (!result.terminated && !result.truncated) continue;
    const { success } = result.info;
    return { return: sum, steps, success, ended: result.terminated ? 'terminated' : 'truncated' };
  }
}

/** What Gymnasium's own pilot wants: to turn anticlockwise, and to rise. */
function wishes(observation: readonly number[]): { turn: number; rise: number } {
  const [x, y, vx, vy, angle, spin, first, second] = observation as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (first || second) return { turn: 0, rise: -vy / 2 };
  const lean = Math.min(Math.max(x / 2 + vx, -0.4), 0.4);
  return { turn: (lean - angle) / 2 - spin, rise: (0.55 * Math.abs(x) - y) / 2 - vy / 2 };
}

function pilot(observation: readonly number[]): number {
  const { turn, rise } = wishes(observation);
  if (rise > Math.abs(turn) && rise > 0.05) return 2;
  return turn < -0.05 ? 3 : turn > 0.05 ? 1 : 0;
}

function smoothPilot(observation: readonly number[]): number[] {
  const { turn, rise } = wishes(observation);
  return [20 * rise - 1, -20 * turn].map((throttle) => Math.min(Math.max(throttle, -1), 1));
}

const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
const seeds = Array.from({ length: 100 }, (_, seed) => seed);

test.each(flights)('flies as in Box2D from seed $seed: $ended', ({ seed, actions, touched, ended, observations }) => {
  const env = make('LunarLander-v3');
  let observation = env.reset({ seed }).observation as number[];
  let [first, last] = [0, 0];
  observations.forEach((wanted, i) => {
    for (; last < i * every; last++) observation = env.step(Number(actions[last])).observation as number[];
    wanted.forEach((value, k) => expect(observation[k]).toBeCloseTo(value, 4));
  });
  for (; ; last++) {
    const { info, terminated, ...result } = env.step(Number(actions[last]));
    const legs = (result.observation as number[]).slice(6);
    if (first === 0 && legs.includes(1)) first = last + 1;
    if (!terminated) continue;
    expect({ first, last: last + 1, success: info['success'] }).toEqual({
      first: touched,
      last: actions.length,
      success: ended === 'at rest',
    });
    return;
  }
});

describe('returns', () => {
  test("Gymnasium's own pilot lands, by switches and by throttles", () => {
    const switches = make('LunarLander-v3');
    const throttles = make('LunarLanderContinuous-v3');
    const landings = [
      seeds.map((seed) => play(switches, seed, pilot)),
      seeds.map((seed) => play(throttles, seed, smoothPilot)),
    ];
    for (const episodes of landings) {
      expect(mean(episodes.map((episode) => episode.return))).toBeGreaterThan(200);
      expect(episodes.filter(({ success }) => success).length).toBeGreaterThan(85);
    }
  });

  test('at random it crashes, for about -190', () => {
    const random = new Generator(1);
    const env = make('LunarLander-v3');
    const episodes = seeds.map((seed) => play(env, seed, () => random.integers(4)));
    const returns = mean(episodes.map((episode) => episode.return));
    expect(returns).toBeGreaterThan(-230);
    expect(returns).toBeLessThan(-150);
    expect(episodes.every(({ success }) => success === false)).toBe(true);
  });
});

test('an episode is the same bit for bit after others, and beside others', () => {
  const random = new Generator(7);
  const actions = Array.from({ length: 300 }, () => random.integers(4));
  const flight = (env: Env): unknown[] => {
    const shown: unknown[] = [env.reset({ seed: 5 })];
    for (const action of actions) {
      const result = env.step(action);
      shown.push(result);
      if (result.terminated) break;
    }
    return shown;
  };
  const alone = flight(make('LunarLander-v3'));
  const used = make('LunarLander-v3');
  seeds.slice(0, 10).forEach((seed) => play(used, seed, pilot));
  expect(flight(used)).toEqual(alone);
  expect(flight(used)).toEqual(alone);
});

test('fuel costs 0.3 for the main engine, 0.03 for the others, and less for less power', () => {
  const gravity = 'gravity=0';
  // Without gravity, and what the engines do taken out, what is left of the reward is fuel.
  const fuelOf = (id: string, action: number | number[]): number => {
    const env = make(`${id}:${gravity}`);
    const potential = ([x = 0, y = 0, vx = 0, vy = 0, angle = 0]: readonly number[]): number =>
      -100 * (Math.hypot(x, y) + Math.hypot(vx, vy) + Math.abs(angle));
    const before = potential(env.reset({ seed: 3 }).observation as number[]);
    const { observation, reward } = env.step(action);
    return potential(observation as number[]) - before - reward;
  };
  const costs: [string, number | number[], number][] = [
    ['LunarLander-v3', 0, 0],
    ['LunarLander-v3', 1, 0.03],
    ['LunarLander-v3', 2, 0.3],
    ['LunarLander-v3', 3, 0.03],
    ['LunarLanderContinuous-v3', [0, 0.5], 0],
    ['LunarLanderContinuous-v3', [0.5, 0], 0.75 * 0.3],
    ['LunarLanderContinuous-v3', [-1, -0.75], 0.75 * 0.03],
    ['LunarLanderContinuous-v3', [3, 3], 0.33],
  ];
  for (const [id, action, cost] of costs) expect(fuelOf(id, action)).toBeCloseTo(cost, 3);
});

test('with full throttle it does what the switches do', () => {
  const full: Record<number, number[]> = { 0: [-1, 0], 1: [-1, -1], 2: [1, 0], 3: [-1, 1] };
  const switches = make('LunarLander-v3');
  const throttles = make('LunarLanderContinuous-v3');
  expect(throttles.reset({ seed: 2 })).toEqual(switches.reset({ seed: 2 }));
  for (let step = 0; step < 60; step++) {
    const action = (step * 7) % 4;
    expect(throttles.step(full[action])).toEqual(switches.step(action));
  }
});

test('wind blows from the seed, and in still air its powers change nothing', () => {
  const first = (id: string, seed: number): unknown => {
    const env = make(id);
    env.reset({ seed });
    for (let step = 0; step < 19; step++) env.step(0);
    return env.step(0).observation;
  };
  const still = first('LunarLander-v3', 1);
  const windy = first('LunarLander-v3:wind=true', 1);
  expect(windy).not.toEqual(still);
  expect(first('LunarLander-v3:wind=true', 1)).toEqual(windy);
  expect(first('LunarLander-v3:wind=true,windPower=5', 1)).not.toEqual(windy);
  expect(first('LunarLander-v3:windPower=5,turbulencePower=0.5', 1)).toEqual(still);
});

test('a lander that only hovers is cut short after 1000 steps, which is neither success nor failure', () => {
  const hover = (observation: number[]): number[] => {
    const [, y = 0, , vy = 0] = observation;
    return [1 - y > 2 * vy ? 1 : -1, -20 * wishes(observation).turn];
  };
  const results = [1, 2, 4].map((seed) => play(make('LunarLanderContinuous-v3'), seed, hover));
  expect(results).toContainEqual(expect.objectContaining({ ended: 'truncated', steps: 1000, success: undefined }));
});
