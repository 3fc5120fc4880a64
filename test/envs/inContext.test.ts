import { describe, expect, test } from 'vitest';
import type { Env } from '../../envs/env.ts';
import { environmentSpec, make } from '../../envs/registry.ts';
import { playEpisode } from './playEpisodes.ts';

interface RoomSeen {
  position: [row: number, column: number];
  action: number;
  reward: [number];
  begun: number;
}

const [LEFT, RIGHT, UP, DOWN, STAY] = [0, 1, 2, 3, 4];
const TRIALS = 100;
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const returnsOf = (last: { info: Record<string, unknown> }): number[] => last.info['episodeReturns'] as number[];

/** One step nearer to a cell. */
function towards([row, column]: readonly number[], [goalRow, goalColumn]: readonly number[]): number {
  if (row !== goalRow) return (row as number) < (goalRow as number) ? DOWN : UP;
  if (column !== goalColumn) return (column as number) < (goalColumn as number) ? RIGHT : LEFT;
  return STAY;
}

interface Arrival {
  cell: string;
  reward: number;
  /** Whether the step was the last of its episode. */
  ends: boolean;
}

/** Where each step led, told from the action where the next episode's first position is seen instead. */
function arrivals(seen: readonly RoomSeen[], size: number): Arrival[] {
  const clamp = (x: number): number => Math.min(Math.max(x, 0), size - 1);
  return seen.slice(1).map(({ position, action, reward: [reward], begun }, i) => {
    const [row, column] = (seen[i] as RoomSeen).position;
    const down = action === DOWN ? 1 : action === UP ? -1 : 0;
    const right = action === RIGHT ? 1 : action === LEFT ? -1 : 0;
    const cell = begun ? [clamp(row + down), clamp(column + right)] : position;
    return { cell: cell.join(), reward, ends: begun === 1 };
  });
}

/** To the nearest cell that is not among those tried, or stays on one. */
function explore([row, column]: readonly [number, number], tried: ReadonlySet<string>, size: number): number {
  const cells = Array.from({ length: size * size }, (_, i) => [Math.floor(i / size), i % size] as const);
  const far = ([r, c]: readonly [number, number]): number => Math.abs(r - row) + Math.abs(c - column);
  const nearest = cells.filter((cell) => !tried.has(cell.join())).sort((one, other) => far(one) - far(other))[0];
  return towards([row, column], nearest ?? [0, 0]);
}

const cellOf = (text: string): number[] => text.split(',').map(Number);
const goalOf = (seen: readonly RoomSeen[], size: number): string | undefined =>
  arrivals(seen, size).find(({ reward }) => reward > 0)?.cell;

/** Looks for the goal where it has not been in the trial, and goes there once it is known. */
const seekGoal =
  (size: number) =>
  (seen: readonly RoomSeen[]): number => {
    const { position } = seen.at(-1) as RoomSeen;
    const goal = goalOf(seen, size);
    if (goal !== undefined) return towards(position, cellOf(goal));
    return explore(position, new Set(arrivals(seen, size).map(({ cell }) => cell)), size);
  };

