import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Env } from '../../envs/env.ts';
import { formatReference, type ParameterValue } from '../../envs/parameters.ts';
import { make } from '../../envs/registry.ts';

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
    const env = make(formatReference({ base, given: parameters })) as Env<number[], number>;
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
