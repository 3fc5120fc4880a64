import { ByteReader, ByteWriter } from './bytes.ts';
import { decodeColumns, encodeColumns } from './columns.ts';
import { encodeFrame, FRAME, frameAt, pack, payloadOf, unpack } from './frames.ts';
import type { Frame, FrameType } from './frames.ts';
import type { EpisodeSummary } from './moment.ts';

/** What a file ends with, after the length u32 of the index. */
const MAGIC = new TextEncoder().encode('GFRI');
const TAIL_BYTES = 4 + MAGIC.length;
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

/** The index at the end of a file; null when the file does not end with a sound one. */
export function readIndex(bytes: Uint8Array): Contents | null {
  const tail = bytes.length - TAIL_BYTES;
  if (tail < 0 || MAGIC.some((byte, i) => bytes[tail + 4 + i] !== byte)) return null;
  const offset = tail - new ByteReader(bytes.subarray(tail)).u32();
  const frame = offset >= 0 ? frameAt(bytes, offset) : 'starts before the file';
  if (typeof frame === 'string' || frame.type !== FRAME.index) return null;
  try {
    const contents = decodeContents(unpack(payloadOf(bytes, frame)));
    return contents.frames.every((listed) => sameFrame(listed, frameAt(bytes, listed.offset))) ? contents : null;
  } catch {
    return null; // Without an index, the frames themselves are looked for.
  }
}

/** The frames of a file without an index: all up to the first that is cut or broken, and what is wrong with that. */
export function scanFrames(bytes: Uint8Array, start: number): { frames: Frame[]; damage: string | null } {
  const frames: Frame[] = [];
  for (let offset = start; offset < bytes.length;) {
    const frame = frameAt(bytes, offset);
    const wrong = typeof frame === 'string' ? frame : wrongWith(bytes, frame);
    if (typeof frame === 'string' || wrong !== null) return { frames, damage: `the frame at byte ${offset} ${wrong}` };
    frames.push(frame);
    offset += frame.length;
    if (frame.type === FRAME.index) break;
  }
  return { frames, damage: null };
}

function decodeContents(content: Uint8Array): Contents {
  const input = new ByteReader(content);
  const frameCount = input.u32();
  const episodeCount = input.u32();
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
    payloadOf(bytes, frame);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
