import { deflateSync, inflateSync } from 'fflate';
import { ByteReader, ByteWriter, crc32 } from './bytes.ts';

/**
 * What a frame holds. Attention, to past steps and to an observation's tokens, and scenes stand before the steps they
 * belong to, so that a whole step has its own.
 */
export const FRAME = { steps: 1, scenes: 2, attention: 3, index: 4, tokenAttention: 5 } as const;
export type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** type u8, length u32, crc32 u32, firstStep u32, steps u32, episode u32 */
export const FRAME_HEAD_BYTES = 21;
const CRC_OFFSET = 5;
const STEPS_OFFSET = 13;
/** Inflated, in bytes: more than any frame of ours, so that a broken file cannot ask for all memory. */
const INFLATED_LIMIT = 2 ** 26;
/** What a byte can inflate to at most: deflate has no shorter way to write more. */
const MOST_INFLATION = 1032;
const MOMENT_LIMIT = 2 ** 16;
/** Deflate looks back no further. */
const WINDOW_BYTES = 2 ** 15;

/** Some moments of one episode, in one of the four tellings of a replay; or the index. */
export interface FrameHead {
  type: FrameType;
  firstStep: number;
  /** Moments in the frame. */
  steps: number;
  episode: number;
}

/** Where in a file a frame lies. */
export interface Frame extends FrameHead {
  /** Of its head. */
  offset: number;
  /** In bytes, head included. */
  length: number;
}

export function encodeFrame({ type, firstStep, steps, episode }: FrameHead, payload: Uint8Array): Uint8Array {
  const out = new ByteWriter().u8(type).u32(payload.length).u32(0).u32(firstStep).u32(steps).u32(episode).raw(payload);
  const bytes = out.finish();
  new DataView(bytes.buffer).setUint32(CRC_OFFSET, checksum(bytes), true);
  return bytes;
}

/** The frame at `offset`, or what is wrong with it. Its checksum is not looked at. */
export function frameAt(bytes: Uint8Array, offset: number): Frame | string {
  if (offset + FRAME_HEAD_BYTES > bytes.length) return 'is cut';
  const input = new ByteReader(bytes.subarray(offset, offset + FRAME_HEAD_BYTES));
  const type = input.u8() as FrameType;
  const length = FRAME_HEAD_BYTES + input.u32();
  input.u32();
  const frame = { type, firstStep: input.u32(), steps: input.u32(), episode: input.u32(), offset, length };
  if (!Object.values(FRAME).includes(type)) return `has the unknown type ${type}`;
  if (offset + length > bytes.length) return 'is cut';
  if (frame.steps > MOMENT_LIMIT || (frame.steps === 0 && type !== FRAME.index))
    return `claims to hold ${frame.steps} steps`;
  return frame;
}

/**
 * @param frame  the bytes of a whole frame, head included
 * @returns      its payload
 * @throws RangeError when its checksum does not match
 */
export function payloadOf(frame: Uint8Array): Uint8Array {
  const stored = new DataView(frame.buffer, frame.byteOffset).getUint32(CRC_OFFSET, true);
  if (checksum(frame) !== stored) throw new RangeError('checksum does not match');
  return frame.subarray(FRAME_HEAD_BYTES);
}

/**
 * Whether a frame may begin at `offset`: quicker than `frameAt`, for looking at every byte of a file. A frame's type, and
 * the high bytes of its number of steps, leave few places.
 */
export function mayBeginFrame(bytes: Uint8Array, offset: number): boolean {
  const type = bytes[offset] as number;
  if (type === 0 || type > FRAME.tokenAttention) return false;
  return bytes[offset + STEPS_OFFSET + 3] === 0 && (bytes[offset + STEPS_OFFSET + 2] as number) <= 1;
}

/** Deflates after its length. `dictionary`: bytes that are likely to come again. */
export function pack(bytes: Uint8Array, dictionary?: Uint8Array): Uint8Array {
  const deflated = deflateSync(bytes, { level: 6, ...(dictionary && { dictionary }) });
  return new ByteWriter().u32(bytes.length).raw(deflated).finish();
}

/**
 * Inflates what `pack` made.
 *
 * @throws Error when it is not that
 */
export function unpack(packed: Uint8Array, dictionary?: Uint8Array): Uint8Array {
  const input = new ByteReader(packed);
  const length = input.u32();
  if (length > Math.min(INFLATED_LIMIT, MOST_INFLATION * input.remaining))
    throw new RangeError(`claims to inflate to ${length} bytes`);
  const out = new Uint8Array(length);
  const bytes = inflateSync(input.raw(input.remaining), { out, ...(dictionary && { dictionary }) });
  if (bytes.length !== length) throw new RangeError(`inflates to ${bytes.length} bytes, wanted ${length}`);
  return bytes;
}

/** The part of a frame's content that serves as dictionary for later frames. */
export function dictionaryOf(content: Uint8Array): Uint8Array {
  return content.slice(0, WINDOW_BYTES);
}

function checksum(frame: Uint8Array): number {
  return crc32(frame.subarray(CRC_OFFSET + 4), crc32(frame.subarray(0, CRC_OFFSET)));
}
