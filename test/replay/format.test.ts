import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CartPole } from '../../envs/classic/cartPole.ts';
import type { Scene } from '../../envs/scene.ts';
import { Box, Dict, Discrete } from '../../envs/spaces.ts';
import { tokensOf } from '../../envs/tokens.ts';
import { EXIT } from '../../src/errors.ts';
import { Replay, REPLAY_VERSION, ReplayEncoder, ReplayError } from '../../src/replay/format.ts';
import type { Decision, Moment, ReplayHeader } from '../../src/replay/format.ts';
import { encodeFrame, FRAME, frameAt, pack } from '../../src/replay/frames.ts';
import type { FrameType } from '../../src/replay/frames.ts';
import { decodePrelude } from '../../src/replay/prelude.ts';
import { CART_POLE_HEADER, cartPoleEpisode, repeatable } from './cartPoleMoments.ts';

/** A replay's bytes, in the parts that a writer would write. */
function partsOf(episodes: Moment[][], header: ReplayHeader = CART_POLE_HEADER): Uint8Array[] {
  const encoder = new ReplayEncoder(header);
  const parts: Uint8Array[] = [encoder.prelude()];
  episodes.forEach((moments, seed) => {
    encoder.begin(seed);
    for (const moment of moments) {
      const bytes = encoder.add(moment);
      if (bytes) parts.push(bytes);
    }
    parts.push(encoder.end());
  });
  parts.push(encoder.finish());
  return parts;
}

const replayOf = (...episodes: Moment[][]): Uint8Array => new Uint8Array(Buffer.concat(partsOf(episodes)));

/** All moments of a replay. */
function momentsOf(replay: Replay): Moment[][] {
  return replay.episodes.map(({ steps }, episode) =>
    Array.from({ length: steps + 1 }, (_, t) => replay.moment(episode, t)),
  );
}

/** All moments that a damaged replay still shows; what it does not must be a ReplayError. */
function tryToRead(bytes: Uint8Array): Moment[] {
  const orReplayError = <T>(read: () => T[]): T[] => {
    try {
      return read();
    } catch (error) {
      expect(error).toBeInstanceOf(ReplayError);
      return [];
    }
  };
  return orReplayError(() => {
    const replay = Replay.open(bytes);
    return replay.episodes.flatMap(({ steps }, episode) =>
      Array.from({ length: steps + 1 }, (_, t) => orReplayError(() => [replay.moment(episode, t)])).flat(),
    );
  });
}

/** Whether a moment is as it was written, but for what is lost of it. */
function isLessOrEqual(read: Moment, written: Moment): boolean {
  const { scene, decision } = read;
  const lost = {
    ...(scene === null && { scene }),
    decision: decision &&
      written.decision && {
        ...written.decision,
        ...(decision.attention === null && { attention: null }),
      },
  };
  return isDeepStrictEqual(read, { ...written, ...lost });
}

function decisionOf(overrides: Partial<Decision> = {}): Decision {
  const outcome = { reward: 0, terminated: false, truncated: false, info: {} };
  const says = { distribution: null, mask: null, value: null, attention: null, tokenAttention: null };
  return { action: [0], ...says, ...outcome, ...overrides };
}

/** An episode of these decisions, without scenes. */
function episodeOf(decisions: Decision[]): Moment[] {
  return [...decisions, null].map((decision, t) => ({ observation: [t], scene: null, decision }));
}

/** An episode of these scenes. */
const shown = (scenes: (Scene | null)[]): Moment[] =>
  scenes.map((scene, t) => ({ observation: [t], scene, decision: t < scenes.length - 1 ? decisionOf() : null }));

const scenesOf = (bytes: Uint8Array): (Scene | null)[] =>
  momentsOf(Replay.open(bytes)).flatMap((moments) => moments.map(({ scene }) => scene));

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
    const header = { ...CART_POLE_HEADER, observationSpace: space };
    const tokenAttention = [...[0.5, 0, 0, 0.25, 0, 0, 0.25], ...new Array<number>(7).fill(1 / 7)];
    const attention = new Array<number>(4 * 16 * 65).fill(1 / 65);
    const decisions = [
      decisionOf({ tokenAttention }),
      decisionOf(),
      decisionOf({ attention }),
      decisionOf({ tokenAttention, attention }),
    ];
    const writer = new ReplayEncoder({ ...header, policy: { kind: 'mlp', encoder } });
    const parts = [writer.prelude()];
    writer.begin(1);
    for (const moment of episodeOf(decisions)) writer.add(moment);
    const replay = Replay.open(new Uint8Array(Buffer.concat([...parts, writer.end(), writer.finish()])));
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
    const replay = Replay.open(new Uint8Array(Buffer.concat([encoder.prelude(), encoder.finish()])));
    expect(replay.moment(0, 0).observation[0]).toBe(1);
    expect(replay.moment(0, 0).scene?.shapes).toHaveLength(1);
  });
});

