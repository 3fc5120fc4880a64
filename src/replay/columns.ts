import type { ByteReader, ByteWriter } from './bytes.ts';

/**
 * Tables of numbers as bytes that deflate well: column by column, each in the cheapest form that holds it.
 *
 * | form    | holds                                         | bytes before deflating                       |
 * |---------|-----------------------------------------------|----------------------------------------------|
 * | integer | integers below 2^28                           | 1 to 4 a row                                 |
 * | scaled  | numbers rounded to a power of two, as integers | the same, and 1 for the power               |
 * | float   | float32                                       | 4 a row                                      |
 * | double  | anything                                      | 8 a row                                      |
 *
 * A column that never changes is written once. Integers and floats are predicted from the rows before (not at all, by
 * the last value, or by the line through the last two), and what is left is written byte plane by byte plane: all low
 * bytes, then all next ones. Only `scaled` loses anything, and only where the caller gives a column a quantum.
 */
const FORM = { integer: 0, scaled: 1, float: 2, double: 3 } as const;
type Form = (typeof FORM)[keyof typeof FORM];

/** Integers stay below this, so that no prediction from them leaves 32 bits. */
const INTEGER_LIMIT = 2 ** 28;
/** Below this many rows, how often a byte occurs says little. */
const ENTROPY_ROWS = 128;
/** More numbers than this in one table are not ours: a reader must not allocate what a broken file asks for. */
const TABLE_LIMIT = 2 ** 24;

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
 * @throws RangeError when the bytes are not a table
 */
export function decodeColumns(input: ByteReader, count: number, width: number): Float64Array[] {
  if (count * width > TABLE_LIMIT) throw new RangeError(`a table of ${count} rows of ${width} numbers is too large`);
  return Array.from({ length: width }, () => decodeColumn(input, count));
}

function encodeColumn(out: ByteWriter, column: Float64Array, quantum: number): void {
  const constant = column.every((value) => Object.is(value, column[0]));
  const values = constant ? column.subarray(0, 1) : column;
  if (holds(values, isSmallInteger)) return encodeIntegers(out, FORM.integer, Int32Array.from(values), constant);
  if (quantum > 0 && !constant && holds(values, (value) => Math.abs(value / quantum) < INTEGER_LIMIT)) {
    return encodeIntegers(
      out,
      FORM.scaled,
      Int32Array.from(values, (value) => Math.round(value / quantum)),
      constant,
      quantum,
    );
  }
  if (holds(values, isFloat32))
    return encodeIntegers(out, FORM.float, sortableBits(Float32Array.from(values)), constant);
  out.u8(modeByte(FORM.double, constant, 0, 4));
  const bytes = new Uint8Array(Float64Array.from(values).buffer);
  writePlanes(out.room(bytes.length), bytes, values.length, 8);
}

function decodeColumn(input: ByteReader, count: number): Float64Array {
  const mode = input.u8();
  const form = (mode & 3) as Form;
  const constant = (mode & 4) !== 0;
  const order = (mode >> 3) & 3;
  const stored = constant ? Math.min(1, count) : count;
  let values: Float64Array;
  if (form === FORM.double) {
    values = new Float64Array(readPlanes(input.raw(8 * stored), stored, 8).buffer);
  } else {
    const scale = form === FORM.scaled ? 2 ** (input.u8() - 128) : 1;
    const planes = ((mode >> 5) & 3) + 1;
    const residuals = new Int32Array(
      widen(readPlanes(input.raw(planes * stored), stored, planes), stored, planes).buffer,
    );
    const integers = restore(residuals, order);
    values =
      form === FORM.float
        ? Float64Array.from(fromSortableBits(integers))
        : Float64Array.from(integers, (n) => n * scale);
  }
  return constant ? new Float64Array(count).fill(values[0] ?? 0) : values;
}

function encodeIntegers(out: ByteWriter, form: Form, integers: Int32Array, constant: boolean, quantum = 1): void {
  let best: Uint32Array = predicted(integers, 0);
  let order = 0;
  for (const candidate of constant ? [] : [1, 2]) {
    const residuals = predicted(integers, candidate);
    if (cost(residuals) >= cost(best)) continue;
    best = residuals;
    order = candidate;
  }
  const planes = form === FORM.float ? 4 : Math.max(1, Math.ceil(bits(best.reduce((a, b) => Math.max(a, b), 0)) / 8));
  out.u8(modeByte(form, constant, order, planes));
  if (form === FORM.scaled) out.u8(Math.log2(quantum) + 128);
  const bytes = new Uint8Array(best.length * planes);
  for (let i = 0; i < best.length; i++)
    for (let plane = 0; plane < planes; plane++) bytes[i * planes + plane] = (best[i] as number) >>> (8 * plane);
  writePlanes(out.room(bytes.length), bytes, best.length, planes);
}

function modeByte(form: Form, constant: boolean, order: number, planes: number): number {
  return form | (constant ? 4 : 0) | (order << 3) | ((planes - 1) << 5);
}

/** What prediction of `order` gets wrong, folded so that small errors of either sign are small numbers. */
function predicted(integers: Int32Array, order: number): Uint32Array {
  const residuals = new Uint32Array(integers.length);
  for (let i = 0; i < integers.length; i++) {
    const error = ((integers[i] as number) - predict(integers, i, order)) | 0;
    residuals[i] = (error << 1) ^ (error >> 31);
  }
  return residuals;
}

function restore(residuals: Int32Array, order: number): Int32Array {
  const integers = new Int32Array(residuals.length);
  for (let i = 0; i < integers.length; i++) {
    const folded = residuals[i] as number;
    integers[i] = (predict(integers, i, order) + ((folded >>> 1) ^ -(folded & 1))) | 0;
  }
  return integers;
}

function predict(integers: Int32Array, i: number, order: number): number {
  if (order === 0 || i === 0) return 0;
  const last = integers[i - 1] as number;
  return order === 1 || i === 1 ? last : (2 * last - (integers[i - 2] as number)) | 0;
}

const bits = (value: number): number => 32 - Math.clz32(value);

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

/** From [rows, size] bytes to [size, rows]. */
function writePlanes(planes: Uint8Array, bytes: Uint8Array, rows: number, size: number): void {
  for (let row = 0; row < rows; row++)
    for (let plane = 0; plane < size; plane++) planes[plane * rows + row] = bytes[row * size + plane] as number;
}

function readPlanes(planes: Uint8Array, rows: number, size: number): Uint8Array {
  const bytes = new Uint8Array(planes.length);
  for (let row = 0; row < rows; row++)
    for (let plane = 0; plane < size; plane++) bytes[row * size + plane] = planes[plane * rows + row] as number;
  return bytes;
}

function widen(bytes: Uint8Array, rows: number, size: number): Uint8Array {
  const words = new Uint8Array(4 * rows);
  for (let row = 0; row < rows; row++) words.set(bytes.subarray(row * size, (row + 1) * size), 4 * row);
  return words;
}

const isSmallInteger = (value: number): boolean =>
  Number.isInteger(value) && Math.abs(value) < INTEGER_LIMIT && !Object.is(value, -0);
const isFloat32 = (value: number): boolean => Object.is(Math.fround(value), value);

function holds(values: Float64Array, test: (value: number) => boolean): boolean {
  return values.every((value) => test(value));
}
