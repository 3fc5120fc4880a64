import type { ByteReader, ByteWriter } from './bytes.ts';

/**
 * Tables of numbers as bytes that deflate well: column by column, each in the cheapest form that holds it.
 *
 * | form    | holds                                         | bytes before deflating  |
 * |---------|-----------------------------------------------|-------------------------|
 * | integer | integers below 2^28                           | 1 to 4 a row            |
 * | scaled  | steps of a power of two from the first number | 9, and the same         |
 * | float   | float32                                       | 4 a row                 |
 * | double  | anything                                      | 8 a row                 |
 *
 * A column that never changes is one integer or double. Integers and floats are predicted from the rows before (not at
 * all, by the last value, or by the line through the last two), and what is left is written byte plane by byte plane:
 * all low bytes, then all next ones.
 *
 * Only `scaled` loses anything, and only where the caller gives a column a quantum. It counts from the column's first
 * number, so that columns that move together are the same bytes, and cost hardly more than one.
 */
const FORM = { integer: 0, scaled: 1, float: 2, double: 3 } as const;
type Form = (typeof FORM)[keyof typeof FORM];

/** In a column's mode byte, besides form (2 bits), order of prediction (2 bits from 3) and planes - 1 (from 5). */
const CONSTANT = 4;

/** Integers stay below this, so that no prediction from them leaves 32 bits. */
const INTEGER_LIMIT = 2 ** 28;
/** Below this many rows, how often a byte occurs says little. */
const ENTROPY_ROWS = 128;
/**
 * Writes a table.
 *
 * @param rows    row-major, `width` numbers a row
 * @param quanta  one a column: a power of two to round to where the column changes and is not of integers; 0: exact
 */
export function encodeColumns(
  out: ByteWriter,
  rows: ArrayLike<number>,
  width: number,
  quanta?: ArrayLike<number>,
): void {
  const count = width === 0 ? 0 : rows.length / width;
  const column = new Float64Array(count);
  for (let c = 0; c < width; c++) {
    for (let r = 0; r < count; r++) column[r] = rows[r * width + c] as number;
    encodeColumn(out, column, quanta?.[c] ?? 0);
  }
}

/**
 * Reads what `encodeColumns` wrote.
 *
 * @returns `width` columns of `count` numbers
 * @throws RangeError when the bytes are not a table, or stand for more numbers than a frame of ours: a column that never
 *   changes takes two bytes, so a few of a broken file could ask for all memory
 */
export function decodeColumns(input: ByteReader, count: number, width: number): Float64Array[] {
  input.allow(Math.max(1, count) * width);
  return Array.from({ length: width }, () => decodeColumn(input, count));
}

function encodeColumn(out: ByteWriter, column: Float64Array, quantum: number): void {
  if (isConstant(column)) return encodeConstant(out, column[0] ?? 0);
  if (holds(column, isSmallInteger)) return encodeIntegers(out, FORM.integer, Int32Array.from(column));
  const first = column[0] as number;
  if (quantum > 0 && holds(column, (value) => Math.abs((value - first) / quantum) < INTEGER_LIMIT)) {
    const integers = Int32Array.from(column, (value) => Math.round((value - first) / quantum));
    return encodeIntegers(out, FORM.scaled, integers, { first, quantum });
  }
  if (holds(column, isFloat32)) return encodeIntegers(out, FORM.float, sortableBits(Float32Array.from(column)));
  out.u8(modeByte(FORM.double));
  const bytes = new Uint8Array(column.slice().buffer);
  writePlanes(out.room(bytes.length), bytes, column.length, 8);
}

function decodeColumn(input: ByteReader, count: number): Float64Array {
  const mode = input.u8();
  const form = (mode & 3) as Form;
  const planes = (mode >> 5) + 1;
  if (mode & CONSTANT) return new Float64Array(count).fill(decodeConstant(input, form, planes));
  if (form === FORM.double) return new Float64Array(readPlanes(input.raw(8 * count), count, 8, 8).buffer);
  const quantum = form === FORM.scaled ? 2 ** (input.u8() - 128) : 1;
  const first = form === FORM.scaled ? input.f64() : 0;
  const residuals = new Int32Array(readPlanes(input.raw(planes * count), count, planes, 4).buffer);
  const integers = restore(residuals, (mode >> 3) & 3);
  return form === FORM.float
    ? Float64Array.from(fromSortableBits(integers))
    : Float64Array.from(integers, (n) => first + n * quantum);
}

function encodeConstant(out: ByteWriter, value: number): void {
  if (!isSmallInteger(value)) {
    out.u8(modeByte(FORM.double) | CONSTANT).f64(value);
    return;
  }
  const folded = fold(value);
  const planes = planesFor(folded);
  out.u8(modeByte(FORM.integer, 0, planes) | CONSTANT);
  for (let plane = 0; plane < planes; plane++) out.u8(folded >>> (8 * plane));
}

