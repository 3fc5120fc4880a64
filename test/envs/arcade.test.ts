import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Env, StepResult } from '../../envs/env.ts';
import { formatReference, type ParameterValue } from '../../envs/parameters.ts';
import { Generator } from '../../envs/random.ts';
import { make } from '../../envs/registry.ts';
import { environmentName, resolveEnvironment } from '../../src/plugins.ts';
import { type Cell, PLAYERS, View } from './arcadePlayers.ts';

type Game = Env<number[], number>;
const play = (id: string): Game => make(id) as Game;

/** Games played in MinAtar itself: see `format` in the file. */
interface Recorded {
  source: string;
  games: {
    env: string;
    parameters: Record<string, ParameterValue>;
    seed: number;
    actions: string;
    rewards: [step: number, reward: number][];
    terminated: boolean;
    boards: string;
  }[];
}

const { source, games } = JSON.parse(
  readFileSync(new URL('../fixtures/minatar.json', import.meta.url), 'utf8'),
) as Recorded;

/** The lower 16 bits of the FNV-1a hash, in hexadecimal. */
function hashOf(board: number[]): string {
  const hash = board.reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), 0x811c9dc5);
  return (hash & 0xffff).toString(16).padStart(4, '0');
}

describe(`as ${source}`, () => {
  test.each(games)('$env, $parameters, seed $seed', ({ env: base, parameters, ...game }) => {
    const env = play(formatReference({ base, given: parameters }));
    const rewards = new Map(game.rewards);
    const boards = game.boards.match(/.{4}/g) ?? [];
    expect(hashOf(env.reset({ seed: game.seed }).observation)).toBe(boards[0]);
    Array.from(game.actions, Number).forEach((action, step) => {
      const { observation, reward, terminated } = env.step(action);
      const isLast = step === game.actions.length - 1;
      expect({ step, board: hashOf(observation), reward, terminated }).toEqual({
        step,
        board: boards[step + 1],
        reward: rewards.get(step) ?? 0,
        terminated: isLast && game.terminated,
      });
    });
  });
});

interface Moment extends StepResult<number[]> {
  view: View;
  /** What was seen before the step. */
  before: View;
  action: number;
  step: number;
}

/** The steps of an episode; `act` may look at the board. */
function* episode(env: Game, seed: number, act: (observation: number[], step: number) => number): Iterable<Moment> {
  let { observation } = env.reset({ seed });
  const viewOf = (board: number[]): View => new View(board, env.observationSpace);
  for (let step = 1; ; step++) {
    const before = viewOf(observation);
    const action = act(observation, step);
    const result = env.step(action);
    ({ observation } = result);
    yield { ...result, view: viewOf(observation), before, action, step };
    if (result.terminated || result.truncated) return;
  }
}

function returnOf(moments: Iterable<Moment>): number {
  let sum = 0;
  for (const { reward } of moments) sum += reward;
  return sum;
}

const scripted = (id: string): ((observation: number[]) => number) => PLAYERS[id] as (observation: number[]) => number;
const times = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const xy = ({ x, y }: Cell): [number, number] => [x, y];

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

describe('sticky actions', () => {
  const obeyed = (id: string): number => {
    const env = play(id);
    let moves = 0;
    let steps = 0;
    for (const seed of times(40))
      // To and fro: a repeated action leads elsewhere, but at the start, before which there was none.
      for (const { view, before, action, step } of episode(env, seed, (_, at) => 1 + (at % 2))) {
        if (step === 1 || before.cell(0).x === (action === 1 ? 0 : 9)) continue;
        steps++;
        if (view.cell(0).x === before.cell(0).x + (action === 1 ? -1 : 1)) moves++;
      }
    return moves / steps;
  };

  test('a tenth of all actions is not obeyed', () => {
    expect(obeyed('MinAtar/SpaceInvaders-v1')).toBeCloseTo(0.9, 1);
  });

  test('their probability is a parameter', () => {
    expect(obeyed('MinAtar/SpaceInvaders-v1:stickyProbability=0')).toBe(1);
    expect(obeyed('MinAtar/SpaceInvaders-v1:stickyProbability=1')).toBe(0);
    expect(() => make('MinAtar/Breakout-v1:stickyProbability=2')).toThrow(/a number from 0 to 1/);
  });
});

