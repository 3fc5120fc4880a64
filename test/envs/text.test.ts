import { describe, expect, test } from 'vitest';
import type { Env } from '../../envs/env.ts';
import { make } from '../../envs/registry.ts';
import { playEpisode, playEpisodes } from './playEpisodes.ts';

const made = (id: string): Env<number, number> => make(id) as Env<number, number>;

/** What is best to do in each cell of slippery ice, by value iteration with a discount of 0.999. */
const BEST_ON_ICE = {
  'FrozenLake-v1': '0333000031002211',
  'FrozenLake8x8-v1': '3222222233333332030323220001022203032132002130320110201201031212',
};

describe.each([
  ['FrozenLake-v1', 0.74, [1, 1, 2, 1, 2, 2]],
  ['FrozenLake8x8-v1', 0.886, [2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1]],
] as const)('%s', (id, best, path) => {
  test(`the best policy succeeds ${100 * best} % of the time, which is its mean return`, () => {
    const { mean, success } = playEpisodes(made(id), (seen) => Number(BEST_ON_ICE[id][seen.at(-1) as number]), 3000);
    expect(mean).toBe(success);
    expect(mean).toBeGreaterThan(best - 0.025); // three standard errors
    expect(mean).toBeLessThan(best + 0.025);
  });

  test('a path around the holes always succeeds where it is not slippery, and seldom where it is', () => {
    const follow = (seen: readonly number[]): number => path[seen.length - 1] ?? 0;
    expect(playEpisodes(made(`${id}:slippery=false`), follow, 3)).toMatchObject({ mean: 1, success: 1 });
    expect(playEpisodes(made(`${id}:successRate=1`), follow, 20)).toMatchObject({ mean: 1, success: 1 });
    expect(playEpisodes(made(id), follow, 200).success).toBeLessThan(0.3);
  });

  test('a hole ends the episode without success', () => {
    const { last, total } = playEpisode(
      made(`${id}:slippery=false`),
      (seen) => (id === 'FrozenLake-v1' ? [1, 2] : [2, 2, 2, 1, 1])[seen.length - 1],
      0,
    );
    expect(last).toMatchObject({ terminated: true, info: { success: false } });
    expect(total).toBe(0);
  });
});

describe('CliffWalking-v1', () => {
  const [UP, RIGHT, DOWN] = [0, 1, 2];

  test('along the edge it takes 13 steps, and around it 17', () => {
    const along = (seen: readonly number[]): number =>
      seen.at(-1) === 36 ? UP : (seen.at(-1) as number) % 12 === 11 ? DOWN : RIGHT;
    expect(playEpisode(made('CliffWalking-v1'), along, 0)).toMatchObject({ total: -13, last: { terminated: true } });
    const around = (seen: readonly number[]): number => (seen.length <= 3 ? UP : along(seen));
    expect(playEpisode(made('CliffWalking-v1'), around, 0)).toMatchObject({ total: -17 });
  });

  test('who falls is back at the start, 100 poorer', () => {
    const env = made('CliffWalking-v1');
    env.reset({ seed: 0 });
    expect(env.step(RIGHT)).toMatchObject({ observation: 36, reward: -100, terminated: false });
  });

  test('on slippery ground a step goes each of three ways as often', () => {
    const env = made('CliffWalking-v1:slippery=true');
    const counts = new Map<number, number>();
    for (let seed = 0; seed < 3000; seed++) {
      env.reset({ seed });
      const { observation } = env.step(UP);
      counts.set(observation, (counts.get(observation) ?? 0) + 1);
    }
    // Up; to the left, which is the edge, or onto the cliff and back
    expect(new Set(counts.keys())).toEqual(new Set([24, 36]));
    expect((counts.get(24) as number) / 3000).toBeCloseTo(1 / 3, 1);
  });
});

