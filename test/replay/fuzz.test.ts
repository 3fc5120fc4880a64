import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../src/replay/bytes.ts';
import { encodeColumns } from '../../src/replay/columns.ts';
import { Replay, ReplayError } from '../../src/replay/format.ts';
import type { Moment } from '../../src/replay/format.ts';
import { encodeFrame, FRAME, pack, unpack } from '../../src/replay/frames.ts';
import type { FrameHead } from '../../src/replay/frames.ts';
import { decodePrelude } from '../../src/replay/prelude.ts';
import { encodeStepsPayload, StepsBuffer } from '../../src/replay/stepsFrame.ts';
import { cartPoleEpisode, repeatable } from './cartPoleMoments.ts';
import { replayOf } from './moments.ts';
import { disturb, disturbHeader, disturbHeads, disturbWithin, withHeader } from './mutations.ts';

/** No episode is listed as longer: what a page makes for every step stays within its memory. */
const MOST_STEPS = 2 ** 23;
const LOOKED_AT = 12; // moments of an episode, besides its ends

const replay = replayOf(
  cartPoleEpisode(6, { seed: 1, attention: 'trained' }),
  cartPoleEpisode(520, { seed: 2 }),
  cartPoleEpisode(3, { seed: 3 }),
);

/** Looks at a replay as a viewer does. Whatever it cannot give is a ReplayError, and nothing else. */
function look(bytes: Uint8Array): void {
  const opened = orReplayError(() => Replay.open(bytes));
  opened?.episodes.forEach(({ steps }, episode) => {
    expect(steps).toBeLessThan(MOST_STEPS);
    const between = Array.from({ length: LOOKED_AT }, (_, i) => Math.floor((i * steps) / LOOKED_AT));
    for (const t of new Set([...between, steps])) orReplayError(() => opened.moment(episode, t));
    expect(opened.rewards(episode)).toHaveLength(steps);
    opened.values(episode);
    for (const { first, last } of opened.losses(episode)) expect(first).toBeLessThanOrEqual(last);
  });
}

function orReplayError<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(ReplayError);
    return null;
  }
}

describe('a replay that went wrong is read as far as it is one, or is a ReplayError', () => {
  test.each([
    ['anywhere in its bytes', disturb],
    ['within a frame whose checksum is right', disturbWithin],
    ['in what its frames say of themselves', disturbHeads],
    ['in its header', disturbHeader],
  ])('%s', (_, mutate) => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 3 }), (seed, times) => {
        const random = repeatable(seed);
        let bytes = mutate(replay, random);
        for (let i = 1; i < times; i++) bytes = disturb(bytes, random);
        look(bytes);
      }),
      { seed: 1, numRuns: 400 },
    );
  });
});

const CELLS = { kind: 'cells', name: '', offset: 0, size: 4, shape: [2, 2] };