function decodeConstant(input: ByteReader, form: Form, planes: number): number {
  if (form === FORM.double) return input.f64();
  let folded = 0;
  for (let plane = 0; plane < planes; plane++) folded |= input.u8() << (8 * plane);
  return unfold(folded);
}

function encodeIntegers(
  out: ByteWriter,
  form: Form,
  integers: Int32Array,
  scale?: { first: number; quantum: number },
): void {
  const candidates = [0, 1, 2].map((order) => ({ order, residuals: predicted(integers, order) }));
  const costs = candidates.map(({ residuals }) => cost(residuals));
  const { order, residuals } = candidates[costs.indexOf(Math.min(...costs))] as (typeof candidates)[number];
  const planes = planesFor(residuals.reduce((a, b) => Math.max(a, b), 0));
  out.u8(modeByte(form, order, planes));
  if (scale) out.u8(Math.log2(scale.quantum) + 128).f64(scale.first);
  writePlanes(out.room(residuals.length * planes), new Uint8Array(residuals.buffer), residuals.length, planes);
}

function modeByte(form: Form, order = 0, planes = 1): number {
  return form | (order << 3) | ((planes - 1) << 5);
}

/** What prediction of `order` gets wrong, folded so that small errors of either sign are small numbers. */
function predicted(integers: Int32Array, order: number): Uint32Array {
  const residuals = new Uint32Array(integers.length);
  for (let i = 0; i < integers.length; i++) {
    const error = ((integers[i] as number) - predict(integers, i, order)) | 0;
    residuals[i] = fold(error);
  }
  return residuals;
}

function restore(residuals: Int32Array, order: number): Int32Array {
  const integers = new Int32Array(residuals.length);
  for (let i = 0; i < integers.length; i++) {
    integers[i] = (predict(integers, i, order) + unfold(residuals[i] as number)) | 0;
  }
  return integers;
}

function predict(integers: Int32Array, i: number, order: number): number {
  if (order === 0 || i === 0) return 0;
  const last = integers[i - 1] as number;
  return order === 1 || i === 1 ? last : (2 * last - (integers[i - 2] as number)) | 0;
}

/** A 32-bit integer as one without a sign, small where it is near 0. */
const fold = (integer: number): number => ((integer << 1) ^ (integer >> 31)) >>> 0;
const unfold = (folded: number): number => (folded >>> 1) ^ -(folded & 1);
const bits = (value: number): number => 32 - Math.clz32(value);
const planesFor = (folded: number): number => Math.max(1, Math.ceil(bits(folded) / 8));

/** About how many bits the numbers take once deflated: the entropy of their byte planes, or of few, their bits. */
function cost(residuals: Uint32Array): number {
  if (residuals.length < ENTROPY_ROWS) return residuals.reduce((sum, residual) => sum + bits(residual), 0);
  let total = 0;
  for (let plane = 0; plane < 4; plane++) {
    const counts = new Uint32Array(256);
    for (const residual of residuals) {
      const byte = (residual >>> (8 * plane)) & 255;
      counts[byte] = (counts[byte] as number) + 1;
    }
    for (const count of counts) if (count > 0) total -= count * Math.log2(count / residuals.length);
  }
  return total;
}

/** The bits of float32 numbers as integers in the order of the numbers, so that near numbers are near integers. */
function sortableBits(floats: Float32Array): Int32Array {
  return new Int32Array(floats.buffer).map((word) => (word < 0 ? word ^ 0x7fffffff : word));
}

function fromSortableBits(integers: Int32Array): Float32Array {
  return new Float32Array(integers.map((word) => (word < 0 ? word ^ 0x7fffffff : word)).buffer);
}

/** From [rows, stride] bytes to [planes, rows]: the low bytes of each row's number. */
function writePlanes(out: Uint8Array, bytes: Uint8Array, rows: number, planes: number): void {
  const stride = bytes.length / rows;
  for (let row = 0; row < rows; row++)
    for (let plane = 0; plane < planes; plane++) out[plane * rows + row] = bytes[row * stride + plane] as number;
}

/** From [planes, rows] bytes to [rows, stride]. */
function readPlanes(bytes: Uint8Array, rows: number, planes: number, stride: number): Uint8Array {
  const out = new Uint8Array(stride * rows);
  for (let row = 0; row < rows; row++)
    for (let plane = 0; plane < planes; plane++) out[row * stride + plane] = bytes[plane * rows + row] as number;
  return out;
}

function isConstant(column: Float64Array): boolean {
  const first = column[0];
  for (let i = 1; i < column.length; i++) if (!Object.is(column[i], first)) return false;
  return true;
}

const isSmallInteger = (value: number): boolean =>
  Number.isInteger(value) && Math.abs(value) < INTEGER_LIMIT && !Object.is(value, -0);
const isFloat32 = (value: number): boolean => Object.is(Math.fround(value), value);

function holds(values: Float64Array, test: (value: number) => boolean): boolean {
  return values.every((value) => test(value));
}
