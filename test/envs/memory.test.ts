import { describe, expect, test } from 'vitest';
import type { Env } from '../../envs/env.ts';
import { make } from '../../envs/registry.ts';
import { playEpisode, playEpisodes } from './playEpisodes.ts';

const made = (id: string): Env<number[], number> => make(id) as Env<number[], number>;

describe.each([1, 2, 10, 1000])('TMaze-v0 of length %i', (length) => {
  const env = made(`TMaze-v0:length=${length}`);
  const [RIGHT, UP, LEFT, DOWN] = [0, 1, 2, 3];
  const episodes = length === 1000 ? 40 : 400;
  const cueOf = (seen: readonly number[][]): number => (seen[0] as number[])[1] as number;

  test('who remembers the cue gets 1 and always succeeds; who does not succeeds half the time', () => {
    const atJunction = (seen: readonly number[][]): boolean => seen.at(-1)?.[0] === 1;
    const remember = playEpisodes(env, (seen) => (!atJunction(seen) ? RIGHT : cueOf(seen) === 1 ? UP : DOWN), episodes);
    expect(remember).toEqual({ mean: 1, best: 1, worst: 1, success: 1 });
    const forget = playEpisodes(env, (seen) => (atJunction(seen) ? UP : RIGHT), episodes);
    expect(forget.success).toBeCloseTo(0.5, length === 1000 ? 0 : 1);
    expect(forget.mean).toBe(forget.success);
  });

  test('shows the cue in the first observation alone, both cues as often', () => {
    const cues = Array.from({ length: 1000 }, (_, seed) => env.reset({ seed }).observation[1]);
    for (const side of [1, -1]) expect(cues.filter((cue) => cue === side).length / 1000).toBeCloseTo(0.5, 1);
    const { observations } = playEpisode(env, () => RIGHT, 0);
    const corridor = Array.from({ length: length - 1 }, () => [0, 0]);
    expect(observations.slice(1)).toEqual([...corridor, [1, 0], [1, 0]]);
    const { observations: stayed } = playEpisode(env, () => LEFT, 0);
    expect(stayed.slice(1).every(([junction, side]) => junction === 0 && side === 0)).toBe(true);
  });

  test('who stays gets -1/length for each step but the last, who comes late for each one since', () => {
    const { rewards, total, last } = playEpisode(env, () => LEFT, 0);
    expect(rewards).toEqual([...Array.from({ length }, () => -1 / length), 0]);
    expect(total).toBeCloseTo(-1);
    expect(last).toMatchObject({ terminated: true, truncated: false, info: { success: false } });
    const late = playEpisode(env, (seen) => (seen.length === 1 ? UP : RIGHT), 0);
    expect(late.total).toBeCloseTo(-1);
  });
});

test('TMaze-v0 tells the arm that was turned into', () => {
  for (const [action, side] of [
    [1, 1],
    [3, -1],
  ] as const)
    expect(playEpisode(made('TMaze-v0'), (seen) => (seen.at(-1)?.[0] ? action : 0), 3).observations.at(-1)).toEqual([
      1,
      side,
    ]);
});

describe.each([
  [1, 1],
  [2, 5],
  [10, 1],
  [100, 3],
])('MemoryLength-v0 of length %i with %i bits', (length, bits) => {
  const env = made(`MemoryLength-v0:length=${length},bits=${bits}`);

  test('who remembers the bits is right; who does not is right half the time', () => {
    const answer = (seen: readonly number[][]): number => {
      const asked = seen.at(-1)?.[1] as number;
      return seen[0]?.[2 + asked] === 1 ? 1 : 0;
    };
    expect(playEpisodes(env, answer, 200)).toEqual({ mean: 1, best: 1, worst: 1, success: 1 });
    const blind = playEpisodes(env, () => 1, 1000);
    expect(blind.success).toBeCloseTo(0.5, 1);
    expect(blind.mean).toBeCloseTo(2 * blind.success - 1);
  });

  test('gives the observations of bsuite, whose clock stands still for one step, and a reward at the end alone', () => {
    const { observations, rewards, last } = playEpisode(env, () => 0, 5);
    const context = observations[0]?.slice(2) as number[];
    const query = observations[length]?.[1] as number;
    expect(context.every((bit) => Math.abs(bit) === 1)).toBe(true);
    const at = (tick: number): number[] => [
      Math.fround(1 - tick / length),
      tick === length - 1 ? query : 0,
      ...(tick === 0 ? context : context.map(() => 0)),
    ];
    expect(observations).toEqual([0, ...Array.from({ length: length + 1 }, (_, i) => i)].map(at));
    expect(rewards.slice(0, -1)).toEqual(Array.from({ length }, () => 0));
    expect(Math.abs(rewards.at(-1) as number)).toBe(1);
    expect(last).toMatchObject({ terminated: true, truncated: false });
  });
});

test('MemoryLength-v0 asks for each of its bits', () => {
  const env = made('MemoryLength-v0:length=2,bits=4');
  const asked = Array.from({ length: 100 }, (_, seed) => playEpisode(env, () => 0, seed).observations[2]?.[1]);
  expect(new Set(asked)).toEqual(new Set([0, 1, 2, 3]));
});
