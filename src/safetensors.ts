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
/** Bytes of a number of each type that the format knows. */
const TYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;
/** Hugging Face's own limit: 100 MB of header. */
const HEADER_LIMIT = 100_000_000;
const METADATA = '__metadata__';
const PADDING = 0x20;

export type NumberType = keyof typeof TYPE_BYTES;

/** A tensor as the header tells of it; the offsets count from the end of the header. */
export interface Entry {
  dtype: NumberType;
  shape: number[];
  data_offsets: [begin: number, end: number];
}

/** What stands in a file, and where. */
export interface Header {
  /** In the order of their numbers. */
  entries: Map<string, Entry>;
  metadata: Record<string, string>;
  /** Byte at which the numbers start. */
  start: number;
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
 * Reads the bytes of a safetensors file, in the order of its data, as float32.
 *
 * @param name  of the file, for messages
 * @throws FileError saying what is wrong, and with which tensor
 */
export function decodeSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const { entries, metadata, start } = readHeader(bytes, bytes.length, name);
  const tensors = new Map<string, Tensor>();
  for (const [tensor, entry] of entries) {
    const [begin, end] = entry.data_offsets;
    const data = toFloats(bytes.subarray(start + begin, start + end), entry.dtype, `${name}: tensor ${tensor}`);
    tensors.set(tensor, { shape: entry.shape, data });
  }
  return { tensors, metadata };
}

/** Bytes from a file's start on that its header takes, as its first 8 bytes say. @throws FileError */
export function headerEnd(bytes: Uint8Array, name: string): number {
  const fail = failing(name);
  if (bytes.length < LENGTH_BYTES) fail(`it has ${bytes.length} bytes, too few for a header`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true));
  if (length > HEADER_LIMIT) fail(`it claims to have a header of ${length} bytes`);
  return LENGTH_BYTES + length;
}

/**
 * What a safetensors file says of itself, held against its size.
 *
 * @param bytes the file, or its beginning up to `headerEnd` at least
 * @param size  bytes of the file
 * @throws FileError saying what is wrong, and with which tensor
 */
export function readHeader(bytes: Uint8Array, size: number, name: string): Header {
  const fail = failing(name);
  const start = headerEnd(bytes, name);
  if (start > size) fail(`it is cut: the header has ${start - LENGTH_BYTES} bytes, ${size - LENGTH_BYTES} are there`);
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, start), fail);
  const { [METADATA]: metadata = {}, ...rest } = header;
  if (!isStrings(metadata)) fail(`${METADATA} is not a map of strings`);
  const entries = Object.entries(rest).map(([tensor, entry]) => checkedEntry(tensor, entry, fail));
  entries.sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  let filled = 0;
  for (const [tensor, { data_offsets: offsets }] of entries) {
    const [begin, end] = offsets;
    if (begin < filled) fail(`tensor ${tensor} overlaps the one before it`);
    if (begin > filled) fail(`${begin - filled} bytes before tensor ${tensor} belong to none`);
    if (start + end > size) fail(`it is cut: tensor ${tensor} ends at byte ${start + end}, the file has ${size}`);
    filled = end;
  }
  if (start + filled !== size) fail(`${size - start - filled} bytes at its end belong to no tensor`);
  return { entries: new Map(entries), metadata: metadata as Record<string, string>, start }; // isStrings has looked at it
}

/**
 * Numbers of a type as float32.
 *
 * @param what  they are, for messages
 * @throws FileError for a type that is not read
 */
export function toFloats(bytes: Uint8Array, dtype: NumberType, what: string): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = TYPE_BYTES[dtype];
  const read = READERS[dtype];
  if (!read)
    throw new FileError(
      `${what} is of type ${JSON.stringify(dtype)}, wanted one of ${Object.keys(READERS).join(', ')}`,
    );
  const data = new Float32Array(bytes.length / size);
  for (let i = 0; i < data.length; i++) data[i] = read(view, i * size);
  return data;
}

const READERS: Partial<Record<NumberType, (view: DataView, at: number) => number>> = {
  F32: (view, at) => view.getFloat32(at, true),
  F16: (view, at) => halfToNumber(view.getUint16(at, true)),
  BF16: (view, at) => bfloatToNumber(view.getUint16(at, true)),
  F64: (view, at) => view.getFloat64(at, true),
  I64: (view, at) => Number(view.getBigInt64(at, true)),
};

/** IEEE 754 binary16: a sign, 5 bits of exponent with bias 15, 10 of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(FLOAT_BYTES));

/** bfloat16 is the upper half of a float32. */
function bfloatToNumber(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}

function failing(name: string): (what: string) => never {
  return (what) => {
    throw new FileError(`${name} is not a sound safetensors file: ${what}`);
  };
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
  if (!isNumberType(dtype)) return fail(`tensor ${tensor} is of an unknown type, ${JSON.stringify(dtype)}`);
  if (!isCounts(shape)) return fail(`tensor ${tensor} has the shape ${JSON.stringify(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2)
    return fail(`tensor ${tensor} has the offsets ${JSON.stringify(offsets)}`);
  const [begin, end] = offsets as [number, number];
  const wanted = sizeOf(shape) * TYPE_BYTES[dtype];
  if (end - begin !== wanted)
    return fail(`tensor ${tensor} of shape [${shape.join(', ')}] needs ${wanted} bytes, has ${end - begin}`);
  return [tensor, { dtype, shape, data_offsets: [begin, end] }];
}

function isNumberType(value: unknown): value is NumberType {
  return typeof value === 'string' && Object.hasOwn(TYPE_BYTES, value);
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
