import { ByteReader, ByteWriter } from './bytes.ts';
import { decodeColumns, encodeColumns } from './columns.ts';
import type { FileBytes } from './fileBytes.ts';
import { encodeFrame, FRAME, FRAME_HEAD_BYTES, frameAt, mayBeginFrame, pack, payloadOf, unpack } from './frames.ts';
import type { Frame, FrameType } from './frames.ts';
import type { EpisodeSummary } from './moment.ts';
import { type BrokenFrame, EPISODE_MOMENTS, partOf } from './storedEpisode.ts';

/** What a file ends with, after the length u32 of the index. */
const MAGIC = new TextEncoder().encode('GFRI');
const TAIL_BYTES = 4 + MAGIC.length;
/** Of a broken file's bytes, how often each may be looked at in search of whole frames. */
const SEARCHED_SHARE = 8;
const FRAME_WIDTH = 6;
const EPISODE_WIDTH = 5;

/** All that a replay holds, without its numbers. */
export interface Contents {
  frames: readonly Frame[];
  episodes: readonly EpisodeSummary[];
}

/** The end of a file. */
export function encodeIndex({ frames, episodes }: Contents): Uint8Array {
  const content = new ByteWriter().u32(frames.length).u32(episodes.length);
  const frameRows = frames.map(({ type, offset, length, firstStep, steps, episode }) => {
    return [type, offset, length, firstStep, steps, episode];
  });
  const episodeRows = episodes.map(({ seed, steps, return: sum, terminated, truncated }) => {
    return [seed, steps, sum, Number(terminated), Number(truncated)];
  });
  encodeColumns(content, frameRows.flat(), FRAME_WIDTH);
  encodeColumns(content, episodeRows.flat(), EPISODE_WIDTH);
  const index = encodeFrame({ type: FRAME.index, firstStep: 0, steps: 0, episode: 0 }, pack(content.finish()));
  return new ByteWriter().raw(index).u32(index.length).raw(MAGIC).finish();
}

/** Where the index of a file begins; null when its end is not here, or names none. */
export function indexOffset(file: FileBytes): number | null {
  const tail = file.slice(file.length - TAIL_BYTES, TAIL_BYTES);
  if (!tail || MAGIC.some((byte, i) => tail[4 + i] !== byte)) return null;
  const offset = file.length - TAIL_BYTES - new ByteReader(tail).u32();
  return offset >= 0 ? offset : null;
}

/** The index at the end of a file; null when the file does not end with a sound one, or it is not here. */
export function readIndex(file: FileBytes): Contents | null {
  const offset = indexOffset(file);
  const bytes = offset === null ? null : file.slice(offset, file.length - TAIL_BYTES - offset);
  const frame = bytes && frameAt(bytes, 0);
  if (!bytes || !frame || typeof frame === 'string' || frame.type !== FRAME.index) return null;
  try {
    const contents = decodeContents(unpack(payloadOf(bytes)), file.length / FRAME_HEAD_BYTES);
    return isSound(contents, offset as number) ? contents : null;
  } catch {
    return null; // Without an index, the frames themselves are looked for.
  }
}

/** Whether the frames lie one after the other in the file, and tell all moments of all episodes. */
function isSound({ frames, episodes }: Contents, end: number): boolean {
  const moments = episodes.map(() => 0);
  let next = 0;
  for (const frame of frames) {
    const { type, offset, length, firstStep, steps, episode } = frame;
    const numbers = [offset, length, firstStep, steps, episode];
    if (!numbers.every((number) => Number.isSafeInteger(number) && number >= 0)) return false;
    if (!partOf(frame) || steps === 0 || offset < next || offset + length > end || !episodes[episode]) return false;
    next = offset + length;
    if (type !== FRAME.steps) continue;
    if (firstStep !== moments[episode]) return false;
    moments[episode] = firstStep + steps;
  }
  return episodes.every(({ steps }, episode) => steps + 1 === moments[episode] && steps < EPISODE_MOMENTS);
}

