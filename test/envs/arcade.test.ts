import { describe, expect, test } from 'vitest';
import { Generator } from '../../envs/random.ts';
import { environmentName, resolveEnvironment } from '../../src/plugins.ts';
import { episode, type Moment, play, returnOf, scripted, times, xy } from './arcadeEpisodes.ts';
import { PLAYERS } from './arcadePlayers.ts';

describe.each(Object.keys(PLAYERS))('%s', (id) => {
  test('whoever looks at the board plays better than chance', () => {
    const env = play(id);
    const random = new Generator(0);
    const seeds = times(id.includes('Freeway') ? 2 : 20);
    const mean = (act: (observation: number[]) => number): number =>
      seeds.reduce((sum, seed) => sum + returnOf(episode(env, seed, act)), 0) / seeds.length;
    expect(mean(() => env.actionSpace.sample(random) as number)).toBeLessThan(6);
    expect(mean(scripted(id))).toBeGreaterThan(id.includes('Space') ? 50 : 8);
  });

  test('is known by its id, whose slash is no path and no folder', async () => {
    expect((await resolveEnvironment(id)).id).toBe(id);
    expect(environmentName(id)).toBe(id.replace('/', '-'));
  });
});

/** Says what is wrong with a board. */
const INVARIANTS: Record<string, (moment: Moment) => void> = {
  'MinAtar/Breakout-v1': ({ view, before, reward }) => {
    expect([0, 1, 2].map((channel) => view.cells(channel).length)).toEqual([1, 1, 1]);
    expect(view.cell(0).y).toBe(9);
    expect(xy(view.cell(2))).toEqual(xy(before.cell(1)));
    const [left, leftBefore] = [view.cells(3).length, before.cells(3).length];
    expect(left).toBe(left === 30 && leftBefore === 0 ? 30 : leftBefore - reward);
  },
  'MinAtar/Asterix-v1': ({ view, terminated }) => {
    expect(view.cells(0)).toHaveLength(1);
    const others = [...view.cells(1), ...view.cells(3)].map(({ y }) => y);
    expect(new Set(others).size).toBe(others.length);
    expect([view.cell(0).y, ...others].every((y) => y >= 1 && y <= 8)).toBe(true);
    // It may also have gone on after they met.
    if (view.has(1, view.cell(0).x, view.cell(0).y)) expect(terminated).toBe(true);
  },
  'MinAtar/Freeway-v1': ({ view, before, reward }) => {
    expect(view.cells(0)).toHaveLength(1);
    const chicken = view.cell(0);
    expect(chicken.x).toBe(4);
    expect(view.cells(1).map(({ y }) => y)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([2, 3, 4, 5, 6].flatMap((channel) => view.cells(channel))).toHaveLength(8);
    expect(view.has(1, chicken.x, chicken.y)).toBe(false);
    if (reward === 1) expect([before.cell(0).y, chicken.y]).toEqual([1, 9]);
    else expect(chicken.y === 9 || Math.abs(chicken.y - before.cell(0).y) <= 1).toBe(true);
  },
  'MinAtar/Seaquest-v1': ({ view, before, reward, terminated }) => {
    expect([view.cells(0).length, view.cells(1).length]).toEqual([1, 1]);
    const front = view.cell(0);
    expect(view.cell(1).y).toBe(front.y);
    expect(Math.abs(view.cell(1).x - front.x)).toBe(1);
    const [oxygen, aboard] = [view.cells(7), view.cells(8)];
    expect(oxygen.map(xy)).toEqual(oxygen.map((_, i) => [i, 9]));
    expect(aboard.map(xy)).toEqual(aboard.map((_, i) => [9 - aboard.length + i, 9]));
    const comesUp = front.y === 0 && before.cell(0).y > 0;
    if (!comesUp || terminated) return;
    const aboardBefore = before.cells(8).length;
    expect(oxygen).toHaveLength(10);
    expect(aboard).toHaveLength(aboardBefore === 6 ? 0 : Math.max(0, aboardBefore - 1));
    if (aboardBefore === 6) expect(reward).toBeGreaterThanOrEqual(before.cells(7).length);
  },
  'MinAtar/SpaceInvaders-v1': ({ view, before, reward, terminated }) => {
    expect(view.cells(0)).toHaveLength(1);
    expect(view.cell(0).y).toBe(9);
    const [aliens, left, right] = [view.cells(1), view.cells(2), view.cells(3)];
    expect(left.length > 0 ? [left, right] : [right, left]).toEqual([aliens, []]);
    const remaining = before.cells(1).length - reward;
    expect(aliens).toHaveLength(remaining === 0 ? 24 : remaining);
    if (view.has(5, view.cell(0).x, 9)) expect(terminated).toBe(true);
  },
  'Snake-v0': ({ view, before, reward, terminated }) => {
    expect([view.cells(0).length, view.cells(2).length]).toEqual([1, 1]);
    const body = view.cells(1);
    expect(body).toHaveLength(before.cells(1).length + (reward === 1 ? 1 : 0));
    expect(view.has(1, view.cell(0).x, view.cell(0).y)).toBe(false);
    expect(terminated).toBe(reward === -1);
    if (reward === 1) expect(xy(view.cell(0))).toEqual(xy(before.cell(2)));
  },
};

test.each(Object.entries(INVARIANTS))('%s keeps its board in order, whoever plays', (id, check) => {
  const env = play(id);
  const random = new Generator(1);
  const players = [() => env.actionSpace.sample(random) as number, scripted(id)];
  let steps = 0;
  for (const act of players)
    for (const seed of times(id.includes('Freeway') ? 1 : 8))
      for (const moment of episode(env, seed, act)) {
        check(moment);
        steps++;
      }
  expect(steps).toBeGreaterThan(1000);
});
