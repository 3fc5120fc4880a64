import { EXIT, GymformerError } from '../errors.ts';
import { ByteReader, ByteWriter, crc32 } from './bytes.ts';
import { checkHeader } from './headerCheck.ts';
import type { ReplayHeader } from './moment.ts';
import { spaceFromJson, spaceToJson } from './spaceJson.ts';
import type { SpaceJson } from './spaceJson.ts';

/** Of the format. A reader opens this version and all before it; attention to tokens came with 2. */
export const REPLAY_VERSION = 2;

const MAGIC = new TextEncoder().encode('GFR');
/** magic, version u8, length u32, crc32 u32 */
const HEAD_BYTES = MAGIC.length + 9;
/** In bytes: more than any header of ours. */
const HEADER_LIMIT = 2 ** 24;

/** A file is no replay, of a newer version, or broken; or what is asked for was not read yet. */
export class ReplayError extends GymformerError {
  override readonly name = 'ReplayError';

  constructor(
    readonly reason: 'not-a-replay' | 'newer-version' | 'corrupt' | 'unread',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, EXIT.file, options);
  }
}

/** The header as JSON holds it. */
interface HeaderJson extends Omit<ReplayHeader, 'observationSpace' | 'actionSpace'> {
  observationSpace: SpaceJson;
  actionSpace: SpaceJson;
}

export function encodePrelude(header: ReplayHeader): Uint8Array {
  const json: HeaderJson = {
    ...header,
    observationSpace: spaceToJson(header.observationSpace),
    actionSpace: spaceToJson(header.actionSpace),
  };
  const text = new TextEncoder().encode(JSON.stringify(json));
  return new ByteWriter().raw(MAGIC).u8(REPLAY_VERSION).u32(text.length).u32(crc32(text)).raw(text).finish();
}

/**
 * @returns the header, and how many bytes the prelude takes
 * @throws ReplayError when the bytes do not start with a whole prelude of a known version
 */
export function decodePrelude(bytes: Uint8Array): { header: ReplayHeader; length: number } {
  if (!startsWith(bytes, MAGIC)) throw new ReplayError('not-a-replay', 'not a replay: it does not start with "GFR"');
  const version = bytes[MAGIC.length];
  if (version !== undefined && version > REPLAY_VERSION)
    throw new ReplayError(
      'newer-version',
      `replay of format ${version}, this gymformer reads up to ${REPLAY_VERSION}: update gymformer to open it`,
    );
  if (bytes.length < HEAD_BYTES) throw new ReplayError('corrupt', 'replay is corrupt: it is cut within its header');
  if (version === 0) throw new ReplayError('corrupt', 'replay is corrupt: there is no format 0');
  const input = new ByteReader(bytes.subarray(MAGIC.length + 1));
  const length = input.u32();
  if (length > HEADER_LIMIT) throw new ReplayError('corrupt', `replay is corrupt: its header claims ${length} bytes`);
  const checksum = input.u32();
  if (length > input.remaining) throw new ReplayError('corrupt', 'replay is corrupt: it is cut within its header');
  const text = input.raw(length);
  if (crc32(text) !== checksum)
    throw new ReplayError('corrupt', 'replay is corrupt: the checksum of its header does not match');
  return { header: parseHeader(text), length: HEAD_BYTES + length };
}

function parseHeader(text: Uint8Array): ReplayHeader {
  try {
    const json = JSON.parse(new TextDecoder().decode(text)) as HeaderJson;
    const observationSpace = spaceFromJson(json.observationSpace);
    const header = { ...json, observationSpace, actionSpace: spaceFromJson(json.actionSpace) };
    checkHeader(header);
    return header;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ReplayError('corrupt', `replay is corrupt in its header: ${why}`, { cause: error });
  }
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}
