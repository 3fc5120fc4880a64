import { crc32, ByteReader, ByteWriter } from '../../src/replay/bytes.ts';
import { encodeIndex, scanFrames } from '../../src/replay/frameIndex.ts';
import { dictionaryOf, encodeFrame, FRAME, FRAME_HEAD_BYTES, pack, unpack } from '../../src/replay/frames.ts';
import type { Frame } from '../../src/replay/frames.ts';
import type { EpisodeSummary } from '../../src/replay/format.ts';
import { decodePrelude } from '../../src/replay/prelude.ts';
import { joined } from './encode.ts';

/*
 * Replays that went wrong: as disks and networks leave them, where checksums tell, and as nobody but an attacker would
 * write them, broken within and right in every checksum.
 */

/** Draws a number from 0 to 1. */
type Random = () => number;

/** Before the JSON of a prelude: magic, version, length, checksum. */
const PRELUDE_HEAD_BYTES = 12;
/** Before the packed content of a steps frame: seed, return, flags. */
const STEPS_META_BYTES = 17;
const ODD_NUMBERS = [0, -1, 0.5, 1e9, 2 ** 31, 1e300, -1e300, null] as const;

/** A copy of some bytes with one thing wrong: flipped, zeroed, cut out, cut off, doubled or put in. */
export function disturb(bytes: Uint8Array, random: Random): Uint8Array {
  const at = Math.floor(random() * bytes.length);
  const count = 1 + Math.floor(random() * Math.min(64, bytes.length));
  const [before, some, after] = [bytes.subarray(0, at), bytes.subarray(at, at + count), bytes.subarray(at + count)];
  const noise = Uint8Array.from({ length: count }, () => Math.floor(256 * random()));
  const changes = [
    () => [before, some.map((byte, i) => (i === 0 ? byte ^ (1 << Math.floor(8 * random())) : byte)), after],
    () => [before, some.map(() => 0), after],
    () => [before, some.map(() => 255), after],
    () => [before, noise.subarray(0, some.length), after],
    () => [before, after],
    () => [before],
    () => [before, some, some, after],
    () => [before, noise, some, after],
  ];
  return joined(...pick(changes, random)());
}

/** A replay with one of its frames disturbed within, its checksum made right, and the index made to fit. */
export function disturbWithin(replay: Uint8Array, random: Random): Uint8Array {
  const { frames, episodes, prelude } = takeApart(replay);
  const chosen = Math.floor(random() * frames.length);
  let dictionary: Uint8Array | undefined;
  const encoded = frames.map(({ head, payload }, i) => {
    const [meta, packed] = head.type === FRAME.steps ? split(payload, STEPS_META_BYTES) : split(payload, 0);
    const used = head.type === FRAME.scenes ? dictionary : undefined;
    const content = unpack(packed, used);
    if (head.type === FRAME.scenes) dictionary ??= dictionaryOf(content);
    if (i !== chosen) return encodeFrame(head, payload);
    return encodeFrame(head, joined(meta, pack(disturb(content, random), used)));
  });
  return putTogether(prelude, encoded, frames, episodes);
}

/** A replay whose frames claim to tell of other steps and episodes than they do. */
export function disturbHeads(replay: Uint8Array, random: Random): Uint8Array {
  const { frames, episodes, prelude } = takeApart(replay);
  const chosen = Math.floor(random() * frames.length);
  const heads = frames.map(({ head, payload }, i) => {
    const field = pick(['firstStep', 'steps', 'episode', 'type'] as const, random);
    const value = pick([0, 1, 2, 5, 511, 65_536, 2 ** 24, 2 ** 32 - 1], random);
    return { head: i === chosen ? { ...head, [field]: value } : head, payload };
  });
  const encoded = heads.map(({ head, payload }) => encodeFrame(head, payload));
  return putTogether(prelude, encoded, heads, random() < 0.5 ? episodes : null);
}

/** A replay with something else in its header, or without it. */
export function disturbHeader(replay: Uint8Array, random: Random): Uint8Array {
  const { length } = decodePrelude(replay);
  const json: unknown = JSON.parse(new TextDecoder().decode(replay.subarray(PRELUDE_HEAD_BYTES, length)));
  return withHeader(replay, JSON.stringify(disturbValue(json, random)));
}

/** The replay with another header in front. */
export function withHeader(replay: Uint8Array, json: string): Uint8Array {
  const { length } = decodePrelude(replay);
  const text = new TextEncoder().encode(json);
  const head = new ByteWriter().raw(replay.subarray(0, 4)).u32(text.length).u32(crc32(text)).finish();
  return joined(head, text, replay.subarray(length));
}

function disturbValue(value: unknown, random: Random): unknown {
  const isInner = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isInner || random() < 0.15)
    return pick([...ODD_NUMBERS, '<img src=x onerror=alert(1)>', [], {}, [[]], 'x'.repeat(1000), true], random);
  const key = pick(Object.keys(value), random);
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  const inner = copy as Record<string, unknown>;
  if (random() < 0.15) delete inner[key];
  else inner[key] = disturbValue(inner[key], random);
  return copy;
}

interface TakenApart {
  prelude: Uint8Array;
  frames: { head: Frame; payload: Uint8Array }[];
  episodes: EpisodeSummary[];
}

function takeApart(replay: Uint8Array): TakenApart {
  const { length } = decodePrelude(replay);
  const found = scanFrames(replay, length).frames.filter(({ type }) => type !== FRAME.index);
  const frames = found.map((head) => ({
    head,
    payload: replay.subarray(head.offset + FRAME_HEAD_BYTES, head.offset + head.length),
  }));
  const count = Math.max(...found.map(({ episode }) => episode)) + 1;
  const episodes = Array.from({ length: count }, (_, episode) => {
    const steps = found.filter((frame) => frame.episode === episode && frame.type === FRAME.steps);
    const moments = steps.reduce((sum, frame) => sum + frame.steps, 0);
    return { seed: episode, steps: moments - 1, return: 0, terminated: true, truncated: false };
  });
  return { prelude: replay.subarray(0, length), frames, episodes };
}

/** @param episodes for the index; null leaves it out */
function putTogether(
  prelude: Uint8Array,
  encoded: Uint8Array[],
  frames: readonly { head: Frame }[],
  episodes: EpisodeSummary[] | null,
): Uint8Array {
  let offset = prelude.length;
  const listed = frames.map(({ head }, i): Frame => {
    const { length } = encoded[i] as Uint8Array;
    offset += length;
    return { ...head, offset: offset - length, length };
  });
  return joined(prelude, ...encoded, episodes ? encodeIndex({ frames: listed, episodes }) : new Uint8Array());
}

function split(bytes: Uint8Array, at: number): [Uint8Array, Uint8Array] {
  const input = new ByteReader(bytes);
  return [input.raw(at), input.raw(input.remaining)];
}

function pick<T>(choices: readonly T[], random: Random): T {
  return choices[Math.floor(random() * choices.length)] as T;
}
