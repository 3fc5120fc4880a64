import { expect, test } from 'vitest';
import { make } from '../../envs/registry.ts';
import { episode, type Moment, play, returnOf, scripted, times, xy } from './arcadeEpisodes.ts';
import { View } from './arcadePlayers.ts';

const [UP, RIGHT, DOWN, LEFT] = [0, 1, 2, 3];

test('a wall ends the game with -1, and straight back goes straight on', () => {
  const env = play('Snake-v0');
  const last = [...episode(env, 0, () => LEFT)].at(-1) as Moment;
  expect(last).toMatchObject({ step: 5, reward: -1, terminated: true, info: { success: false } });
  expect(xy(last.view.cell(0))).toEqual([9, 5]);
});

test('the mask leaves out the way back', () => {
  const env = play('Snake-v0');
  env.reset({ seed: 0 });
  expect(env.actionMask?.()).toEqual([1, 1, 1, 0]);
  env.step(UP);
  expect(env.actionMask?.()).toEqual([1, 1, 0, 1]);
});

test('the body shows its order, from the head to the tail', () => {
  const env = play('Snake-v0');
  const { observation } = env.reset({ seed: 0 });
  const at = (x: number, y: number): number => observation[(y * 10 + x) * 3 + 1] as number;
  expect([at(4, 5), at(3, 5), at(2, 5)]).toEqual([1, 0.5, 0]);
});

test('it may go where its tail just was, but not where it is longer than that', () => {
  /** How games go on when a snake of this length turns right eight times, far from walls and food. */
  const turned = (length: number): boolean[] => {
    const env = play('Snake-v0');
    const results: boolean[] = [];
    for (const seed of times(60)) {
      let turns = 0;
      const act = (observation: number[]): number => {
        const view = new View(observation, env.observationSpace);
        const [head, food] = [view.cell(0), view.cell(2)];
        const middle = [head.x, head.y].every((place) => place >= 2 && place <= 7);
        const isFar = Math.abs(food.x - head.x) + Math.abs(food.y - head.y) > 4;
        const isLong = view.cells(1).length + 1 === length;
        if (turns === 0 && !(isLong && middle && isFar)) return scripted('Snake-v0')(observation);
        turns++;
        const back = Array.from(env.actionMask?.() ?? []).indexOf(0);
        return (back + 3) % 4;
      };
      for (const { terminated } of episode(env, seed, act)) {
        if (turns === 0 || (turns < 8 && !terminated)) continue;
        results.push(!terminated);
        break;
      }
    }
    return results;
  };
  const [four, five] = [turned(4), turned(5)];
  expect(Math.min(four.length, five.length)).toBeGreaterThan(20);
  expect([new Set(four), new Set(five)]).toEqual([new Set([true]), new Set([false])]);
});

test('without food for twice as many steps as there are cells it is cut short', () => {
  const env = play('Snake-v0:size=5');
  const circle = [UP, LEFT, DOWN, RIGHT];
  const away = times(100).map((seed) => [...episode(env, seed, (_, step) => circle[(step - 1) % 4] as number)]);
  const unfed = away.filter((steps) => returnOf(steps) === 0);
  expect(unfed.length).toBeGreaterThan(20);
  for (const steps of unfed)
    expect(steps.at(-1)).toMatchObject({ step: 50, truncated: true, terminated: false, info: { success: false } });
});

test('who goes round the whole board fills it, which is a success', () => {
  const env = play('Snake-v0:size=6');
  // Up and down the columns, and back along the lowest row.
  const round = (observation: number[]): number => {
    const { x, y } = new View(observation, env.observationSpace).cell(0);
    if (y === 5) return x > 0 ? LEFT : UP;
    if (x % 2 === 0) return y > 0 ? UP : RIGHT;
    return y < 4 || x === 5 ? DOWN : RIGHT;
  };
  const steps = [...episode(env, 0, round)];
  expect(steps.at(-1)).toMatchObject({ reward: 1, terminated: true, info: { success: true } });
  expect(returnOf(steps)).toBe(33);
});

test('a board has 5 to 20 rows', () => {
  expect(play('Snake-v0:size=20').observationSpace).toMatchObject({ shape: [20, 20, 3] });
  expect(() => make('Snake-v0:size=4')).toThrow(/an integer from 5 to 20/);
});
