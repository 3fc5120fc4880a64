import { describe, expect, test } from 'vitest';
import type { Env, StepResult } from '../../envs/env.ts';
import { localEngine } from '../../envs/localEngine.ts';
import type { Opponent, Turns } from '../../envs/opponent.ts';
import { Generator } from '../../envs/random.ts';
import { make } from '../../envs/registry.ts';
import { VectorEnv } from '../../envs/vector.ts';

type Board = Env<number[], number>;

interface Game {
  id: string;
  rows: number;
  columns: number;
  /** Of the line that wins. */
  length: number;
  moves: number;
  lines: number[][];
}

/** All straight lines of so many cells, as numbers of cells. */
function linesOf({ rows, columns, length }: Omit<Game, 'lines'>): number[][] {
  const lines: number[][] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (const [down, right] of [
        [0, 1],
        [1, 0],
        [1, 1],
        [1, -1],
      ] as const) {
        const [lastRow, lastColumn] = [row + down * (length - 1), column + right * (length - 1)];
        if (lastRow >= rows || lastColumn < 0 || lastColumn >= columns) continue;
        lines.push(Array.from({ length }, (_, k) => (row + k * down) * columns + column + k * right));
      }
    }
  }
  return lines;
}

/** The games, as plain as can be: what their quick rules are held to. */
const GAMES = [
  { id: 'TicTacToe-v0', rows: 3, columns: 3, length: 3, moves: 9 },
  { id: 'ConnectFour-v0', rows: 6, columns: 7, length: 4, moves: 7 },
].map((game): Game => ({ ...game, lines: linesOf(game) })) as [Game, Game];

/** Cells with a stone of the agent (0) or of the opponent (1). */
function stones(observation: ArrayLike<number>, side: 0 | 1): boolean[] {
  return Array.from({ length: observation.length / 2 }, (_, cell) => observation[2 * cell + side] === 1);
}

function hasLine(game: Game, own: readonly boolean[]): boolean {
  return game.lines.some((line) => line.every((cell) => own[cell]));
}

/** Where a stone of this move comes to lie; undefined where there is no room. */
function landing({ rows, columns, id }: Game, observation: ArrayLike<number>, move: number): number | undefined {
  const taken = (cell: number): boolean => observation[2 * cell] === 1 || observation[2 * cell + 1] === 1;
  if (id === 'TicTacToe-v0') return taken(move) ? undefined : move;
  for (let row = rows - 1; row >= 0; row--) if (!taken(row * columns + move)) return row * columns + move;
  return undefined;
}

/** Whether a side has a line once it has made this move. */
function completes(game: Game, observation: ArrayLike<number>, side: 0 | 1, move: number): boolean {
  const cell = landing(game, observation, move);
  if (cell === undefined) return false;
  const own = stones(observation, side);
  own[cell] = true;
  return hasLine(game, own);
}

/** A random move that the mask allows. */
function anyMove(env: Board, random: Generator): number {
  return anyOf((env.actionMask as () => ArrayLike<number>)(), random);
}

function anyOf(mask: ArrayLike<number>, random: Generator): number {
  const legal = Array.from(mask).flatMap((bit, move) => (bit ? [move] : []));
  return legal[random.integers(legal.length)] as number;
}

interface Turn {
  before: number[];
  move: number;
  result: StepResult<number[]>;
}

/** Plays whole games with the moves of `choose`, and hands every turn to `look`. */
function playGames(
  env: Board,
  games: number,
  choose: (observation: number[], random: Generator) => number,
  look: (turn: Turn) => void = () => {},
): number[] {
  const random = new Generator(0);
  return Array.from({ length: games }, (_, seed) => {
    let { observation } = env.reset({ seed });
    for (;;) {
      const move = choose(observation, random);
      const result = env.step(move);
      look({ before: observation, move, result });
      observation = result.observation;
      if (result.terminated) return result.reward;
    }
  });
}