describe('Taxi-v4', () => {
  const [SOUTH, NORTH, EAST, WEST, PICK_UP, DROP_OFF] = [0, 1, 2, 3, 4, 5];
  const STOPS = [0, 4, 20, 23];
  /** Cells with a wall to their east. */
  const WALLS = new Set([1, 6, 15, 17, 20, 22]);
  const neighbours = (cell: number): [action: number, cell: number][] => [
    ...(cell < 20 ? [[SOUTH, cell + 5] as [number, number]] : []),
    ...(cell >= 5 ? [[NORTH, cell - 5] as [number, number]] : []),
    ...(cell % 5 < 4 && !WALLS.has(cell) ? [[EAST, cell + 1] as [number, number]] : []),
    ...(cell % 5 > 0 && !WALLS.has(cell - 1) ? [[WEST, cell - 1] as [number, number]] : []),
  ];
  const distances = (goal: number): number[] => {
    const steps = Array.from({ length: 25 }, () => Infinity);
    steps[goal] = 0;
    for (const queue = [goal]; queue.length > 0;) {
      const cell = queue.shift() as number;
      for (const [, next] of neighbours(cell))
        if (steps[next] === Infinity) {
          steps[next] = (steps[cell] as number) + 1;
          queue.push(next);
        }
    }
    return steps;
  };
  const toStop = STOPS.map(distances);
  const parts = (state: number): { cell: number; passenger: number; destination: number } => ({
    cell: Math.floor(state / 20),
    passenger: Math.floor(state / 4) % 5,
    destination: state % 4,
  });
  const drive = (seen: readonly number[]): number => {
    const { cell, passenger, destination } = parts(seen.at(-1) as number);
    const goal = passenger === 4 ? destination : passenger;
    if (cell === STOPS[goal]) return passenger === 4 ? DROP_OFF : PICK_UP;
    const nearer = neighbours(cell).find(
      ([, next]) => (toStop[goal]?.[next] as number) < (toStop[goal]?.[cell] as number),
    );
    return (nearer as [number, number])[0];
  };

  test('the shortest way takes as long as the walls say, 7.93 on average', () => {
    const env = made('Taxi-v4');
    for (let seed = 0; seed < 300; seed++) {
      const { observations, total, last } = playEpisode(env, drive, seed);
      const { cell, passenger, destination } = parts(observations[0] as number);
      const driven =
        (toStop[passenger]?.[cell] as number) + (toStop[destination]?.[STOPS[passenger] as number] as number);
      expect(total).toBe(20 - (driven + 1));
      expect(last).toMatchObject({ terminated: true, info: { success: true } });
    }
    expect(playEpisodes(env, drive, 3000).mean).toBeCloseTo(7.93, 0);
  });

  test('the mask holds what changes something, and what it leaves out can be done, at its cost', () => {
    const env = made('Taxi-v4');
    for (let seed = 0; seed < 200; seed++) {
      const { observation } = env.reset({ seed });
      const mask = Array.from(env.actionMask?.() as ArrayLike<number>);
      mask.forEach((possible, action) => {
        env.reset({ seed });
        const result = env.step(action);
        expect(result.observation !== observation).toBe(possible === 1);
        expect(result.reward).toBe(possible || action < PICK_UP ? -1 : -10);
      });
    }
  });

  test('a passenger who is dropped off at another stop waits there', () => {
    const env = made('Taxi-v4');
    const { observations } = playEpisode(env, drive, 0);
    const { passenger } = parts(observations[0] as number);
    env.reset({ seed: 0 });
    const seen = [observations[0] as number];
    while (parts(seen.at(-1) as number).passenger !== 4) seen.push(env.step(drive(seen)).observation);
    const dropped = env.step(DROP_OFF);
    expect(dropped).toMatchObject({ reward: -1, terminated: false });
    expect(parts(dropped.observation).passenger).toBe(passenger);
  });

  test('rain carries a taxi aside one time in five, and never one that is blocked', () => {
    const env = made('Taxi-v4:rain=true');
    const ahead = { true: 0, all: 0 };
    for (let seed = 0; seed < 5000; seed++) {
      const { cell } = parts(env.reset({ seed }).observation);
      const { cell: next } = parts(env.step(NORTH).observation);
      if (cell < 5) expect(next).toBe(cell);
      else {
        ahead.all++;
        if (next === cell - 5) ahead.true++;
        else expect([cell - 1, cell, cell + 1]).toContain(next);
      }
    }
    expect(ahead.true / ahead.all).toBeCloseTo(0.8, 1);
    expect(ahead.true / ahead.all).toBeLessThan(0.82);
  });

  test('a fickle passenger thinks again at most once, on the first move of the ride', () => {
    const env = made('Taxi-v4:fickle=true,fickleProbability=0.5');
    let changes = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const { observations, last } = playEpisode(env, drive, seed);
      expect(last.info).toEqual({ success: true });
      const rides = observations.map(parts);
      const firstMove = rides.findIndex(({ passenger }) => passenger === 4) + 1;
      const changed = rides.flatMap(({ destination }, i) =>
        i > 0 && destination !== rides[i - 1]?.destination ? [i] : [],
      );
      expect(changed.length === 0 || (changed.length === 1 && changed[0] === firstMove)).toBe(true);
      changes += changed.length;
    }
    expect(changes / 2000).toBeCloseTo(0.5, 1);
  });
});