describe('a few bytes cannot ask for all memory', () => {
  const start = replay.subarray(0, decodePrelude(replay).length);
  const head: FrameHead = { type: FRAME.steps, firstStep: 0, steps: 2 ** 16, episode: 0 };
  const meta = { seed: 0, returnBefore: 0, terminated: false, truncated: false, lastMoment: false };
  const file = (...frames: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat([start, ...frames]));
  /** A table of one number, over and over: two bytes a column. */
  const tables = (out: ByteWriter, widths: number[]): ByteWriter => {
    for (const width of widths) encodeColumns(out.u32(width), new Array<number>(width).fill(0), width);
    return out;
  };

  test('by saying that they inflate to it', () => {
    const bomb = new ByteWriter()
      .u32(2 ** 26)
      .raw(new Uint8Array(100))
      .finish();
    expect(() => unpack(bomb)).toThrow('claims to inflate to 67108864 bytes');
  });

  test('by columns that never change', () => {
    const content = new ByteWriter();
    encodeColumns(content, new Array<number>(9).fill(0), 9);
    content.text('[{}]');
    tables(content, [200, 200, 200, 200]);
    const opened = Replay.open(file(encodeFrame(head, encodeStepsPayload(meta, content.finish()))));
    expect(() => opened.moment(0, 0)).toThrow('numbers in one frame are too many');
  });

  test.each([
    ['slots', { strings: [], slots: new Array(2000).fill({ fields: [['x', 'number', null]] }), layouts: [[]] }],
    ['fields', { strings: [], slots: [{ fields: [['x', 'number', 2 ** 30]] }], layouts: [[0]] }],
    [
      'fields that cancel out',
      {
        strings: [],
        slots: [
          {
            fields: [
              ['x', 'number', 2 ** 30],
              ['y', 'number', -(2 ** 30)],
            ],
          },
        ],
        layouts: [[0]],
      },
    ],
    ['shapes', { strings: [], slots: [{ fields: [] }], layouts: [new Array(2 ** 17).fill(0)] }],
  ])('by a scene of many %s', (_, keyframe) => {
    const scenes = new ByteWriter().text(JSON.stringify(keyframe));
    encodeColumns(scenes, [0], 1);
    const steps = new StepsBuffer();
    steps.add({ observation: [0], scene: null, decision: null });
    const payload = encodeStepsPayload({ ...meta, lastMoment: true }, steps.encode());
    const opened = Replay.open(
      file(
        encodeFrame({ ...head, type: FRAME.scenes }, pack(scenes.finish())),
        encodeFrame({ ...head, steps: 1 }, payload),
      ),
    );
    expect(opened.moment(0, 0).scene).toBeNull();
    expect(opened.losses(0)).toMatchObject([{ part: 'scenes' }]);
  });

  test('by attention of many heads', () => {
    const rows = new ByteWriter()
      .u32(2 ** 31)
      .u32(2 ** 31)
      .u8(0)
      .finish();
    const steps = new StepsBuffer();
    const [moment, last] = cartPoleEpisode(1, { attention: 'trained' }) as [Moment, Moment];
    steps.add(moment);
    steps.add(last);
    const payload = encodeStepsPayload({ ...meta, lastMoment: true }, steps.encode());
    const two = { ...head, steps: 2 };
    const frames = [encodeFrame({ ...two, type: FRAME.attention }, pack(rows)), encodeFrame(two, payload)];
    expect(Replay.open(file(...frames)).moment(0, 0).decision?.attention).toBeNull();
  });

  test('by steps and episodes that are far away', () => {
    const payload = encodeStepsPayload(meta, new Uint8Array(100));
    for (const far of [{ firstStep: 2 ** 31 }, { episode: 2 ** 31 }]) {
      const opened = Replay.open(file(encodeFrame({ ...head, steps: 1, ...far }, payload)));
      expect(opened.episodes.length).toBeLessThanOrEqual(1);
      for (const { steps } of opened.episodes) expect(steps).toBeLessThan(MOST_STEPS);
    }
  });

  test.each<[string, object]>([
    ['choices', { actionSpace: { kind: 'discrete', n: 1e9, start: 0 } }],
    ['switches', { observationSpace: { kind: 'multiBinary', n: 1e9 } }],
    ['letters', { observationSpace: { kind: 'text', maxLength: 1e9, characters: 'a' } }],
    ['numbers', { observationSpace: { kind: 'box', shape: [1e6, 1e6], low: 0, high: 1, dtype: 'float32' } }],
    [
      'parts',
      { observationSpace: { kind: 'tuple', spaces: new Array(5000).fill({ kind: 'discrete', n: 2, start: 0 }) } },
    ],
    ['layers', { policy: { kind: 'transformer', layers: 1e6, heads: 1 } }],
    ['heads', { policy: { kind: 'mlp', encoder: { heads: 1e9, tokens: [] } } }],
    ['tokens', { policy: { kind: 'mlp', encoder: { heads: 1, tokens: [{ ...CELLS, tokens: 1e9 }] } } }],
  ])('by a header with many %s', (_, many) => expectRefused(many));
});

test.each([{ environment: 7 }, { run: {} }, { step: 'many' }, { policy: { kind: 'mlp', layers: -1 } }])(
  'a header with %j is one that is damaged',
  (wrong) => expectRefused(wrong),
);

function expectRefused(header: object): void {
  const { length } = decodePrelude(replay);
  const json = JSON.parse(new TextDecoder().decode(replay.subarray(12, length))) as object;
  const bytes = withHeader(replay, JSON.stringify({ ...json, ...header }));
  expect(() => Replay.open(bytes)).toThrow(expect.objectContaining({ reason: 'corrupt' }) as Error);
}