const count = (cells: readonly boolean[]): number => cells.filter(Boolean).length;

describe.each(GAMES)('$id', (game) => {
  const against = (opponent: string, starts = 'either'): Board =>
    make(`${game.id}:opponent=${opponent},starts=${starts}`) as Board;

  test('is won and lost by a line, drawn on a full board, and goes on otherwise', () => {
    const env = against('random');
    const outcomes = new Set<unknown>();
    playGames(
      env,
      500,
      (_, random) => anyMove(env, random),
      ({ result }) => {
        const { observation, reward, terminated, info } = result;
        const [own, others] = [stones(observation, 0), stones(observation, 1)];
        const full = count(own) + count(others) === own.length;
        const expected = hasLine(game, own) ? 'won' : hasLine(game, others) ? 'lost' : full ? 'drawn' : undefined;
        expect(info['outcome']).toBe(expected);
        expect(terminated).toBe(expected !== undefined);
        expect(reward).toBe(expected === 'won' ? 1 : expected === 'lost' ? -1 : 0);
        expect(info['success']).toBe(expected && expected === 'won');
        outcomes.add(expected);
      },
    );
    expect(outcomes).toContain('won');
    expect(outcomes).toContain('lost');
  });

  test('each turn adds a stone of the agent where its move says, and one of the opponent', () => {
    const env = against('random');
    playGames(
      env,
      200,
      (_, random) => anyMove(env, random),
      ({ before, move, result }) => {
        const cell = landing(game, before, move) as number;
        expect(result.observation[2 * cell]).toBe(1);
        expect(count(stones(result.observation, 0))).toBe(count(stones(before, 0)) + 1);
        const replied =
          result.info['outcome'] === 'won' ? 0 : count(stones(before, 1)) + 1 - count(stones(result.observation, 1));
        if (!result.terminated) expect(replied).toBe(0);
      },
    );
  });

  test('masks exactly the moves for which there is no room', () => {
    const env = against('random');
    playGames(env, 200, (observation, random) => {
      const mask = Array.from((env.actionMask as () => ArrayLike<number>)());
      expect(mask).toEqual(mask.map((_, move) => (landing(game, observation, move) === undefined ? 0 : 1)));
      return anyMove(env, random);
    });
  });

  test('a move against the mask loses at once', () => {
    const env = against('random', 'agent');
    // Always the same move: there is no room for it in the end, whatever the opponent does.
    let observation = env.reset({ seed: 0 }).observation;
    for (;;) {
      const legal = landing(game, observation, 0) !== undefined;
      const { reward, terminated, info, ...rest } = env.step(0);
      if (!legal) {
        expect({ reward, terminated, info }).toEqual({
          reward: -1,
          terminated: true,
          info: { success: false, outcome: 'illegal' },
        });
        expect(rest.observation).toEqual(observation);
        return;
      }
      observation = terminated ? env.reset().observation : rest.observation;
    }
  });

  test('starts says who makes the first move; either is drawn, half of the time each', () => {
    const opened = (starts: string): number =>
      Array.from({ length: 400 }, (_, seed) =>
        count(stones(against('random', starts).reset({ seed }).observation, 1)),
      ).reduce((sum, n) => sum + n);
    expect(opened('agent')).toBe(0);
    expect(opened('opponent')).toBe(400);
    expect(opened('either') / 400).toBeCloseTo(0.5, 1);
  });

  test('the scripted player wins where it can, and then blocks where it must', () => {
    const env = against('scripted');
    const seen = { wins: 0, blocks: 0 };
    playGames(
      env,
      600,
      (_, random) => anyMove(env, random),
      ({ before, move, result }) => {
        const { outcome } = result.info;
        if (outcome === 'won' || outcome === 'drawn') return;
        const between = [...before];
        between[2 * (landing(game, before, move) as number)] = 1;
        const moves = [...new Array(game.moves).keys()];
        if (moves.some((reply) => completes(game, between, 1, reply))) {
          seen.wins++;
          expect(outcome).toBe('lost');
          return;
        }
        const threats = moves.filter((reply) => completes(game, between, 0, reply));
        if (threats.length !== 1) return;
        seen.blocks++;
        const cell = landing(game, between, threats[0] as number) as number;
        expect(result.observation[2 * cell + 1]).toBe(1);
      },
    );
    expect(seen.wins).toBeGreaterThan(100);
    expect(seen.blocks).toBeGreaterThan(50);
  });

  test('self wants an opponent, and says what to do without one', () => {
    expect(() => against('self').reset({ seed: 0 })).toThrow('--env.opponent scripted');
  });

  test('an opponent that is brought sees its own stones first, its moves, and how each game ended', () => {
    const asked: { observation: number[]; mask: number[] }[] = [];
    const ended: number[] = [];
    const begun = new Map<number, number>();
    const random = new Generator(1);
    const opponent: Opponent = {
      begin: (row, seed) => void begun.set(row, seed),
      reply: ({ count: turns, rows, observations, masks, actions }: Turns) => {
        const [size, moves] = [2 * game.rows * game.columns, masks.length / rows.length];
        for (let k = 0; k < turns; k++) {
          const observation = Array.from(observations.subarray(k * size, (k + 1) * size));
          const mask = Array.from(masks.subarray(k * moves, (k + 1) * moves));
          asked.push({ observation, mask });
          actions[k] = anyOf(mask, random);
        }
      },
      end: (_, score) => void ended.push(score),
    };
    const id = `${game.id}:opponent=self,starts=opponent`;
    const envs = new VectorEnv(() => make(id), {
      count: 4,
      seed: 0,
      name: id,
      engine: (makeOne, rows) => localEngine(makeOne, rows, { opponent }),
    });
    envs.reset();
    expect([...begun.keys()]).toEqual([0, 1, 2, 3]);
    expect(new Set(begun.values()).size).toBe(4);
    const returns: number[] = [];
    while (returns.length < 100) {
      const masks = envs.actionMasks as Uint8Array;
      envs.step(
        Float32Array.from({ length: 4 }, (_, row) => {
          return anyOf(masks.subarray(row * envs.maskSize, (row + 1) * envs.maskSize), random);
        }),
      );
      for (let row = 0; row < 4; row++) if (envs.terminated[row]) returns.push(envs.lastReturns[row] as number);
    }
    // The score is the opponent's: what one wins the other loses.
    expect(ended).toEqual(returns.map((reward) => (1 - reward) / 2));
    for (const { observation, mask } of asked) {
      // It began, and it is its turn: both have as many stones.
      expect(count(stones(observation, 0))).toBe(count(stones(observation, 1)));
      expect(mask).toEqual(mask.map((_, move) => (landing(game, observation, move) === undefined ? 0 : 1)));
    }
  });

  test('an opponent that is brought may not make a move for which there is no room', () => {
    const opponent: Opponent = {
      begin() {},
      reply: ({ masks, actions }) => void (actions[0] = Math.max(masks.indexOf(0), 0)),
      end() {},
    };
    const id = `${game.id}:opponent=self,starts=opponent`;
    const envs = new VectorEnv(() => make(id), {
      count: 1,
      seed: 0,
      name: id,
      engine: (makeOne, rows) => localEngine(makeOne, rows, { opponent }),
    });
    envs.reset();
    const again = (): void => {
      for (let step = 0; step < 5; step++) envs.step(Float32Array.of((envs.actionMasks as Uint8Array).indexOf(1)));
    };
    expect(again).toThrow(`${id}: step() threw RangeError: the opponent chose move 0, which is not legal`);
  });
});

