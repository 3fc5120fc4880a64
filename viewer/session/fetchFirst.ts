import { openFirst } from '../../src/replay/format.ts';
import type { Replay } from '../../src/replay/format.ts';
import { requestReplay } from './library.ts';
import type { Place } from '../time/player.ts';

/** Of each end of a file, so much is read at first: the header, and the index but of the largest. */
const END_BYTES = 2 ** 16;

interface Part {
  bytes: Uint8Array;
  /** Of the whole file. */
  size: number;
  /** Changes when the file does. */
  tag: string | null;
}

/**
 * Opens a replay on the server at a place, by asking for its ends and the frames of that place alone.
 *
 * @returns null where all of it has to be read for that: it is cut or growing, or the server sends nothing in parts
 * @throws LibraryError, ReplayError as for a whole one
 */
export async function fetchFirst(id: string, place: Place, signal: AbortSignal): Promise<Replay | null> {
  const [start, end] = await Promise.all([
    fetchPart(id, `0-${END_BYTES - 1}`, signal),
    fetchPart(id, `-${END_BYTES}`, signal),
  ]);
  if (!start || !end || start.tag !== end.tag) return null;
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const part = await fetchPart(id, `${offset}-${offset + length - 1}`, signal);
    if (part?.tag !== start.tag) throw new FileChanged();
    return part.bytes;
  };
  try {
    return await openFirst({ size: start.size, start: start.bytes, end: end.bytes }, read, place);
  } catch (error) {
    if (error instanceof FileChanged) return null;
    throw error;
  }
}

/** While a file was read in parts, another one took its place. */
class FileChanged extends Error {
  override readonly name = 'FileChanged';
}

/**
 * @param range  as HTTP writes it: both ends included, or, after a minus, so many bytes of the end
 * @returns      null where the server answers with something else than that part
 */
async function fetchPart(id: string, range: string, signal: AbortSignal): Promise<Part | null> {
  const response = await requestReplay(id, { signal, headers: { Range: `bytes=${range}` } });
  const [, size] = /^bytes \d+-\d+\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '') ?? [];
  if (response.status !== 206 || size === undefined) {
    await response.body?.cancel();
    return null;
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { bytes, size: Number(size), tag: response.headers.get('ETag') };
}