describe('scenes', () => {
  test('what stays comes back exactly, what moves within a ten-thousandth of the world', () => {
    const moments = cartPoleEpisode(600);
    const scenes = scenesOf(replayOf(moments));
    scenes.forEach((scene, t) => {
      const written = moments[t]?.scene as Scene;
      expect(scene?.shapes[0]).toEqual(written.shapes[0]);
      expect({ ...scene, shapes: [] }).toEqual({ ...written, shapes: [] });
      written.shapes.forEach((shape, i) => {
        for (const [name, content] of Object.entries(shape)) {
          const found = (scene?.shapes[i] as unknown as Record<string, unknown> | undefined)?.[name];
          if (typeof content === 'number') expect(Math.abs((found as number) - content)).toBeLessThan(4.8e-4 / 2);
          else expect(found).toEqual(content);
        }
      });
    });
  });

  test('shapes that come, go, change their order, text, colours, cells and number of points', () => {
    const cells = (t: number): number[] => Array.from({ length: 9 }, (_, i) => (i + t) % 4);
    const scenes: (Scene | null)[] = Array.from({ length: 12 }, (_, t) => {
      if (t === 5) return null;
      return {
        width: 8,
        height: 8,
        ...(t % 2 === 0 && { background: t < 6 ? '#000000' : '#ffffff' }),
        shapes: [
          ...Array.from({ length: t % 4 }, (__, i) => ({ kind: 'circle' as const, x: i, y: t, radius: 0.5 })),
          { kind: 'text', x: 1, y: 1, text: `score ${t} <b>`, size: 1, fill: '#123456', align: 'left' },
          {
            kind: 'line',
            id: 'path',
            points: Array.from({ length: 2 * t }, (__, i) => i),
            stroke: '#111111',
            strokeWidth: 1,
          },
          {
            kind: 'grid',
            x: 0,
            y: 0,
            columns: 3,
            rows: 3,
            cellSize: 1,
            cells: cells(t),
            palette: ['#000000', '#00ff00'],
          },
        ],
      };
    });
    expect(scenesOf(replayOf(shown(scenes), shown(scenes.toReversed())))).toEqual([...scenes, ...scenes.toReversed()]);
  });

  test('pixels come back exactly, and cost little where they stay', () => {
    const scenes = Array.from({ length: 100 }, (_, t): Scene => {
      const pixels = Array.from({ length: 64 * 64 * 3 }, (__, i) => (i * i) % 251);
      pixels[3 * t] = 255;
      return {
        width: 64,
        height: 64,
        shapes: [{ kind: 'image', x: 0, y: 0, width: 64, height: 64, columns: 64, rows: 64, pixels }],
      };
    });
    const bytes = replayOf(shown(scenes));
    expect(scenesOf(bytes)).toEqual(scenes);
    expect(bytes.length / 100).toBeLessThan(1000); // of 12 288
  });
});

describe('size', () => {
  const bytesAStep = (attention: 'trained' | 'noise' | null, steps = 500): number => {
    const episodes = [1, 2].map((seed) => cartPoleEpisode(steps, { seed, attention }));
    return replayOf(...episodes).length / (episodes.length * steps);
  };

  test('a step of CartPole-v1 as it is drawn takes at most 25 bytes, all in', () => {
    const env = new CartPole();
    const random = repeatable(1);
    const episodes = [1, 2, 3].map((seed) => {
      let { observation } = env.reset({ seed });
      return Array.from({ length: 501 }, (_, t): Moment => {
        const [x, v, angle, spin] = observation as [number, number, number, number];
        const right = 1 / (1 + Math.exp(-32 * angle - 8 * spin - 1.6 * v - 0.8 * x));
        const action = Number(random() < right);
        const moment = { observation, scene: env.draw() };
        if (t === 500) return { ...moment, decision: null };
        const result = env.step(action);
        observation = result.observation;
        const weights = { attention: null, tokenAttention: null };
        const says = { distribution: [1 - right, right], value: 90 + 10 * random(), mask: null, ...weights };
        return { ...moment, decision: { action: [action], ...says, ...result } };
      });
    });
    expect(replayOf(...episodes).length / 1500).toBeLessThan(25);
  });

  test('a step of a trained agent in a small scene takes at most 25 bytes, in shorter episodes too', () => {
    expect(bytesAStep(null)).toBeLessThan(25);
    expect(bytesAStep(null, 200)).toBeLessThan(25);
  });

  test('a step with attention of 16 heads over 64 steps takes at most 450 bytes, even when it is noise', () => {
    expect(bytesAStep('trained')).toBeLessThan(450);
    expect(bytesAStep('noise')).toBeLessThan(450);
  });
});