describe('DarkRoom-v0', () => {
  const env = make('DarkRoom-v0:episodes=12') as unknown as Env<RoomSeen, number>;
  const withMemory = seekGoal(9);

  test('who remembers the trial does better from episode to episode, up to the best there is', () => {
    const trials = Array.from({ length: TRIALS }, (_, seed) => playEpisode(env, withMemory, seed));
    const episodes = trials.map(({ last }) => returnsOf(last));
    expect(mean(episodes.map(([first]) => first as number))).toBeLessThan(6);
    for (const [i, returns] of episodes.entries()) {
      const [row = 0, column = 0] = cellOf(goalOf(trials[i]?.observations ?? [], 9) as string);
      const distance = Math.abs(row - 4) + Math.abs(column - 4);
      expect(returns.at(-1)).toBe(distance === 0 ? 20 : 21 - distance);
    }
    expect(mean(episodes.map((returns) => returns.at(-1) as number))).toBeCloseTo(16.54, 0);
    expect(trials.every(({ last }) => last.info['success'] === true)).toBe(true);
  });

  test('who forgets each episode does the same in every one', () => {
    const forgetful = (seen: readonly RoomSeen[]): number => {
      const since = seen.slice(seen.findLastIndex(({ begun }) => begun === 1));
      return withMemory(since);
    };
    const episodes = Array.from({ length: TRIALS }, (_, seed) => returnsOf(playEpisode(env, forgetful, seed).last));
    expect(episodes.every((returns) => returns.every((value) => value === returns[0]))).toBe(true);
    expect(mean(episodes.map(([first]) => first as number))).toBeLessThan(6);
  });

  test('shows the last action and reward across the bounds of episodes, and when one begins', () => {
    const { observations, rewards, last, total } = playEpisode(env, withMemory, 1);
    expect(observations).toHaveLength(12 * 20 + 1);
    expect(observations[0]).toEqual({ position: [4, 4], action: 5, reward: [0], begun: 1 });
    observations.slice(1).forEach(({ action, reward, begun, position }, i) => {
      expect(reward).toEqual([rewards[i]]);
      expect(action).toBeLessThan(5);
      expect(begun).toBe((i + 1) % 20 === 0 && i + 1 < 240 ? 1 : 0);
      if (begun) expect(position).toEqual([4, 4]);
    });
    expect(returnsOf(last).reduce((sum, value) => sum + value, 0)).toBe(total);
    expect(last).toMatchObject({ terminated: true, truncated: false });
  });

  test('hides the goal in any cell, anew for each trial', () => {
    const goals = Array.from({ length: 600 }, (_, seed) => {
      const small = make('DarkRoom-v0:size=3,episodes=2') as unknown as Env<RoomSeen, number>;
      return goalOf(playEpisode(small, seekGoal(3), seed).observations, 3);
    });
    expect(new Set(goals).size).toBe(9);
  });

  test('gives its reward once an episode where that is wanted', () => {
    const hard = make('DarkRoom-v0:once=true,size=5,episodes=4') as unknown as Env<RoomSeen, number>;
    const returns = Array.from({ length: 50 }, (_, seed) => returnsOf(playEpisode(hard, seekGoal(5), seed).last));
    expect(Math.max(...returns.flat())).toBe(1);
    expect(returns.every((episodes) => episodes.at(-1) === 1)).toBe(true);
  });

  test('begins an episode anywhere where that is wanted', () => {
    const anywhere = make('DarkRoom-v0:start=random,size=3,episodes=100') as unknown as Env<RoomSeen, number>;
    const { observations } = playEpisode(anywhere, () => STAY, 0);
    const starts = observations.filter(({ begun }) => begun).map(({ position }) => position.join());
    expect(starts).toHaveLength(100);
    expect(new Set(starts).size).toBe(9);
  });
});

describe('DarkKeyToDoor-v0', () => {
  const env = make('DarkKeyToDoor-v0:size=5,episodes=8') as unknown as Env<RoomSeen, number>;
  /** Tries cells without the key, then with it, and knows where it was rewarded. */
  const withMemory = (seen: readonly RoomSeen[]): number => {
    const tried = { key: new Set<string>(), door: new Set<string>() };
    const known: { key?: string; door?: string } = {};
    let wanted: 'key' | 'door' = 'key';
    for (const { cell, reward, ends } of arrivals(seen, 5)) {
      tried[wanted].add(cell);
      if (reward > 0) {
        known[wanted] = cell;
        wanted = 'door';
      }
      if (ends) wanted = 'key';
    }
    const { position } = seen.at(-1) as RoomSeen;
    const goal = known[wanted];
    return goal === undefined ? explore(position, tried[wanted], 5) : towards(position, cellOf(goal));
  };

  test('who remembers key and door gets both rewards, the sooner the later in the trial', () => {
    const trials = Array.from({ length: TRIALS }, (_, seed) => playEpisode(env, withMemory, seed));
    expect(trials.every(({ last }) => returnsOf(last).at(-1) === 2 && last.info['success'] === true)).toBe(true);
    const lengths = trials.map(({ observations }) => {
      const begins = [...observations.keys()].filter((i) => observations[i]?.begun);
      const ends = [...begins.slice(1), observations.length - 1];
      return begins.map((begin, i) => (ends[i] as number) - begin);
    });
    expect(mean(lengths.map((episodes) => episodes[0] as number))).toBeGreaterThan(20);
    expect(mean(lengths.map((episodes) => episodes.at(-1) as number))).toBeLessThan(10);
  });

  test('gives the key first, then the door, each once, and ends the episode with the door or the horizon', () => {
    const { observations, rewards, last } = playEpisode(env, withMemory, 2);
    const returns = returnsOf(last);
    expect(returns.every((value) => value <= 2)).toBe(true);
    expect(rewards.filter((reward) => reward > 0)).toHaveLength(returns.reduce((sum, value) => sum + value, 0));
    const begins = observations.filter(({ begun }) => begun);
    expect(begins).toHaveLength(8);
    const idle = playEpisode(env, () => LEFT, 3);
    expect(idle.observations.length).toBeGreaterThan(8 * 50 - 50);
    expect(idle.last.info['success']).toBe(false);
  });
});

