import { FileError } from './errors.ts';

/*
 * Hugging Face's safetensors: a length u64, a JSON header padded with spaces, then the numbers, little-endian.
 *
 * @see https://huggingface.co/docs/safetensors/index#format
 */

/** Numbers, row-major, and their shape. */
export interface Tensor {
  shape: number[];
  data: Float32Array;
}

export interface Safetensors {
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
}

/** The numbers start at a multiple of this many bytes. */
const ALIGNMENT = 8;
const LENGTH_BYTES = 8;
const FLOAT_BYTES = 4;
/** Hugging Face's own limit: 100 MB of header. */
const HEADER_LIMIT = 100_000_000;
const METADATA = '__metadata__';
const PADDING = 0x20;

/** A tensor as the header tells of it; the offsets count from the end of the header. */
interface Entry {
  dtype: 'F32';
  shape: number[];
  data_offsets: [begin: number, end: number];
}

/**
 * The bytes of a safetensors file, tensors as float32 in the order given.
 *
 * @throws RangeError when a tensor's data and shape differ in size
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Readonly<Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: [string, Entry | Readonly<Record<string, string>>][] = [];
  if (Object.keys(metadata).length > 0) header.push([METADATA, metadata]);
  let size = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === METADATA) throw new RangeError(`no tensor can be called ${METADATA}`);
    if (sizeOf(shape) !== data.length)
      throw new RangeError(`tensor ${name}: shape [${shape.join(', ')}] does not hold ${data.length} numbers`);
    const begin = size;
    size += data.byteLength;
    header.push([name, { dtype: 'F32', shape, data_offsets: [begin, size] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const start = LENGTH_BYTES + Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + size);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(start - LENGTH_BYTES), true);
  bytes.fill(PADDING, LENGTH_BYTES, start);
  bytes.set(json, LENGTH_BYTES);
  let at = start;
  for (const { data } of tensors.values()) {
    for (let i = 0; i < data.length; i++) view.setFloat32(at + i * FLOAT_BYTES, data[i] as number, true);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Reads the bytes of a safetensors file of float32 tensors, in the order of their data.
 *
 * @param name  of the file, for messages
 * @throws FileError saying what is wrong, and with which tensor
 */
export function decodeSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const fail = (what: string): never => {
    throw new FileError(`${name} is not a sound safetensors file: ${what}`);
  };
  if (bytes.length < LENGTH_BYTES) fail(`it has ${bytes.length} bytes, too few for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > HEADER_LIMIT) fail(`it claims to have a header of ${headerLength} bytes`);
  const start = LENGTH_BYTES + headerLength;
  if (start > bytes.length)
    fail(`it is cut: the header has ${headerLength} bytes, ${bytes.length - LENGTH_BYTES} are there`);
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, start), fail);
  const { [METADATA]: metadata = {}, ...rest } = header;
  if (!isStrings(metadata)) fail(`${METADATA} is not a map of strings`);
  const entries = Object.entries(rest).map(([tensor, entry]) => checkedEntry(tensor, entry, fail));
  entries.sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  const tensors = new Map<string, Tensor>();
  let filled = 0;
  for (const [tensor, { shape, data_offsets: offsets }] of entries) {
    const [begin, end] = offsets;
    if (begin < filled) fail(`tensor ${tensor} overlaps the one before it`);
    if (begin > filled) fail(`${begin - filled} bytes before tensor ${tensor} belong to none`);
    if (start + end > bytes.length)
      fail(`it is cut: tensor ${tensor} ends at byte ${start + end}, the file has ${bytes.length}`);
    const data = new Float32Array((end - begin) / FLOAT_BYTES);
    for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(start + begin + i * FLOAT_BYTES, true);
    tensors.set(tensor, { shape, data });
    filled = end;
  }
  if (start + filled !== bytes.length) fail(`${bytes.length - start - filled} bytes at its end belong to no tensor`);
  return { tensors, metadata: metadata as Record<string, string> }; // isStrings has looked at it
}

function parseHeader(bytes: Uint8Array, fail: (what: string) => never): Record<string, unknown> {
  let text = '';
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (error) {
    return fail(`its header is not JSON: ${(error as Error).message}`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    return fail('its header is not an object');
  const twice = duplicateKey(text);
  if (twice !== undefined) return fail(`tensor ${twice} is there twice`);
  return header as Record<string, unknown>;
}

/** A key that the JSON object in `text` has twice, which JSON.parse lets pass: the last one wins. */
function duplicateKey(text: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && /^\s*:/.test(text.slice(index + token.length, index + token.length + 64))) {
      const key = JSON.parse(token) as string;
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}

function checkedEntry(tensor: string, entry: unknown, fail: (what: string) => never): [string, Entry] {
  if (typeof entry !== 'object' || entry === null) return fail(`tensor ${tensor} is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = entry as Partial<Record<keyof Entry, unknown>>;
  if (dtype !== 'F32') return fail(`tensor ${tensor} is of type ${JSON.stringify(dtype)}, wanted "F32"`);
  if (!isCounts(shape)) return fail(`tensor ${tensor} has the shape ${JSON.stringify(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2)
    return fail(`tensor ${tensor} has the offsets ${JSON.stringify(offsets)}`);
  const [begin, end] = offsets as [number, number];
  if (end - begin !== sizeOf(shape) * FLOAT_BYTES)
    return fail(
      `tensor ${tensor} of shape [${shape.join(', ')}] needs ${sizeOf(shape) * FLOAT_BYTES} bytes, has ${end - begin}`,
    );
  return [tensor, { dtype, shape, data_offsets: [begin, end] }];
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

function isStrings(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((left, right) => left * right, 1);
}
