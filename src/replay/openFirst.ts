import { type FileBytes, FileParts } from './fileBytes.ts';
import { indexOffset } from './frameIndex.ts';
import { ReplayError } from './prelude.ts';
import { Replay } from './reader.ts';

/** A larger index than this is not waited for. */
const MOST_INDEX_BYTES = 2 ** 22;

/** Both ends of a file, as long as whoever reads it likes. */
export interface FileEnds {
  /** Of the whole file, in bytes. */
  size: number;
  start: Uint8Array;
  end: Uint8Array;
}

/**
 * Opens a large replay at one place, by reading no more of it than its ends and the frames of that place. All other
 * moments are a `ReplayError` of the reason `unread`.
 *
 * @param read   reads a part of the file
 * @param place  counted from 0; beyond the end is the end
 * @returns      null where all of the file is wanted for that: it is cut, growing, or damaged at an end
 */
export async function openFirst(
  { size, start, end }: FileEnds,
  read: (offset: number, length: number) => Promise<Uint8Array>,
  { episode = 0, step = 0 }: { episode?: number; step?: number } = {},
): Promise<Replay | null> {
  const parts = new FileParts(size);
  parts.add(0, start);
  parts.add(size - end.length, end);
  const index = indexOffset(parts);
  if (index === null || size - index > MOST_INDEX_BYTES) return null;
  const readPart = async ({ offset, length }: { offset: number; length: number }): Promise<void> => {
    if (!parts.slice(offset, length)) parts.add(offset, await read(offset, length));
  };
  await readPart({ offset: index, length: size - index });
  const replay = openEnds(parts, start);
  if (replay) await Promise.all(replay.framesFor(episode, step).map(readPart));
  return replay;
}

function openEnds(file: FileBytes, start: Uint8Array): Replay | null {
  try {
    return Replay.openParts(file, start);
  } catch (error) {
    if (error instanceof ReplayError && error.reason === 'corrupt') return null; // a header longer than the start, say
    throw error;
  }
}
