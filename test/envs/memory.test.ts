import { describe, expect, test } from 'vitest';
import type { Env, Info } from '../../envs/env.ts';
import { Generator } from '../../envs/random.ts';
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

const PACKS = { Easy: 1, Medium: 2, Hard: 3 };

describe.each([
  ['Easy', 4],
  ['Medium', 32],
  ['Hard', 64],
] as const)('RepeatPrevious%s-v0', (level, k) => {
  const env = make(`RepeatPrevious${level}-v0`) as Env<number, number>;
  const cards = 52 * PACKS[level];

  test('who remembers the last cards gets 1, who answers the opposite -1, who guesses one suit about -0.5', () => {
    const asked = (seen: readonly number[]): number => seen.at(-k) ?? 0;
    const right = playEpisodes(env, asked, 20);
    expect(right.best).toBeCloseTo(1);
    expect(right.worst).toBeCloseTo(1);
    const wrong = playEpisodes(env, (seen) => (asked(seen) + 1) % 4, 20);
    expect(wrong.mean).toBeCloseTo(-1);
    const blind = playEpisodes(env, () => 2, 100);
    expect(blind.mean).toBeCloseTo(-0.5, 1);
    // Who answers with the present card is no better.
    expect(playEpisodes(env, (seen) => seen.at(-1), 100).mean).toBeLessThan(-0.4);
  });

  test('deals every card of its decks once, and asks from the k-th on', () => {
    const { observations, rewards, last } = playEpisode(env, () => 0, 7);
    expect(observations).toHaveLength(cards);
    for (let suit = 0; suit < 4; suit++) expect(observations.filter((seen) => seen === suit)).toHaveLength(cards / 4);
    expect(rewards.slice(0, k - 1).every((reward) => reward === 0)).toBe(true);
    expect(rewards.slice(k - 1).every((reward) => Math.abs(reward) === 1 / (cards - k))).toBe(true);
    expect(last).toMatchObject({ terminated: true, truncated: false });
  });
});

describe.each(['Easy', 'Medium', 'Hard'] as const)('Autoencode%s-v0', (level) => {
  const env = make(`Autoencode${level}-v0`) as Env<number[], number>;
  const cards = 52 * PACKS[level];

  test('who names all cards backwards gets 1, who names one suit gets -0.5', () => {
    const backwards = (seen: readonly number[][]): number => (seen[2 * cards - 1 - seen.length] ?? [])[1] ?? 0;
    const right = playEpisodes(env, (seen) => (seen.length < cards ? 0 : backwards([...seen])), 10);
    expect(right.best).toBeCloseTo(1);
    expect(right.worst).toBeCloseTo(1);
    const blind = playEpisodes(env, () => 3, 10);
    expect(blind.best).toBeCloseTo(-0.5);
    expect(blind.worst).toBeCloseTo(-0.5);
  });

  test('shows all cards once, says with the last that they are to be named, then shows nothing', () => {
    const { observations, rewards } = playEpisode(env, () => 0, 1);
    expect(observations).toHaveLength(2 * cards);
    expect(observations.slice(0, cards - 1).every(([mode]) => mode === 1)).toBe(true);
    expect(observations[cards - 1]?.[0]).toBe(0);
    expect(observations.slice(cards).every(([mode, suit]) => mode === 0 && suit === 0)).toBe(true);
    expect(rewards.slice(0, cards - 1).every((reward) => reward === 0)).toBe(true);
    expect(rewards.slice(cards - 1).every((reward) => Math.abs(reward) === 1 / cards)).toBe(true);
    const shown = observations.slice(0, cards).map(([, suit]) => suit);
    for (let suit = 0; suit < 4; suit++) expect(shown.filter((seen) => seen === suit)).toHaveLength(cards / 4);
  });
});

/** Turns cards up, and remembers all that it saw or nothing. */
function findPairs(env: Env<number[], number>, seed: number, remembers: boolean): { total: number; success: unknown } {
  const faceDown = env.reset({ seed }).observation[0];
  const known = new Map<number, number>();
  const found = new Set<number>();
  const random = new Generator(seed);
  let total = 0;
  let ended = false;
  let info: Info = {};
  const turn = (card: number): void => {
    if (ended) return;
    const result = env.step(card);
    if (remembers) known.set(card, result.observation[card] as number);
    total += result.reward;
    info = result.info;
    ended = result.terminated || result.truncated;
    result.observation.forEach((kind, other) => kind === faceDown && found.delete(other));
  };
  const hidden = (): number[] => {
    const cards = Array.from({ length: env.actionSpace.kind === 'discrete' ? env.actionSpace.n : 0 }, (_, i) => i);
    return random.permutation(cards.filter((card) => !found.has(card) && !known.has(card)));
  };
  const matchOf = (card: number): number | undefined =>
    [...known].find(([other, kind]) => other !== card && !found.has(other) && kind === known.get(card))?.[0];
  while (!ended) {
    const pair = [...known.keys()].find((card) => !found.has(card) && matchOf(card) !== undefined);
    const first = pair ?? (hidden()[0] as number);
    turn(first);
    const second = matchOf(first) ?? (hidden().find((card) => card !== first) as number);
    const before = total;
    turn(second);
    if (total > before) [first, second].forEach((card) => found.add(card));
  }
  return { total, success: info['success'] };
}

