import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { Replay, REPLAY_VERSION, ReplayError } from '../../src/replay/format.ts';
import type { Moment } from '../../src/replay/format.ts';
import { encodeFrame, FRAME, frameAt, pack } from '../../src/replay/frames.ts';
import type { FrameType } from '../../src/replay/frames.ts';
import { decodePrelude } from '../../src/replay/prelude.ts';
import { CART_POLE_HEADER, cartPoleEpisode } from './cartPoleMoments.ts';
import { encodeParts, joined } from './encode.ts';
import { momentsOf } from './moments.ts';

/* A file that is cut, growing or broken. */

const episodes = [cartPoleEpisode(5, { seed: 1, attention: 'trained' }), cartPoleEpisode(4, { seed: 2 })];
const parts = encodeParts(CART_POLE_HEADER, episodes);
const bytes = joined(...parts);
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
    expect(isDeepStrictEqual(momentsOf(replay), whole.slice(0, expected)), `${length} bytes`).toBe(true);
    if (ends.includes(length)) expect(replay.damage).toBeNull();
    else if (replay.damage !== null) expect(replay.damage).toContain('is cut');
  }
});

test('while it grows, what has been flushed of an episode is there, but not the last outcome', () => {
  const moments = cartPoleEpisode(1200);
  const written = encodeParts(CART_POLE_HEADER, [moments]).slice(0, 2);
  const replay = Replay.open(joined(...written));
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
        return encodeFrame(head, packed ? joined(...meta, pack(content)) : content);
      });
      try {
        momentsOf(Replay.open(joined(bytes.subarray(0, start), ...written)));
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
        momentsOf(Replay.open(joined(bytes.subarray(0, start), mended, bytes.subarray(start + mended.length))));
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
