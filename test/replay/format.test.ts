import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Scene } from '../../envs/scene.ts';
import { Box, Dict, Discrete } from '../../envs/spaces.ts';
import { tokensOf } from '../../envs/tokens.ts';
import { Replay, ReplayEncoder } from '../../src/replay/format.ts';
import type { Decision, Moment } from '../../src/replay/format.ts';
import { CART_POLE_HEADER, cartPoleEpisode } from './cartPoleMoments.ts';
import { encode, joined } from './encode.ts';
import { decisionOf, episodeOf, momentsOf, replayOf } from './moments.ts';

describe('what is written is read', () => {
  test('the header, with infinite bounds and the names of components', () => {
    const { header } = Replay.open(replayOf());
    expect(header).toEqual(CART_POLE_HEADER);
  });

  test('what the cells of a grid are called, and the discount of the values', () => {
    const names = { channels: ['kind', 'state'], categoryNames: [['wall', 'door'], ['open']] };
    const grid = { low: 0, high: 1, shape: [2, 3, 2], tokens: 'cell', categories: [2, 1], ...names } as const;
    const policy = { kind: 'mlp', gamma: 0.97 };
    const header = { ...CART_POLE_HEADER, observationSpace: new Box(grid), policy };
    const replay = Replay.open(new ReplayEncoder(header).prelude());
    expect(replay.header.observationSpace).toMatchObject(names);
    expect(replay.header.policy).toEqual(policy);
  });

  test('a moment without what is not wanted of it', () => {
    const { decision, ...rest } = Replay.open(replayOf(cartPoleEpisode(3, { attention: 'noise' }))).moment(0, 1);
    const light = Replay.open(replayOf(cartPoleEpisode(3, { attention: 'noise' }))).moment(0, 1, {
      scene: false,
      attention: false,
    });
    expect(light).toEqual({ ...rest, scene: null, decision: { ...decision, attention: null } });
  });

  test('a replay without episodes', () => {
    const replay = Replay.open(replayOf());
    expect(replay.episodes).toEqual([]);
    expect(replay.complete).toBe(true);
  });

  test('every part of every moment, over several frames and episodes', () => {
    const episodes = [cartPoleEpisode(700, { seed: 1 }), cartPoleEpisode(3, { seed: 2 })];
    const replay = Replay.open(replayOf(...episodes));
    expect(replay.episodes).toEqual([
      { seed: 0, steps: 700, return: 700, terminated: false, truncated: true },
      { seed: 1, steps: 3, return: 3, terminated: false, truncated: true },
    ]);
    episodes.forEach((moments, episode) =>
      moments.forEach(({ observation, decision }, t) => {
        const found = replay.moment(episode, t);
        expect(found.observation).toEqual(observation);
        if (!decision || !found.decision) return expect(found.decision).toBe(decision);
        const { distribution, value, action, ...outcome } = decision;
        expect(found.decision).toMatchObject(outcome);
        expect([...(found.decision.action as Float32Array)]).toEqual(action);
        expect(found.decision.value).toBeCloseTo(value as number, 2);
        for (const [i, probability] of Array.from(distribution as Float32Array).entries())
          expect(found.decision.distribution?.[i]).toBeCloseTo(probability, 4);
      }),
    );
    expect(replay.rewards(1)).toEqual(new Float32Array(3).fill(1));
    expect(replay.values(0)?.[5]).toBe(replay.moment(0, 5).decision?.value);
  });

  const numbers = (length: number): fc.Arbitrary<number[]> =>
    fc.array(fc.float({ noNaN: true }), { minLength: length, maxLength: length });
  const anyDecision = fc.record({
    action: numbers(2),
    distribution: fc.constant(null),
    mask: fc.option(fc.array(fc.constantFrom(0, 1), { minLength: 3, maxLength: 3 })),
    value: fc.constant(null),
    attention: fc.constant(null),
    tokenAttention: fc.constant(null),
    reward: fc.double({ noNaN: true }),
    terminated: fc.boolean(),
    truncated: fc.boolean(),
    info: fc
      .dictionary(fc.string(), fc.jsonValue())
      .map((info) => JSON.parse(JSON.stringify(info)) as Decision['info']),
  });

  test('any observations, actions, masks, rewards and infos come back exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(numbers(3), anyDecision), { maxLength: 8 }), numbers(3), (steps, last) => {
        const moments: Moment[] = steps.map(([observation, decision]) => ({ observation, scene: null, decision }));
        moments.push({ observation: last, scene: null, decision: null });
        const read = momentsOf(Replay.open(replayOf(moments)))[0] as Moment[];
        const plain = read.map(({ observation, decision, scene }) => ({
          observation: Array.from(observation),
          scene,
          decision: decision && {
            ...decision,
            action: Array.from(decision.action),
            mask: decision.mask && Array.from(decision.mask),
          },
        }));
        expect(plain).toEqual(moments);
      }),
      { numRuns: 50 },
    );
  });

  test('values, masks, distributions and attention that only some decisions have', () => {
    const some = decisionOf({
      value: 2,
      distribution: [0.25, 0.75],
      mask: [1, 0],
      attention: new Array(16 * 65).fill(1 / 65),
    });
    const replay = Replay.open(replayOf(episodeOf([decisionOf(), some, decisionOf(), some])));
    expect(replay.moment(0, 2).decision).toMatchObject({
      value: null,
      distribution: null,
      mask: null,
      attention: null,
      tokenAttention: null,
    });
    expect(replay.values(0)).toEqual(Float32Array.of(NaN, 2, NaN, 2));
    for (const t of [1, 3]) {
      const { decision } = replay.moment(0, t);
      expect(decision).toMatchObject({
        value: 2,
        distribution: Float32Array.of(0.25, 0.75),
        mask: Uint8Array.of(1, 0),
      });
      expect(decision?.attention?.[100]).toBeCloseTo(1 / 65, 5);
    }
    expect(Replay.open(replayOf(episodeOf([decisionOf()]))).values(0)).toBeNull();
  });

  test('attention to tokens, beside attention to past steps and without, and what the tokens are', () => {
    const space = new Dict({ grid: new Box({ low: 0, high: 1, shape: [2, 3, 1] }), what: new Discrete(2) });
    const encoder = { heads: 2, tokens: tokensOf(space) };
    const tokenAttention = [...[0.5, 0, 0, 0.25, 0, 0, 0.25], ...new Array<number>(7).fill(1 / 7)];
    const attention = new Array<number>(4 * 16 * 65).fill(1 / 65);
    const decisions = [
      decisionOf({ tokenAttention }),
      decisionOf(),
      decisionOf({ attention }),
      decisionOf({ tokenAttention, attention }),
    ];
    const header = { ...CART_POLE_HEADER, observationSpace: space, policy: { kind: 'mlp', encoder } };
    const replay = Replay.open(encode(header, [episodeOf(decisions)]));
    expect(replay.header.policy?.encoder).toEqual(encoder);
    const found = decisions.map((_, t) => replay.moment(0, t).decision);
    expect(found.map((decision) => decision?.attention?.length)).toEqual([undefined, undefined, 4160, 4160]);
    expect(found.map((decision) => decision?.tokenAttention?.length)).toEqual([14, undefined, undefined, 14]);
    for (const t of [0, 3])
      tokenAttention.forEach((weight, i) => expect(found[t]?.tokenAttention?.[i]).toBeCloseTo(weight, 2));
  });

  test('a file of format 1', () => {
    const replay = Replay.open(readFileSync('test/fixtures/replay-version-1.gfr'));
    expect(replay.episodes.map(({ seed, steps, return: sum }) => [seed, steps, sum])).toEqual([
      [7, 5, 5],
      [8, 5, 5],
    ]);
    const { observation, scene, decision } = replay.moment(1, 4);
    expect(Array.from(observation)).toEqual([4]);
    expect(scene?.shapes[0]).toMatchObject({ kind: 'circle', x: 4.5 });
    expect(Array.from(decision?.attention ?? [])).toEqual(new Array(8).fill(0.25));
    expect(decision).toMatchObject({ reward: 1, terminated: true, tokenAttention: null, info: { success: true } });
  });

  test('what was given may change afterwards', () => {
    const observation = Float32Array.of(1);
    const scene: Scene = { width: 1, height: 1, shapes: [{ kind: 'circle', x: 0.5, y: 0.5, radius: 0.1 }] };
    const encoder = new ReplayEncoder(CART_POLE_HEADER);
    encoder.begin(1);
    encoder.add({ observation, scene, decision: null });
    observation[0] = 2;
    scene.shapes = [];
    const replay = Replay.open(joined(encoder.prelude(), encoder.finish()));
    expect(replay.moment(0, 0).observation[0]).toBe(1);
    expect(replay.moment(0, 0).scene?.shapes).toHaveLength(1);
  });
});
