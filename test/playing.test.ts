import { beforeAll, expect, test } from 'vitest';
import type { Opponent } from '../envs/opponent.ts';
import { GuardedEnv } from '../envs/guarded.ts';
import { withOpponent } from '../envs/otherSide.ts';
import { Generator } from '../envs/random.ts';
import { environmentSpec, make } from '../envs/registry.ts';
import type { Config } from '../src/settings.ts';
import { openDevice } from '../src/device/device.ts';
import { EnvError } from '../envs/env.ts';
import { AgentOpponent, Game, NotedOpponent, restorePolicy, type Trained } from '../src/playing.ts';
import { type Moment, Replay, ReplayEncoder } from '../src/replay/format.ts';
import { verifyReplay } from '../src/replay/verify.ts';
import { buildPolicy } from '../src/trained.ts';
import { smallConfig } from './training/environments.ts';

beforeAll(() => openDevice('simd', { threads: 1 }));

const GAME = 'TicTacToe-v0:opponent=self';

async function trained(environment: string, settings: Partial<Config> = {}): Promise<Trained> {
  const config = smallConfig({ environment, ...settings });
  const spec = environmentSpec(environment);
  const policy = buildPolicy(config, spec, new Generator(1));
  const weights = await policy.parameters.save();
  policy.dispose();
  const state = { step: 7, observationNormalizer: null, rewardNormalizer: null };
  return restorePolicy({ config, state, weights, name: 'a checkpoint' }, spec);
}

/** Plays an episode, and writes it as a replay. */
async function play(environment: string, game: Game): Promise<Replay> {
  const { observationSpace, actionSpace } = make(environment);
  const header = { environment, observationSpace, actionSpace, createdAt: '', gymformer: '' };
  const encoder = new ReplayEncoder(header);
  const parts = [encoder.prelude()];
  encoder.begin(5);
  while (!game.ended) parts.push(encoder.add(await game.step()) ?? new Uint8Array());
  encoder.add(game.last);
  parts.push(encoder.end(), encoder.finish());
  return Replay.open(Uint8Array.from(Buffer.concat(parts)));
}

test.each([
  ['policy', {}],
  ['policy with adapters', { loraRank: 2 }],
])('a %s that only thinks remembers as one that acts: it takes over with the same opinion', async (_, settings) => {
  const mind = await trained('CartPole-v1', settings);
  const begin = (): Game =>
    new Game({ env: new GuardedEnv(make('CartPole-v1'), 'CartPole-v1'), seed: 3, mind, choice: 'likeliest' });
  const [acting, thinking] = [begin(), begin()];
  const moments: Moment[] = [];
  for (let t = 0; t < 6; t++) moments.push(await acting.step());
  for (const { decision } of moments.slice(0, 5)) await thinking.step(decision?.action);
  const thought = await thinking.think();
  expect(thought?.distribution).toEqual(moments[5]?.decision?.distribution);
  expect(thought?.value).toBe(moments[5]?.decision?.value);
  expect(await thinking.think()).toBe(thought); // asked once for each moment
});

test('without a policy every action has to be given', async () => {
  const env = new GuardedEnv(make('CartPole-v1'), 'CartPole-v1');
  const game = new Game({ env, seed: 3, mind: null, choice: 'likeliest' });
  await expect(game.step()).rejects.toThrow('no policy here');
  await expect(game.step([1])).resolves.toMatchObject({ decision: { value: null, reward: 1 } });
});

test('a game against an agent can be played again from the replay alone, which says what the agent did', async () => {
  const mind = await trained(GAME);
  const env = make(GAME);
  const noted = new NotedOpponent(new AgentOpponent(mind, { draws: true }));
  env.meet?.(noted);
  const game = new Game({
    env: new GuardedEnv(env, GAME),
    seed: 5,
    mind,
    choice: { draw: new Generator(2) },
    aside: () => noted.takeNotes(),
  });
  const replay = await play(GAME, game);
  expect(verifyReplay(replay, () => make(GAME))).toEqual({ episodes: 1, steps: replay.episodes[0]?.steps });
});

test('a replay that does not say what the opponent did cannot be played again', async () => {
  const mind = await trained(GAME);
  const env = make(GAME);
  env.meet?.(new AgentOpponent(mind, { draws: false }));
  const game = new Game({ env: new GuardedEnv(env, GAME), seed: 5, mind, choice: 'likeliest' });
  const replay = await play(GAME, game);
  expect(() => verifyReplay(replay, () => make(GAME))).toThrow('does not say what the opponent did');
});

test('a checkpoint that does not fit the environment is refused with both shapes', async () => {
  const config = smallConfig({ environment: 'CartPole-v1' });
  const policy = buildPolicy(config, environmentSpec('CartPole-v1'), new Generator(1));
  const weights = await policy.parameters.save();
  const state = { step: 7, observationNormalizer: null, rewardNormalizer: null };
  expect(() => restorePolicy({ config, state, weights, name: 'this one' }, environmentSpec('Acrobot-v1'))).toThrow(
    /this one does not fit Acrobot-v1: tensor .* has shape \[.*\], wanted \[.*\]/,
  );
});

test('the other side of a game is found by trying, whatever the parameter is called', () => {
  expect(withOpponent(environmentSpec('ConnectFour-v0:starts=agent'), environmentSpec)).toBe(
    'ConnectFour-v0:opponent=self,starts=agent',
  );
  expect(withOpponent(environmentSpec(GAME), environmentSpec)).toBe(GAME);
  expect(withOpponent(environmentSpec('TMaze-v0'), environmentSpec)).toBeNull();
});

test.each([
  { id: 'TicTacToe-v0', x: 1.9, y: 0.9, action: 1 },
  { id: 'TicTacToe-v0', x: 0.1, y: 0.1, action: undefined },
  { id: 'ConnectFour-v0', x: 3.2, y: 4, action: 2 },
  { id: 'ConnectFour-v0', x: 0.2, y: 1, action: undefined },
])('a board knows which action is pointed at: $id at $x, $y', ({ id, x, y, action }) => {
  expect(make(id).actionAt?.(x, y)).toBe(action);
});

test('an environment that says nothing of its places takes no pointer, also behind a time limit', () => {
  expect(make('CartPole-v1').actionAt).toBeUndefined();
});

test('an environment that needs an opponent and has none says what to do', async () => {
  const env = new GuardedEnv(make(GAME), GAME);
  const opponent: Opponent = { begin: () => {}, reply: () => {}, end: () => {} };
  expect(() => new Game({ env, seed: 1, mind: null, choice: 'likeliest' })).toThrow(EnvError);
  const met = make(GAME);
  met.meet?.(opponent);
  expect(new Game({ env: new GuardedEnv(met, GAME), seed: 1, mind: null, choice: 'likeliest' }).ended).toBe(false);
});