describe('Breakout', () => {
  const env = play('MinAtar/Breakout-v1:stickyProbability=0');
  const fromLeft = times(10).find(
    (seed) => xy(new View(env.reset({ seed }).observation, env.observationSpace).cell(1))[0] === 0,
  );

  test('paddle, wall and brick reflect the ball, and the brick is gone', () => {
    const steps = [
      ...take(
        episode(env, fromLeft as number, (_, step) => (step === 1 ? 2 : 0)),
        12,
      ),
    ];
    const path = steps.map(({ view }) => xy(view.cell(1)).join());
    expect(path.join(' ')).toBe('1,4 2,5 3,6 4,7 5,8 6,8 7,7 8,6 9,5 9,4 8,4 7,5');
    expect(steps.map(({ reward }) => reward)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    expect(steps[10]?.view.has(3, 8, 3)).toBe(false);
  });

  test('a paddle met on the diagonal sends the ball back where it came from', () => {
    const steps = [
      ...take(
        episode(env, fromLeft as number, (_, step) => (step <= 2 ? 2 : 0)),
        8,
      ),
    ];
    expect(steps.map(({ view }) => xy(view.cell(1)).join()).join(' ')).toBe('1,4 2,5 3,6 4,7 5,8 6,8 5,7 4,6');
  });

  test('a ball that comes down beside the paddle ends the game', () => {
    const steps = [...episode(env, fromLeft as number, () => 0)];
    expect([steps.length, steps.at(-1)?.terminated, returnOf(steps)]).toEqual([6, true, 0]);
  });

  test('when the last brick is gone three new rows come', () => {
    const bricks = [...take(episode(env, 0, scripted('MinAtar/Breakout-v1')), 2000)].map(
      ({ view }) => view.cells(3).length,
    );
    const built = bricks.findIndex((count, i) => bricks[i - 1] === 0 && count === 30);
    expect(built).toBeGreaterThan(100);
    expect(bricks.slice(built).some((count) => count < 30)).toBe(true);
  });
});

describe('Asterix', () => {
  test('the first one comes with the eleventh step, on either side of any lane, and is gold in a third of all games', () => {
    const env = play('MinAtar/Asterix-v1:stickyProbability=0');
    const firsts = times(600).map((seed) => {
      const [tenth, eleventh] = [
        ...take(
          episode(env, seed, () => 0),
          11,
        ),
      ].slice(9) as [Moment, Moment];
      expect(tenth.view.cells(1).length + tenth.view.cells(3).length).toBe(0);
      return { gold: eleventh.view.cells(3)[0], enemy: eleventh.view.cells(1)[0] };
    });
    const places = new Set(firsts.map(({ gold, enemy }) => xy((gold ?? enemy) as Cell).join()));
    expect(places.size).toBe(16);
    expect(firsts.filter(({ gold }) => gold).length / 600).toBeCloseTo(1 / 3, 1);
  });

  test('in a hundred steps first ten come, later twice as many, unless it does not ramp', () => {
    const isTaken = (view: View, y: number): boolean =>
      [...view.cells(1), ...view.cells(3)].some((cell) => cell.y === y);
    const arrivals = (id: string, from: number): number => {
      const counts = times(30).map((seed) => {
        const all = episode(play(id), seed, scripted('MinAtar/Asterix-v1'));
        const steps = [...take(all, from + 100)].slice(from);
        const came = steps.map(({ view, before }) =>
          [1, 2, 3, 4, 5, 6, 7, 8].filter((y) => isTaken(view, y) && !isTaken(before, y)),
        );
        return steps.length === 100 ? came.flat().length : 0;
      });
      return Math.max(...counts);
    };
    expect(arrivals('MinAtar/Asterix-v1', 10)).toBe(10);
    expect(arrivals('MinAtar/Asterix-v1', 600)).toBeGreaterThan(18);
    expect(arrivals('MinAtar/Asterix-v1:ramping=false', 600)).toBe(10);
  });
});

describe('Freeway', () => {
  const env = play('MinAtar/Freeway-v1:stickyProbability=0');

  test('the chicken moves every third step, from the fourth on', () => {
    const rows = [
      ...take(
        episode(env, 0, () => 1),
        7,
      ),
    ].map(({ view }) => view.cell(0).y);
    expect(rows).toEqual([9, 9, 9, 8, 8, 8, 7]);
  });

  test('cars keep the pace that their trails show, and get new ones when the chicken arrives', () => {
    const steps = [...episode(env, 0, () => 1)];
    const trailsOf = (view: View): number[] =>
      times(8).map(
        (lane) => [2, 3, 4, 5, 6].find((channel) => view.cells(channel).some(({ y }) => y === lane + 1)) as number,
      );
    const carsOf = (view: View): number[] => view.cells(1).map(({ x }) => x);
    const arrival = steps.findIndex(({ reward }) => reward === 1);
    const paces = trailsOf((steps[0] as Moment).view);
    expect(trailsOf((steps[arrival - 1] as Moment).view)).toEqual(paces);
    expect(trailsOf((steps[arrival] as Moment).view)).not.toEqual(paces);
    // Channel 2 is of the fastest, which moves every second step.
    paces.forEach((channel, lane) => {
      const moves = times(arrival).filter(
        (i) => carsOf((steps[i] as Moment).view)[lane] !== carsOf((steps[i] as Moment).before)[lane],
      );
      expect(new Set(moves.slice(1).map((step, i) => step - (moves[i] as number)))).toEqual(new Set([channel]));
    });
  });

  test('nothing ends it but 2500 steps', () => {
    const last = [...episode(env, 1, () => 1)].at(-1);
    expect(last).toMatchObject({ step: 2500, terminated: false, truncated: true });
  });
});

describe('Seaquest', () => {
  const env = play('MinAtar/Seaquest-v1:stickyProbability=0');
  const [UP, DOWN] = [2, 4];

  test('at the surface nothing happens, and no oxygen is used', () => {
    const steps = [
      ...take(
        episode(env, 0, () => 0),
        400,
      ),
    ];
    expect(steps).toHaveLength(400);
    expect(steps.at(-1)?.view.cells(7)).toHaveLength(10);
  });

  test('who comes up without a diver has lost', () => {
    const steps = [...episode(env, 0, (_, step) => (step === 1 ? DOWN : UP))];
    expect(steps.map(({ terminated }) => terminated)).toEqual([false, true]);
  });

  test('a gauge shows how the oxygen goes, and the 201st step under water is the last', () => {
    const lengths = times(60).map((seed) => {
      const steps = [...episode(env, seed, (_, step) => (step === 1 ? DOWN : 0))];
      steps.forEach(({ view, step }) => expect(view.cells(7)).toHaveLength(Math.floor(Math.max(0, 200 - step) / 20)));
      return steps.length;
    });
    expect(Math.max(...lengths)).toBe(201);
  });

  test('bullets fly a cell a step, and come every fifth', () => {
    const fire = [
      ...take(
        episode(env, 0, () => 5),
        11,
      ),
    ];
    expect(
      fire.map(({ view }) =>
        view
          .cells(2)
          .map(({ x }) => x)
          .join(' '),
      ),
    ).toEqual(['4', '3', '2', '1', '0', '4', '3', '2', '1', '0', '4']);
  });
});

describe('Space Invaders', () => {
  /** For each wave, the steps from one move of its aliens to the next, while there are many. */
  const paces = (id: string): number[] => {
    const env = play(id);
    const found = new Map<number, number>();
    for (const seed of times(8)) {
      let wave = 0;
      let moved: number | undefined;
      for (const { view, before, step } of episode(env, seed, scripted('MinAtar/SpaceInvaders-v1'))) {
        const aliens = view.cells(1);
        if (aliens.length > before.cells(1).length) {
          wave++;
          moved = undefined;
        } else if (aliens.some(({ x, y }) => !before.has(1, x, y))) {
          if (moved !== undefined && aliens.length >= 14) found.set(wave, step - moved);
          moved = step;
        }
      }
    }
    return [...found.values()].slice(0, 4);
  };

  test('each wave moves a step sooner, unless it does not ramp', () => {
    expect(paces('MinAtar/SpaceInvaders-v1')).toEqual([12, 11, 10, 9]);
    expect(paces('MinAtar/SpaceInvaders-v1:ramping=false').slice(0, 2)).toEqual([12, 12]);
  });

  test('who stands still is shot', () => {
    const env = play('MinAtar/SpaceInvaders-v1');
    const last = [...episode(env, 0, () => 0)].at(-1) as Moment;
    expect(last.terminated).toBe(true);
    expect(last.view.has(5, last.view.cell(0).x, 9)).toBe(true);
  });
});

describe('Snake', () => {
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
});

function* take<T>(items: Iterable<T>, count: number): Iterable<T> {
  let taken = 0;
  for (const item of items) {
    yield item;
    if (++taken === count) return;
  }
}