test('an opponent for an environment that wants none is refused', () => {
  const opponent: Opponent = { begin() {}, reply() {}, end() {} };
  expect(() => localEngine(() => make('CartPole-v1'), 2, { opponent })).toThrow('without meet()');
});

/** Solves Tic-tac-toe by going through all games: the value for the agent of moving best, to a random or perfect opponent. */
function bestReturn(opponent: 'random' | 'perfect'): number {
  const game = GAMES[0];
  const values = new Map<string, number>();
  const valueOf = (cells: string, agentMoves: boolean): number => {
    const key = cells + String(agentMoves);
    const known = values.get(key);
    if (known !== undefined) return known;
    const owned = (mark: string): boolean[] => Array.from(cells, (cell) => cell === mark);
    let value: number;
    if (hasLine(game, owned('a'))) value = 1;
    else if (hasLine(game, owned('o'))) value = -1;
    else {
      const after = cells
        .split('')
        .flatMap((cell, i) =>
          cell === '.' ? [valueOf(cells.slice(0, i) + (agentMoves ? 'a' : 'o') + cells.slice(i + 1), !agentMoves)] : [],
        );
      if (after.length === 0) value = 0;
      else if (agentMoves) value = Math.max(...after);
      else value = opponent === 'perfect' ? Math.min(...after) : after.reduce((sum, v) => sum + v, 0) / after.length;
    }
    values.set(key, value);
    return value;
  };
  return (valueOf('.........', true) + valueOf('.........', false)) / 2;
}