describe('a file that is cut, growing or broken', () => {
  const episodes = [cartPoleEpisode(5, { seed: 1, attention: 'trained' }), cartPoleEpisode(4, { seed: 2 })];
  const parts = partsOf(episodes);
  const bytes = replayOf(...episodes);
  const whole = momentsOf(Replay.open(bytes));

  test('cut at any byte, it opens with all whole frames, or says that its header is cut', () => {
    const ends = [parts[0], parts[1], parts[2]].map((_, i) => Buffer.concat(parts.slice(0, i + 1)).length);
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      if (length < (ends[0] as number)) {
        const reason = length < 3 ? 'not-a-replay' : 'corrupt';
        expect(() => Replay.open(cut)).toThrow(expect.objectContaining({ reason }) as Error);
        continue;
      }
      const replay = Replay.open(cut);
      const expected = ends.filter((end) => end <= length).length - 1;
      expect(replay.complete).toBe(false);
      expect(replay.episodes).toHaveLength(expected);
      expect(momentsOf(replay)).toEqual(whole.slice(0, expected));
      if (ends.includes(length)) expect(replay.damage).toBeNull();
      else if (replay.damage !== null) expect(replay.damage).toContain('is cut');
    }
  });

  test('while it grows, what has been flushed of an episode is there, but not the last outcome', () => {
    const moments = cartPoleEpisode(1200);
    const written = partsOf([moments]).slice(0, 2);
    const replay = Replay.open(new Uint8Array(Buffer.concat(written)));
    expect(replay.complete).toBe(false);
    expect(replay.damage).toBeNull();
    expect(replay.episodes).toEqual([{ seed: 0, steps: 511, return: 511, terminated: false, truncated: false }]);
    expect(replay.moment(0, 510).decision?.reward).toBe(1);
    expect(replay.moment(0, 511).decision).toBeNull();
    expect(replay.rewards(0)).toHaveLength(511);
  });

  test('with any byte flipped, nothing wrong is ever shown: it is whole, less, or a ReplayError', () => {
    for (let at = 0; at < bytes.length; at++) {
      const damaged = tryToRead(bytes.with(at, (bytes[at] as number) ^ (1 << (at % 8))));
      for (const moment of damaged)
        expect(
          whole.flat().some((written) => isLessOrEqual(moment, written)),
          `byte ${at}`,
        ).toBe(true);
    }
  });

  test('a damaged frame is an error that says where, and the others are still shown', () => {
    const last = (parts[0]?.length ?? 0) + (parts[1]?.length ?? 0) - 1;
    const damaged = bytes.with(last, (bytes[last] as number) ^ 1);
    const replay = Replay.open(damaged);
    expect(() => replay.moment(0, 0)).toThrow('replay is corrupt: steps 0 to 5 of episode 1: checksum does not match');
    expect(replay.moment(1, 2)).toEqual(whole[1]?.[2]);
  });

  test('frames of any content with a right checksum are read or are a ReplayError', () => {
    const start = decodePrelude(bytes).length;
    const anyFrame = fc.record({
      type: fc.constantFrom<FrameType>(...Object.values(FRAME)),
      steps: fc.nat(5),
      firstStep: fc.nat(1),
      episode: fc.nat(1),
      content: fc.oneof(fc.uint8Array(), fc.constant(new Uint8Array(0))),
      packed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 3 }), (frames) => {
        const written = frames.map(({ content, packed, ...head }) => {
          const meta = head.type === FRAME.steps ? [new Uint8Array(17)] : [];
          return encodeFrame(head, packed ? new Uint8Array(Buffer.concat([...meta, pack(content)])) : content);
        });
        try {
          momentsOf(Replay.open(new Uint8Array(Buffer.concat([bytes.subarray(0, start), ...written]))));
        } catch (error) {
          expect(error).toBeInstanceOf(ReplayError);
        }
      }),
    );
  });

  test('damaged columns under a right checksum are read or are a ReplayError', () => {
    const start = decodePrelude(bytes).length;
    const frame = frameAt(bytes, start);
    if (typeof frame === 'string') throw new Error(frame);
    fc.assert(
      fc.property(fc.nat(frame.length - 22), fc.nat(255), (at, byte) => {
        const payload = bytes.slice(start + 21, start + frame.length).with(at, byte);
        const mended = encodeFrame(frame, payload);
        try {
          momentsOf(
            Replay.open(
              new Uint8Array(Buffer.concat([bytes.subarray(0, start), mended, bytes.subarray(start + mended.length)])),
            ),
          );
        } catch (error) {
          expect(error).toBeInstanceOf(ReplayError);
        }
      }),
    );
  });

  test('any other bytes are not a replay', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (other) => {
        expect(() => Replay.open(other)).toThrow(ReplayError);
      }),
    );
    const notOne = expect.objectContaining({ reason: 'not-a-replay', exitCode: EXIT.file }) as Error;
    expect(() => Replay.open(new TextEncoder().encode('{"a":1}'))).toThrow(notOne);
  });

  test('a newer version says so, and what to do', () => {
    const newer = bytes.with(3, REPLAY_VERSION + 1);
    expect(() => Replay.open(newer)).toThrow(expect.objectContaining({ reason: 'newer-version' }) as Error);
    expect(() => Replay.open(newer)).toThrow(
      `replay of format ${REPLAY_VERSION + 1}, this gymformer reads up to ${REPLAY_VERSION}: update`,
    );
  });
});