describe.each([
  ['Easy', 52, 104, 2],
  ['Medium', 104, 208, 2],
  ['Hard', 52, 104, 13],
] as const)('Concentration%s-v0', (level, cards, steps, faceDown) => {
  const env = make(`Concentration${level}-v0`) as Env<number[], number>;

  test('who remembers finds more pairs than who does not, and all of them in time', () => {
    const played = (remembers: boolean) => Array.from({ length: 20 }, (_, seed) => findPairs(env, seed, remembers));
    const mean = (episodes: { total: number }[]): number =>
      episodes.reduce((sum, { total }) => sum + total, 0) / episodes.length;
    const withMemory = played(true);
    expect(withMemory.every(({ success, total }) => success === true && total > 0)).toBe(true);
    expect(mean(withMemory)).toBeGreaterThan(mean(played(false)) + 0.1);
    expect(Math.max(...withMemory.map(({ total }) => total))).toBeLessThanOrEqual(1);
  });

  test('pays for pairs, and takes for what does not match, is up already or is the same card', () => {
    const { observation } = env.reset({ seed: 1 });
    expect(observation).toEqual(Array.from({ length: cards }, () => faceDown));
    const first = env.step(0);
    expect(first.reward).toBe(0);
    expect(first.observation.filter((kind) => kind !== faceDown)).toHaveLength(1);
    expect(env.step(0).reward).toBeCloseTo(-2 / steps);
    const kind = first.observation[0] as number;
    let mate = 0;
    for (let card = 1; mate === 0; card++) {
      env.step(0);
      const { observation: both, reward } = env.step(card);
      expect(reward).toBeCloseTo(both[card] === kind ? 2 / cards : -2 / steps);
      if (both[card] === kind) mate = card;
      else expect(env.step(0).observation[card]).toBe(faceDown);
      if (both[card] !== kind) expect(env.step(0).reward).toBeCloseTo(-2 / steps);
    }
    expect(env.step(mate).reward).toBeCloseTo(-1 / steps);
    const other = mate === 1 ? 2 : 1;
    expect(env.step(other).reward).toBe(0);
    expect(env.step(mate).reward).toBeCloseTo(-2 / steps);
  });

  test('ends after as many steps as a game has, at worst with -1', () => {
    const { rewards, total, last } = playEpisode(env, () => 0, 0);
    expect(rewards).toHaveLength(steps);
    expect(total).toBeCloseTo(-1);
    expect(last).toMatchObject({ terminated: false, truncated: true, info: { success: false } });
  });
});

test('MaskedCartPole-v1 is CartPole-v1 without its velocities, step for step', () => {
  const whole = made('CartPole-v1');
  const masked = made('MaskedCartPole-v1');
  const seen = ([position, , angle]: number[]): unknown[] => [position, angle];
  expect(masked.reset({ seed: 4 }).observation).toEqual(seen(whole.reset({ seed: 4 }).observation));
  for (let step = 0, ended = false; !ended; step++) {
    const action = step % 2;
    const { observation, ...rest } = whole.step(action);
    expect(masked.step(action)).toEqual({ observation: seen(observation), ...rest });
    ended = rest.terminated;
  }
});

test('MaskedCartPole-v1 is kept up by who tells the velocities from two observations, not by who sees one', () => {
  const env = made('MaskedCartPole-v1');
  const push = ([x = 0, angle = 0]: number[], [x0 = x, angle0 = angle]: number[]): number =>
    0.1 * x + angle + 10 * (0.2 * (x - x0) + (angle - angle0)) > 0 ? 1 : 0;
  const withMemory = playEpisodes(env, (seen) => push(seen.at(-1) as number[], seen.at(-2) ?? []), 20);
  expect(withMemory.worst).toBe(500);
  const without = playEpisodes(env, (seen) => push(seen.at(-1) as number[], []), 20);
  expect(without.best).toBeLessThan(100);
});