describe('TicTacToe-v0', () => {
  test('has the returns at best that its page says', () => {
    expect(bestReturn('random')).toBeCloseTo(0.96, 2);
    expect(bestReturn('perfect')).toBe(0);
  });

  test('the scripted player never loses', () => {
    const env = make('TicTacToe-v0:opponent=scripted') as Board;
    const rewards = playGames(env, 2000, (_, random) => anyMove(env, random));
    expect(Math.max(...rewards)).toBe(0);
    expect(rewards.filter((reward) => reward < 0).length).toBeGreaterThan(1500);
  });
});

describe('ConnectFour-v0', () => {
  const game = GAMES[1];

  test('the scripted player does not put a stone below a cell where the agent would win, unless it must', () => {
    const env = make('ConnectFour-v0:opponent=scripted') as Board;
    let avoided = 0;
    playGames(
      env,
      600,
      (_, random) => anyMove(env, random),
      ({ before, move, result }) => {
        if (result.terminated) return;
        const between = [...before];
        between[2 * (landing(game, before, move) as number)] = 1;
        const moves = [0, 1, 2, 3, 4, 5, 6].filter((reply) => landing(game, between, reply) !== undefined);
        if (moves.some((reply) => completes(game, between, 0, reply))) return; // it has to block
        const gives = (reply: number): boolean => {
          const after = [...between];
          after[2 * (landing(game, between, reply) as number) + 1] = 1;
          return completes(game, after, 0, reply);
        };
        if (!moves.some(gives) || moves.every(gives)) return;
        avoided++;
        const made = moves.find((reply) => result.observation[2 * (landing(game, between, reply) as number) + 1] === 1);
        expect(gives(made as number)).toBe(false);
      },
    );
    expect(avoided).toBeGreaterThan(100);
  });

  test('the scripted player beats the random one nearly always, and opens in the middle most often', () => {
    const env = make('ConnectFour-v0:opponent=scripted,starts=opponent') as Board;
    const rewards = playGames(env, 500, (_, random) => anyMove(env, random));
    expect(rewards.filter((reward) => reward < 0).length).toBeGreaterThan(475);
    const openings = new Array<number>(7).fill(0);
    for (let seed = 0; seed < 1600; seed++) {
      const column = stones(env.reset({ seed }).observation, 1).indexOf(true) % 7;
      openings[column] = (openings[column] as number) + 1;
    }
    expect(openings.map((n) => Math.round(n / 100))).toEqual([1, 2, 3, 4, 3, 2, 1]);
  });
});
