import { describe, expect, test } from 'vitest';
import { openFirst, Replay } from '../../src/replay/format.ts';
import type { Moment } from '../../src/replay/format.ts';
import { FRAME, type Frame } from '../../src/replay/frames.ts';
import { scanFrames } from '../../src/replay/frameIndex.ts';
import { decodePrelude } from '../../src/replay/prelude.ts';
import { CART_POLE_HEADER, cartPoleEpisode } from './cartPoleMoments.ts';
import { encode } from './encode.ts';

/** A replay of episodes of so many steps, with its end or as it stands while it is written. */
function replayOf(lengths: number[], options: { finished?: boolean } = {}): Uint8Array {
  const episodes = lengths.map((steps, seed) => cartPoleEpisode(steps, { seed, attention: 'trained' }));
  return encode(CART_POLE_HEADER, episodes, options);
}

/** The frames of a type and an episode in a whole replay. */
function framesOf(bytes: Uint8Array, type: keyof typeof FRAME, episode: number): Frame[] {
  const { frames } = scanFrames(bytes, decodePrelude(bytes).length);
  return frames.filter((one) => one.type === FRAME[type] && one.episode === episode);
}

/** The bytes with some of a frame's zeroed: of its payload, or its head. */
function damaged(bytes: Uint8Array, { offset, length }: Frame, where: 'payload' | 'head'): Uint8Array {
  const copy = bytes.slice();
  if (where === 'payload') copy.fill(0, offset + length - 20, offset + length);
  else copy.fill(0, offset, offset + 8);
  return copy;
}

const LENGTHS = [1700, 600, 30];
const whole = replayOf(LENGTHS);
const unfinished = replayOf(LENGTHS, { finished: false });
const original = Replay.open(whole);

/** Whether a moment is shown as it was written. */
function isThere(replay: Replay, episode: number, t: number): boolean {
  try {
    expect(replay.moment(episode, t)).toEqual(original.moment(episode, t));
    return true;
  } catch (error) {
    if ((error as Error).name === 'ReplayError') return false;
    throw error;
  }
}

const middle = framesOf(whole, 'steps', 0)[1] as Frame;
const [first, last] = [middle.firstStep, middle.firstStep + middle.steps - 1];

describe.each(['with its index', 'without an index'])('a steps frame in the middle of an episode, %s', (kind) => {
  const bytes = kind === 'with its index' ? whole : unfinished;
  const ofHead = kind === 'with its index' ? 'its head is damaged' : 'they are not in the file';

  test.each(['payload', 'head'] as const)('damaged in its %s: all whole frames are shown, the gap is said', (where) => {
    const reason = where === 'payload' ? 'checksum does not match' : ofHead;
    const replay = Replay.open(damaged(bytes, middle, where));
    expect(replay.episodes.map(({ steps }) => steps)).toEqual(LENGTHS);
    expect(replay.losses(0).filter(({ part }) => part === 'steps')).toEqual([{ part: 'steps', first, last, reason }]);
    for (const t of [0, first - 1, last + 1, 1700]) expect(isThere(replay, 0, t), `step ${t}`).toBe(true);
    for (const t of [first, last]) expect(isThere(replay, 0, t), `step ${t}`).toBe(false);
    expect(() => replay.moment(0, first)).toThrow(
      `replay is corrupt: steps ${first} to ${last} of episode 1: ${reason}`,
    );
    expect(isThere(replay, 1, 0)).toBe(true);
    expect(replay.rewards(0)[first - 1]).toBe(1);
    expect(replay.rewards(0)[first]).toBeNaN();
    expect(replay.rewards(0)[last + 1]).toBe(1);
    expect(replay.complete).toBe(kind === 'with its index');
    expect(replay.damage).not.toBeNull();
  });
});