describe('BernoulliBandit-v0', () => {
  interface Seen {
    action: number;
    reward: [number];
  }
  const play = (id: string, act: (seen: readonly Seen[]) => number, trials: number): number[] => {
    const env = make(id) as unknown as Env<Seen, number>;
    return Array.from({ length: trials }, (_, seed) => playEpisode(env, act, seed).total);
  };
  /** Counts of successes and failures of an arm. */
  const tally = (seen: readonly Seen[], arm: number): [wins: number, losses: number] => {
    const pulls = seen.slice(1).filter(({ action }) => action === arm);
    const wins = pulls.filter(({ reward: [reward] }) => reward === 1).length;
    return [wins, pulls.length - wins];
  };
  /** The arm whose mean could be the highest, as UCB1 has it. */
  const optimist = (seen: readonly Seen[]): number => {
    const value = (arm: number): number => {
      const [wins, losses] = tally(seen, arm);
      const pulls = wins + losses;
      return pulls === 0 ? Infinity : wins / pulls + 0.2 * Math.sqrt((2 * Math.log(seen.length)) / pulls);
    };
    return [0, 1, 2, 3, 4].reduce((best, arm) => (value(arm) > value(best) ? arm : best), 0);
  };

  test('who keeps count of the arms gets about 78 of 100, who does not about 50', () => {
    expect(mean(play('BernoulliBandit-v0', optimist, 150))).toBeGreaterThan(74);
    expect(mean(play('BernoulliBandit-v0', optimist, 150))).toBeLessThan(82);
    expect(mean(play('BernoulliBandit-v0', () => 0, 1000))).toBeCloseTo(50, -1);
    expect(mean(play('BernoulliBandit-v0:pulls=10', optimist, 1000))).toBeGreaterThan(5.7);
  });

  test('tells the arm and what it gave, in the step and at the end of the trial', () => {
    const env = make('BernoulliBandit-v0:arms=3,pulls=20') as unknown as Env<Seen, number>;
    const { observations, rewards, last } = playEpisode(env, (seen) => seen.length % 3, 0);
    expect(observations[0]).toEqual({ action: 3, reward: [0] });
    observations.slice(1).forEach(({ action, reward }, i) => {
      expect(action).toBe((i + 1) % 3);
      expect(reward).toEqual([rewards[i]]);
    });
    expect(last).toMatchObject({ terminated: true, info: { episodeReturns: rewards } });
    expect(new Set(rewards)).toEqual(new Set([0, 1]));
  });
});

describe.each(['DarkRoom-v0', 'DarkKeyToDoor-v0'])('%s with tasks apart', (id) => {
  /** What is hidden in the trials of some seeds, as a person sees it. */
  const tasksOf = (tasks: string, size: number): Set<string> => {
    const env = make(`${id}:size=${size},tasks=${tasks}`);
    const places = Array.from({ length: 3000 }, (_, seed) => {
      env.reset({ seed });
      const hidden = env.draw?.().shapes.filter(({ id }) => ['goal', 'key', 'door'].includes(id ?? '')) ?? [];
      return hidden.map((shape) => ('x' in shape ? `${shape.id} ${shape.x} ${shape.y}` : '')).join();
    });
    return new Set(places);
  };

  test.each([2, 4])('no task to test with is met in training, and together they are all (size %i)', (size) => {
    const [train, test, all] = ['train', 'test', 'all'].map((tasks) => tasksOf(tasks, size)) as [
      ...[Set<string>, Set<string>, Set<string>],
    ];
    expect([...train].filter((task) => test.has(task))).toEqual([]);
    expect(train.size + test.size).toBe(all.size);
    expect(all.size).toBe((size * size) ** (id === 'DarkRoom-v0' ? 1 : 2));
    expect(test.size).toBeGreaterThan(0);
    if (all.size > 50) expect(test.size / all.size).toBeCloseTo(0.2, 1);
  });

  test('who trains in the one set is evaluated in the other', () => {
    expect(environmentSpec(`${id}:tasks=train`).preset).toMatchObject({ evalParameters: 'tasks=test' });
    expect(environmentSpec(id).preset).not.toHaveProperty('evalParameters');
  });
});
