import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatReference, type ParameterValue } from '../../envs/parameters.ts';
import { make } from '../../envs/registry.ts';
import { episode, firstSteps, type Moment, play, returnOf, scripted, times, xy } from './arcadeEpisodes.ts';
import { type Cell, View } from './arcadePlayers.ts';

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
    const steps = firstSteps(12, env, fromLeft as number, (_, step) => (step === 1 ? 2 : 0));
    const path = steps.map(({ view }) => xy(view.cell(1)).join());
    expect(path.join(' ')).toBe('1,4 2,5 3,6 4,7 5,8 6,8 7,7 8,6 9,5 9,4 8,4 7,5');
    expect(steps.map(({ reward }) => reward)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    expect(steps[10]?.view.has(3, 8, 3)).toBe(false);
  });

  test('a paddle met on the diagonal sends the ball back where it came from', () => {
    const steps = firstSteps(8, env, fromLeft as number, (_, step) => (step <= 2 ? 2 : 0));
    expect(steps.map(({ view }) => xy(view.cell(1)).join()).join(' ')).toBe('1,4 2,5 3,6 4,7 5,8 6,8 5,7 4,6');
  });

  test('a ball that comes down beside the paddle ends the game', () => {
    const steps = [...episode(env, fromLeft as number, () => 0)];
    expect([steps.length, steps.at(-1)?.terminated, returnOf(steps)]).toEqual([6, true, 0]);
  });

  test('when the last brick is gone three new rows come', () => {
    const bricks = firstSteps(2000, env, 0, scripted('MinAtar/Breakout-v1')).map(({ view }) => view.cells(3).length);
    const built = bricks.findIndex((count, i) => bricks[i - 1] === 0 && count === 30);
    expect(built).toBeGreaterThan(100);
    expect(bricks.slice(built).some((count) => count < 30)).toBe(true);
  });
});

describe('Asterix', () => {
  test('the first one comes with the eleventh step, on either side of any lane, and is gold in a third of all games', () => {
    const env = play('MinAtar/Asterix-v1:stickyProbability=0');
    const firsts = times(600).map((seed) => {
      const [tenth, eleventh] = firstSteps(11, env, seed, () => 0).slice(9) as [Moment, Moment];
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
        const steps = firstSteps(from + 100, play(id), seed, scripted('MinAtar/Asterix-v1')).slice(from);
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
    const rows = firstSteps(7, env, 0, () => 1).map(({ view }) => view.cell(0).y);
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
    const steps = firstSteps(400, env, 0, () => 0);
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
    const fire = firstSteps(11, env, 0, () => 5);
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
