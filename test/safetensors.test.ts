import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FileError } from '../src/errors.ts';
import { decodeSafetensors, encodeSafetensors } from '../src/safetensors.ts';
import type { Tensor } from '../src/safetensors.ts';

const encoder = new TextEncoder();

/** A file with any header and `size` bytes of numbers. */
function fileOf(header: string, size: number): Uint8Array {
  const json = encoder.encode(header);
  const bytes = new Uint8Array(8 + json.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (shape: number[], begin: number, end: number, dtype = 'F32'): string =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

const anyTensor: fc.Arbitrary<Tensor> = fc.array(fc.nat(4), { maxLength: 3 }).chain((shape) => {
  const size = shape.reduce((left, right) => left * right, 1);
  return fc.float32Array({ minLength: size, maxLength: size }).map((data) => ({ shape, data }));
});

const anyFile = fc.tuple(
  fc.dictionary(fc.string(), anyTensor, { maxKeys: 5 }),
  fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
);

describe('safetensors', () => {
  test('any tensors and metadata come back as they were', () => {
    fc.assert(
      fc.property(anyFile, ([tensors, metadata]) => {
        const read = decodeSafetensors(encodeSafetensors(new Map(Object.entries(tensors)), metadata), 'a');
        expect(Object.fromEntries(read.tensors)).toEqual({ ...tensors });
        expect(read.metadata).toEqual({ ...metadata });
      }),
    );
  });

  test('a file has the bytes that Hugging Face writes: length, padded header, numbers', () => {
    const bytes = encodeSafetensors(new Map([['w', { shape: [2], data: Float32Array.of(1, -2) }]]), { format: 'pt' });
    const json = '{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const padding = ' '.repeat(-json.length & 7);
    const numbers = [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0];
    const length = json.length + padding.length;
    expect([...bytes]).toEqual([length, 0, 0, 0, 0, 0, 0, 0, ...encoder.encode(json + padding), ...numbers]);
    expect(bytes.length % 8).toBe(0);
  });

  test('a tensor whose shape does not hold its data is refused', () => {
    const tensors = new Map([['w', { shape: [3], data: new Float32Array(2) }]]);
    expect(() => encodeSafetensors(tensors)).toThrow('tensor w: shape [3] does not hold 2 numbers');
  });

  test('a file that is cut at any byte is a FileError that names it', () => {
    const tensors = new Map([
      ['a', { shape: [2, 1], data: Float32Array.of(1, 2) }],
      ['b', { shape: [], data: Float32Array.of(3) }],
    ]);
    const bytes = encodeSafetensors(tensors, { step: '1' });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length), 'policy.safetensors')).toThrow(FileError);
      expect(() => decodeSafetensors(bytes.subarray(0, length), 'policy.safetensors')).toThrow('policy.safetensors');
    }
  });

  test.each([
    ['no JSON', fileOf('{', 0), 'its header is not JSON'],
    ['no UTF-8', fileOf('{', 0).with(8, 0xff), 'its header is not JSON'],
    ['no object', fileOf('[]', 0), 'its header is not an object'],
    [
      'a type that there is not',
      fileOf(`{"w":${entry([1], 0, 2, 'F12')}}`, 2),
      'tensor w is of an unknown type, "F12"',
    ],
    ['a negative size', fileOf(`{"w":${entry([-1], 0, 4)}}`, 4), 'tensor w has the shape [-1]'],
    [
      'offsets that are no pair',
      fileOf('{"w":{"dtype":"F32","shape":[],"data_offsets":[0]}}', 4),
      'has the offsets [0]',
    ],
    ['a wrong length', fileOf(`{"w":${entry([2], 0, 4)}}`, 4), 'tensor w of shape [2] needs 8 bytes, has 4'],
    ['reversed offsets', fileOf(`{"w":${entry([1], 4, 0)}}`, 4), 'needs 4 bytes, has -4'],
    ['a tensor beyond its end', fileOf(`{"w":${entry([2], 0, 8)}}`, 4), 'it is cut: tensor w ends at byte'],
    [
      'an overlap',
      fileOf(`{"a":${entry([2], 0, 8)},"b":${entry([2], 4, 12)}}`, 12),
      'tensor b overlaps the one before',
    ],
    [
      'a gap',
      fileOf(`{"a":${entry([1], 0, 4)},"b":${entry([1], 8, 12)}}`, 12),
      '4 bytes before tensor b belong to none',
    ],
    ['a rest', fileOf(`{"a":${entry([1], 0, 4)}}`, 12), '8 bytes at its end belong to no tensor'],
    ['a tensor twice', fileOf(`{"a":${entry([1], 0, 4)},"a":${entry([1], 0, 4)}}`, 4), 'tensor a is there twice'],
    ['metadata of numbers', fileOf('{"__metadata__":{"step":1}}', 0), '__metadata__ is not a map of strings'],
    ['an entry that is no object', fileOf('{"w":1}', 0), 'tensor w is not described by an object'],
    ['a huge header', new Uint8Array(8).fill(255), 'it claims to have a header of'],
  ])('a file with %s says what is wrong', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'policy.safetensors')).toThrow(FileError);
    expect(() => decodeSafetensors(bytes, 'policy.safetensors')).toThrow(message);
  });

  test.each([
    ['F16', [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b, 0x00, 0xfc], [1, -2, 2 ** -24, 65504, -Infinity]],
    ['BF16', [0x80, 0x3f, 0x40, 0xc0], [1, -3]],
    ['F64', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], [1.5]],
    ['I64', [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 7, 0, 0, 0, 0, 0, 0, 0], [-2, 7]],
  ])('numbers of type %s are read', (dtype, bytes, numbers) => {
    const file = fileOf(`{"w":${entry([numbers.length], 0, bytes.length, dtype)}}`, bytes.length);
    file.set(bytes, file.length - bytes.length);
    expect([...(decodeSafetensors(file, 'w').tensors.get('w')?.data ?? [])]).toEqual(numbers);
  });

  test('numbers of a type that is not read are a FileError', () => {
    const file = fileOf(`{"w":${entry([1], 0, 1, 'F8_E4M3')}}`, 1);
    expect(() => decodeSafetensors(file, 'w')).toThrow('tensor w is of type "F8_E4M3", wanted one of F32, F16');
  });

  test('any bytes are either read or a FileError', () => {
    const bytes = encodeSafetensors(new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        try {
          decodeSafetensors(bytes.with(at, byte), 'w');
        } catch (error) {
          expect(error).toBeInstanceOf(FileError);
        }
      }),
    );
  });
});
