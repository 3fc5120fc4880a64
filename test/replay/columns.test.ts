import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AttentionReader, encodeAttention } from '../../src/replay/attentionFrame.ts';
import { ByteReader, ByteWriter, crc32 } from '../../src/replay/bytes.ts';
import { decodeColumns, encodeColumns } from '../../src/replay/columns.ts';
import { toSixteenBits } from '../../src/replay/stepsFrame.ts';

/** A table after writing and reading, and the bytes it took. */
function again(rows: number[], width: number, quanta?: number[]): { columns: number[][]; bytes: number } {
  const out = new ByteWriter();
  encodeColumns(out, rows, width, quanta);
  const bytes = out.finish();
  const columns = decodeColumns(new ByteReader(bytes), rows.length / width, width);
  return { columns: columns.map((column) => [...column]), bytes: bytes.length };
}

describe('columns', () => {
  const anyNumber = fc.oneof(
    fc.double(),
    fc.float(),
    fc.integer(),
    fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** 28, -(2 ** 28), 2 ** 28 - 1, 2 ** 31, 1e-45),
  );
  const anyColumn = fc.oneof(
    fc.array(anyNumber),
    fc.array(fc.integer()),
    fc.array(fc.integer({ min: -(2 ** 28) + 1, max: 2 ** 28 - 1 })),
    fc.array(fc.float()),
    fc.array(fc.constantFrom(0, 1)),
  );

  test('any numbers come back exactly', () => {
    fc.assert(
      fc.property(anyColumn, (column) => {
        expect(again(column, 1).columns).toEqual([column]);
      }),
    );
  });

  test('a table of several columns comes back column by column', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyNumber, anyNumber, anyNumber)), (rows) => {
        const columns = [0, 1, 2].map((c) => rows.map((row) => row[c] as number));
        expect(again(rows.flat(), 3).columns).toEqual(columns);
      }),
    );
  });

  test('a column with a quantum is rounded to it, unless it stands still or is of integers', () => {
    const rows = [0.1, 0.1, 1, 0.2, 0.1, 2, 0.3, 0.1, 3];
    const moved = [0.1, 0.1 + 6 / 64, 0.1 + 13 / 64];
    const { columns } = again(rows, 3, [1 / 64, 1 / 64, 1 / 64]);
    expect(columns).toEqual([moved, [0.1, 0.1, 0.1], [1, 2, 3]]);
  });

  test('a constant column takes a few bytes, a regular one a byte a row', () => {
    expect(again(new Array<number>(1000).fill(7), 1).bytes).toBe(2);
    expect(again(new Array<number>(1000).fill(0.1), 1).bytes).toBe(9);
    expect(
      again(
        Array.from({ length: 1000 }, (_, i) => 1e6 + 3 * i),
        1,
      ).bytes,
    ).toBeLessThan(4005);
  });

  test('a table that asks for more than there can be is refused before it is made', () => {
    const input = new ByteReader(new Uint8Array(100));
    expect(() => decodeColumns(input, 2 ** 16, 2 ** 16)).toThrow('too many');
    expect(() => decodeColumns(input, 0, 2 ** 31)).toThrow('too many');
    expect(() => decodeColumns(new ByteReader(new Uint8Array(1)), 10, 1)).toThrow(RangeError);
  });

  test('sixteen significant bits are off by at most one part in 2^16', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Math.abs(toSixteenBits(value) - value)).toBeLessThanOrEqual(2 ** -16 * Math.abs(value) + 1e-44);
      }),
    );
    expect(toSixteenBits(0.5)).toBe(0.5);
  });
});

describe('attention', () => {
  const again = (weights: number[], rows: number, lags: number): Float32Array[] => {
    const steps = weights.length / (rows * lags);
    const reader = new AttentionReader(encodeAttention(weights, { rows, lags }), steps);
    return Array.from({ length: steps }, (_, step) => reader.weights(step));
  };

  test('rows that sum to 1 do so again, each weight near what it was', () => {
    const anyRow = fc
      .array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 9, maxLength: 9 })
      .map((row) => row.map((weight) => weight / row.reduce((sum, other) => sum + other, 0)));
    fc.assert(
      fc.property(fc.array(fc.tuple(anyRow, anyRow), { minLength: 1, maxLength: 20 }), (steps) => {
        again(steps.flat(2), 2, 9).forEach((read, step) => {
          const written = (steps[step] as [number[], number[]]).flat();
          expect(read.slice(0, 9).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
          read.forEach((weight, i) => expect(Math.abs(weight - (written[i] as number))).toBeLessThan(0.08));
        });
      }),
    );
  });

  test('a flat row over 1025 steps stays visible beside a sharp one', () => {
    const flat = new Array<number>(1025).fill(1 / 1025);
    const sharp = flat.map((_, lag) => Number(lag === 3));
    const [read] = again([...flat, ...sharp], 2, 1025);
    expect(
      [...(read as Float32Array)].every((weight, i) => Math.abs(weight - ([...flat, ...sharp][i] as number)) < 1e-6),
    ).toBe(true);
  });

  test('a row without weights stays one', () => {
    expect(again([0, 0, 0], 1, 3)).toEqual([new Float32Array(3)]);
  });
});

test('crc32 is the one of zip and PNG, in one go or in parts', () => {
  const bytes = new TextEncoder().encode('123456789');
  expect(crc32(bytes)).toBe(0xcbf43926);
  expect(crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4)))).toBe(0xcbf43926);
});