describe('misuse', () => {
  test('moments and episodes that are not there are a RangeError that says what is', () => {
    const replay = Replay.open(replayOf(cartPoleEpisode(3)));
    expect(() => replay.moment(0, 4)).toThrow('step 4 of episode 0, which has steps 0 to 3');
    expect(() => replay.moment(0, 0.5)).toThrow(RangeError);
    expect(() => replay.moment(1, 0)).toThrow('episode 1 of a replay that has 1');
    expect(() => replay.rewards(-1)).toThrow(RangeError);
  });

  test('an episode begins, takes moments until the last, and ends, in that order', () => {
    const encoder = new ReplayEncoder(CART_POLE_HEADER);
    const [moment, last] = cartPoleEpisode(1) as [Moment, Moment];
    expect(() => encoder.add(moment)).toThrow('no episode has begun');
    expect(() => encoder.end()).toThrow('no episode has begun');
    encoder.begin(1);
    expect(() => encoder.begin(2)).toThrow('has not been ended');
    encoder.add(moment);
    encoder.add(last);
    expect(() => encoder.add(moment)).toThrow('the last moment, without a decision, has been added');
  });

  test('a part that changes its length is named', () => {
    const encoder = new ReplayEncoder(CART_POLE_HEADER);
    encoder.begin(1);
    encoder.add({ observation: [1, 2], scene: null, decision: null });
    encoder.end();
    encoder.begin(2);
    encoder.add({ observation: [1, 2], scene: null, decision: decisionOf({ distribution: [1, 0] }) });
    expect(() => encoder.add({ observation: [1], scene: null, decision: null })).toThrow(
      'observation has 1 numbers, in the steps before it had 2',
    );
  });

  test('an episode that is ended early keeps its moments, one without any leaves no trace', () => {
    const encoder = new ReplayEncoder(CART_POLE_HEADER);
    const parts = [encoder.prelude()];
    encoder.begin(1);
    parts.push(encoder.end());
    encoder.begin(2);
    for (const moment of cartPoleEpisode(10).slice(0, 4)) encoder.add(moment);
    parts.push(encoder.finish());
    const { episodes, complete } = Replay.open(new Uint8Array(Buffer.concat(parts)));
    expect({ episodes, complete }).toEqual({
      episodes: [{ seed: 2, steps: 3, return: 3, terminated: false, truncated: false }],
      complete: true,
    });
  });
});