describe('Blackjack-v1', () => {
  /** The best there is: figure 5.2 of Sutton and Barto. */
  const best = ([sum = 0, dealer = 0, ace = 0]: number[]): number => {
    if (ace) return sum <= 17 || (sum === 18 && (dealer === 1 || dealer >= 9)) ? 1 : 0;
    if (sum <= 11) return 1;
    if (sum === 12) return dealer >= 4 && dealer <= 6 ? 0 : 1;
    return sum <= 16 && (dealer === 1 || dealer >= 7) ? 1 : 0;
  };
  const play = (id: string, act: (observation: number[]) => number, episodes: number) =>
    playEpisodes(make(id) as Env<number[]>, (seen) => act(seen.at(-1) as number[]), episodes);

  test('the best policy loses about 0.045, and one that sticks at 20 alone a third', () => {
    const { mean, success } = play('Blackjack-v1', best, 20_000);
    expect(mean).toBeGreaterThan(-0.07);
    expect(mean).toBeLessThan(-0.02);
    expect(success).toBeCloseTo(0.43, 1);
    expect(play('Blackjack-v1', ([sum = 0]) => (sum < 20 ? 1 : 0), 5000).mean).toBeCloseTo(-0.33, 1);
  });

  test('a natural gives 1.5 where that is the rule', () => {
    const stick = (): number => 0;
    expect(play('Blackjack-v1', stick, 500).best).toBe(1);
    expect(play('Blackjack-v1:sab=false,natural=true', stick, 500).best).toBe(1.5);
    expect(play('Blackjack-v1:sab=true,natural=true', stick, 500).best).toBe(1);
  });

  test('a natural wins against any other 21 by the rules of Sutton and Barto, else it is a draw', () => {
    const naturals = (id: string): number[] => {
      const env = make(id) as Env<number[]>;
      return Array.from({ length: 20_000 }, (_, seed) => seed)
        .filter((seed) => env.reset({ seed }).observation[0] === 21)
        .map((seed) => playEpisode(env, () => 0, seed).total);
    };
    const [sab, plain] = [naturals('Blackjack-v1'), naturals('Blackjack-v1:sab=false')];
    expect(sab).toHaveLength(plain.length);
    expect(sab.length / 20_000).toBeCloseTo(0.047, 2);
    expect(new Set(sab)).toEqual(new Set([0, 1])); // the dealer's natural is a draw
    expect(sab.some((reward, i) => reward === 1 && plain[i] === 0)).toBe(true);
  });
});