describe('what else can be damaged', () => {
  test('a frame of scenes: its steps are shown without a picture', () => {
    const scenes = framesOf(whole, 'scenes', 0)[1] as Frame;
    const replay = Replay.open(damaged(whole, scenes, 'payload'));
    const [lost, found] = [replay.moment(0, scenes.firstStep), replay.moment(0, scenes.firstStep - 1)];
    expect(lost).toEqual({ ...original.moment(0, scenes.firstStep), scene: null });
    expect(found.scene).not.toBeNull();
    expect(replay.losses(0)).toMatchObject([{ part: 'scenes', reason: 'checksum does not match' }]);
  });

  test('the first frame of scenes, which the others are packed with: no wrong picture is shown', () => {
    for (const bytes of [whole, unfinished]) {
      const replay = Replay.open(damaged(bytes, framesOf(whole, 'scenes', 0)[0] as Frame, 'payload'));
      expect(replay.moment(1, 5)).toEqual({ ...original.moment(1, 5), scene: null });
    }
  });

  test('a frame of attention: its steps are shown without it', () => {
    const frame = framesOf(whole, 'attention', 0)[0] as Frame;
    const replay = Replay.open(damaged(whole, frame, 'head'));
    const { decision, ...seen } = original.moment(0, 3);
    expect(replay.moment(0, 3)).toEqual({ ...seen, decision: { ...decision, attention: null } });
    expect(replay.damage).toBe(`attention of steps 0 to ${frame.steps - 1} of episode 1: its head is damaged`);
  });

  test('all of an episode: it is listed where the index tells of it, and left out otherwise', () => {
    const last = framesOf(whole, 'steps', 2)[0] as Frame;
    const listed = Replay.open(damaged(whole, last, 'payload'));
    expect(listed.episodes.map(({ steps }) => steps)).toEqual(LENGTHS);
    expect(listed.losses(2)).toMatchObject([{ part: 'steps', first: 0, last: 30 }]);
    const bytes = framesOf(whole, 'steps', 1).reduce((left, one) => damaged(left, one, 'head'), unfinished);
    expect(Replay.open(bytes).episodes.map(({ steps }) => steps)).toEqual([1700, 30]);
  });

  test('the index: the frames are looked for', () => {
    const bytes = whole.with(whole.length - 20, (whole[whole.length - 20] as number) ^ 1);
    const replay = Replay.open(bytes);
    expect(replay.complete).toBe(false);
    expect(replay.episodes.map(({ steps }) => steps)).toEqual(LENGTHS);
  });
});

describe('a file that is read in parts', () => {
  const END = 4096;
  const ends = { size: whole.length, start: whole.subarray(0, END), end: whole.subarray(-END) };
  const open = async (
    bytes: Uint8Array,
    place: { episode?: number; step?: number },
  ): Promise<{
    replay: Replay | null;
    read: number;
  }> => {
    let read = 0;
    const replay = await openFirst(
      { size: bytes.length, start: bytes.subarray(0, END), end: bytes.subarray(-END) },
      (offset, length) => {
        read += length;
        return Promise.resolve(bytes.subarray(offset, offset + length));
      },
      place,
    );
    return { replay, read };
  };
  const shown = (replay: Replay | null, episode: number, t: number): Moment | undefined => replay?.moment(episode, t);

  test('shows the place that it was opened at, and says of others that they are not read', async () => {
    const { replay, read } = await open(whole, { episode: 0, step: 1000 });
    expect(shown(replay, 0, 1000)).toEqual(original.moment(0, 1000));
    expect(replay?.episodes).toEqual(original.episodes);
    expect(read).toBeLessThan(whole.length / 2);
    expect(() => replay?.moment(1, 0)).toThrow(expect.objectContaining({ reason: 'unread' }) as Error);
    expect(replay?.losses(1)).toEqual([]);
  });

  test('a place beyond the end is the end', async () => {
    const { replay } = await open(whole, { episode: Infinity, step: Infinity });
    expect(shown(replay, 2, 30)).toEqual(original.moment(2, 30));
  });

  test('an index that is longer than the end is read too', async () => {
    const many = replayOf(Array.from({ length: 400 }, () => 1));
    const { replay } = await open(many, { episode: 200 });
    expect(replay?.episodes).toHaveLength(400);
    expect(shown(replay, 200, 0)).toEqual(Replay.open(many).moment(200, 0));
  });

  test('one without an index, or with a longer header, has to be read whole', async () => {
    expect((await open(unfinished, {})).replay).toBeNull();
    const cut = { ...ends, start: whole.subarray(0, 50) };
    expect(await openFirst(cut, () => Promise.reject(new Error('not asked for')))).toBeNull();
  });
});