/** The frames of an index that are as it says, and those that are not. */
export function checkFrames(bytes: Uint8Array, listed: readonly Frame[]): { frames: Frame[]; broken: BrokenFrame[] } {
  const frames: Frame[] = [];
  const broken: BrokenFrame[] = [];
  for (const frame of listed) {
    const reason = sameFrame(frame, frameAt(bytes, frame.offset)) ? wrongWith(bytes, frame) : 'its head is damaged';
    if (reason === null) frames.push(frame);
    else broken.push({ ...frame, reason });
  }
  return { frames, broken };
}

/** What is wrong, and from which byte on. */
export interface Damage {
  offset: number;
  reason: string;
}

/** What is found of a file without an index. */
interface Found {
  frames: Frame[];
  /** Those whose head is whole, so that it is known what is lost with them. */
  broken: BrokenFrame[];
  /** The first frame that is cut or broken. */
  damage: Damage | null;
}

/** The frames of a file without an index: all that are whole, also after one that is broken. */
export function scanFrames(bytes: Uint8Array, start: number): Found {
  const found: Found = { frames: [], broken: [], damage: null };
  // So that no file can be made of what looks like frames, to keep a reader busy for ever.
  const search = { bytesLeft: SEARCHED_SHARE * bytes.length };
  for (let offset = start; offset < bytes.length;) {
    const frame = frameAt(bytes, offset);
    const wrong = typeof frame === 'string' ? frame : wrongWith(bytes, frame);
    if (typeof frame !== 'string' && wrong === null) {
      found.frames.push(frame);
      if (frame.type === FRAME.index) break;
      offset += frame.length;
      continue;
    }
    found.damage ??= { offset, reason: `the frame at byte ${offset} ${wrong}` };
    const end = typeof frame === 'string' ? null : offset + frame.length;
    const next = end !== null && isWhole(bytes, end, search) ? end : nextFrame(bytes, offset + 1, search);
    if (next === null) break;
    if (typeof frame !== 'string' && next === end) found.broken.push({ ...frame, reason: wrong as string });
    offset = next;
  }
  return found;
}

/** Where the next whole frame begins, from `offset` on; null when there is none. */
function nextFrame(bytes: Uint8Array, offset: number, search: { bytesLeft: number }): number | null {
  for (let at = offset; at < bytes.length && search.bytesLeft > 0; at++)
    if (mayBeginFrame(bytes, at) && isWhole(bytes, at, search)) return at;
  return null;
}

function isWhole(bytes: Uint8Array, offset: number, search: { bytesLeft: number }): boolean {
  const frame = frameAt(bytes, offset);
  if (typeof frame === 'string') return false;
  search.bytesLeft -= frame.length;
  return wrongWith(bytes, frame) === null;
}

/** @param mostFrames  that the file can hold */
function decodeContents(content: Uint8Array, mostFrames: number): Contents {
  const input = new ByteReader(content);
  const frameCount = input.u32();
  const episodeCount = input.u32();
  if (frameCount > mostFrames || episodeCount > frameCount)
    throw new RangeError(`an index of ${frameCount} frames and ${episodeCount} episodes is too large`);
  const [type, offset, length, firstStep, steps, episode] = decodeColumns(input, frameCount, FRAME_WIDTH);
  const [seed, episodeSteps, sum, terminated, truncated] = decodeColumns(input, episodeCount, EPISODE_WIDTH);
  const at = (column: Float64Array | undefined, row: number): number => column?.[row] as number;
  return {
    frames: Array.from({ length: frameCount }, (_, i) => ({
      type: at(type, i) as FrameType,
      offset: at(offset, i),
      length: at(length, i),
      firstStep: at(firstStep, i),
      steps: at(steps, i),
      episode: at(episode, i),
    })),
    episodes: Array.from({ length: episodeCount }, (_, i) => ({
      seed: at(seed, i),
      steps: at(episodeSteps, i),
      return: at(sum, i),
      terminated: at(terminated, i) === 1,
      truncated: at(truncated, i) === 1,
    })),
  };
}

function sameFrame(listed: Frame, found: Frame | string): boolean {
  if (typeof found === 'string') return false;
  return (Object.keys(found) as (keyof Frame)[]).every((key) => listed[key] === found[key]);
}

function wrongWith(bytes: Uint8Array, frame: Frame): string | null {
  try {
    payloadOf(bytes.subarray(frame.offset, frame.offset + frame.length));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
