import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OutOfMemoryError, TensorMemory } from '../../src/device/simd/memory.ts';

const MEGABYTE = 2 ** 20;

interface Block {
  address: number;
  bytes: number;
}

/** Whether any two of them have a byte in common. */
function overlap(blocks: readonly Block[]): boolean {
  const sorted = blocks.toSorted((a, b) => a.address - b.address);
  return sorted.some(({ address, bytes }, i) => address + bytes > (sorted[i + 1]?.address ?? Infinity));
}

/** Allocates and frees as told: a positive number is bytes to allocate, a negative one says which block to free. */
function play(memory: TensorMemory, steps: readonly number[], live: Block[]): void {
  for (const step of steps) {
    if (step >= 0) live.push({ address: memory.allocate(step), bytes: step });
    else if (live.length > 0) {
      const [{ address, bytes }] = live.splice(-step % live.length, 1) as [Block];
      memory.free(address, bytes);
    }
  }
}

const bytes = fc.oneof(fc.nat(2000), fc.nat(300_000));
const steps = fc.array(fc.oneof(bytes, fc.integer({ min: -1000, max: -1 })), { maxLength: 300 });

test('blocks in use never overlap, and lie whole in the memory', () => {
  const memory = new TensorMemory();
  fc.assert(
    fc.property(steps, (steps) => {
      const live: Block[] = [];
      play(memory, steps, live);
      expect(overlap(live)).toBe(false);
      for (const { address, bytes } of live) {
        expect(address % 64).toBe(0);
        expect(address).toBeGreaterThanOrEqual(1 << 17);
        expect(address + bytes).toBeLessThanOrEqual(memory.size - (1 << 16));
      }
      for (const { address, bytes } of live) memory.free(address, bytes);
      expect(memory.used).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test('sizes that vary for ever do not make it grow for ever', () => {
  const memory = new TensorMemory();
  // Of each size, 16 MiB at a time: together far more than the memory there is.
  for (let size = 1000; size < 4 * MEGABYTE; size = Math.ceil(size * 1.031)) {
    const blocks: Block[] = [];
    play(memory, new Array<number>(Math.floor((16 * MEGABYTE) / size)).fill(size), blocks);
    expect(overlap(blocks)).toBe(false);
    for (const block of blocks) memory.free(block.address, block.bytes);
  }
  expect(memory.size).toBeLessThan(48 * MEGABYTE);
});

test('with blocks of all sizes freed in any order, it stays within a few times what is in use', () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 20, maxLength: 20 }), (rounds) => {
      const memory = new TensorMemory();
      const live: Block[] = [];
      let most = 0;
      for (const steps of rounds) {
        play(memory, steps, live);
        most = Math.max(most, memory.used);
        while (memory.used > 8 * MEGABYTE) play(memory, [-7], live);
      }
      expect(memory.size).toBeLessThan(3 * most + 8 * MEGABYTE);
    }),
    { numRuns: 20 },
  );
});

describe('at its limit', () => {
  test('it says what was wanted, what is in use and what there is, and goes on with what is freed', () => {
    const memory = new TensorMemory({ limit: 8 * MEGABYTE });
    const blocks: Block[] = [];
    const fill = (): void => play(memory, new Array<number>(100).fill(MEGABYTE / 2), blocks);
    expect(fill).toThrow(OutOfMemoryError);
    expect(fill).toThrow('out of memory for tensors: wanted 0.5 MiB more with 7.5 MiB in use, of at most 8.0 MiB; ');
    expect(memory.size).toBeLessThanOrEqual(9 * MEGABYTE);
    // Neighbours of a small size make room for a large one.
    for (const { address, bytes } of blocks) memory.free(address, bytes);
    const large = memory.allocate(7 * MEGABYTE);
    expect(memory.used).toBe(7 * MEGABYTE);
    memory.free(large, 7 * MEGABYTE);
  });

  test('what no memory can hold is refused without harm', () => {
    const memory = new TensorMemory();
    expect(() => memory.allocate(2 ** 33)).toThrow(/wanted 8192 MiB more with 0.0 MiB in use, of at most \d+ MiB/);
    expect(() => memory.allocate(NaN)).toThrow(RangeError);
    expect(memory.used).toBe(0);
    expect(memory.allocate(100)).toBe(1 << 17);
  });
});

test('memory that is not shared is all there from the start, so that no view of it is ever lost', () => {
  const memory = new TensorMemory({ shared: false });
  const { buffer } = memory.memory;
  expect(buffer).toBeInstanceOf(ArrayBuffer);
  memory.allocate(200 * MEGABYTE);
  expect(memory.memory.buffer).toBe(buffer);
});
