import { DeviceFailure } from '../failure.ts';

/** The allocator's blocks start here: below are the module's constants and what the threads tell each other. */
const FIRST_BLOCK = 1 << 17;
const PAGE = 1 << 16;
/** Kernels read and write whole vectors, and threads do not share cache lines. */
const LINE = 64;
/** The most that 32-bit addresses reach; a system that reserves less gets less. */
const SHARED_PAGES = [65536, 32768, 16384, 8192];
const UNSHARED_PAGES = [16384, 8192, 4096];

/** Out of the memory that tensors live in. */
export class OutOfMemoryError extends DeviceFailure {
  override readonly name = 'OutOfMemoryError';

  /** All in bytes. */
  constructor(
    readonly wanted: number,
    readonly used: number,
    readonly limit: number,
  ) {
    super(
      'memory',
      `out of memory for tensors: wanted ${megabytes(wanted)} more with ${megabytes(used)} in use, of at most ` +
        `${megabytes(limit)}; more --minibatches, fewer --envs or --rollout-steps, or a smaller --width, --layers or ` +
        '--context need less',
    );
  }
}

export interface TensorMemoryOptions {
  /** Whether other threads can have it. */
  shared?: boolean;
  /** The most bytes that it may grow to; less where the system gives less. */
  limit?: number;
}

/**
 * The memory that all tensors live in, in blocks that are used again once they are freed.
 *
 * A freed block waits for another of its size. Before the memory grows, and before it ends, blocks that waited in vain
 * are joined with their neighbours, and whatever fits is cut from them.
 */
export class TensorMemory {
  readonly memory: WebAssembly.Memory;
  /** Bytes of the blocks in use. */
  used = 0;
  readonly limit: number;
  #end = FIRST_BLOCK;
  /** Addresses of freed blocks by their size. */
  readonly #waiting = new Map<number, number[]>();
  #waitingBytes = 0;
  /** What was joined, by address: no two of them are neighbours. */
  #gaps: Gap[] = [];

  constructor({ shared = true, limit = Infinity }: TensorMemoryOptions = {}) {
    const { memory, pages } = shared ? reserveShared() : reserveUnshared();
    this.memory = memory;
    // The last page stays free: a vector may be read from beyond the end of the last block.
    this.limit = Math.min((pages - 1) * PAGE, limit);
  }

  /** Bytes taken from the system. */
  get size(): number {
    return this.memory.buffer.byteLength;
  }

  /**
   * @returns the address of a block of at least `bytes`, with anything in it
   * @throws OutOfMemoryError
   */
  allocate(bytes: number): number {
    const size = blockSize(bytes);
    const address = this.#take(size) ?? this.#cut(size) ?? this.#extend(size) ?? this.#find(size, bytes);
    this.used += size;
    return address;
  }

  /** Takes back a block of which `bytes` were asked for. */
  free(address: number, bytes: number): void {
    const size = blockSize(bytes);
    this.used -= size;
    this.#waitingBytes += size;
    const blocks = this.#waiting.get(size);
    if (blocks) blocks.push(address);
    else this.#waiting.set(size, [address]);
  }

  #take(size: number): number | undefined {
    const address = this.#waiting.get(size)?.pop();
    if (address !== undefined) this.#waitingBytes -= size;
    return address;
  }

  /** From the first gap that is large enough. */
  #cut(size: number): number | undefined {
    const i = this.#gaps.findIndex((gap) => gap.size >= size);
    const gap = this.#gaps[i];
    if (!gap) return undefined;
    const { address } = gap;
    if (gap.size === size) this.#gaps.splice(i, 1);
    else this.#gaps[i] = { address: address + size, size: gap.size - size };
    return address;
  }

  /** Beyond all blocks, where the memory has been taken from the system already. */
  #extend(size: number): number | undefined {
    if (this.#end + size > Math.min(this.limit, this.size - PAGE)) return undefined;
    this.#end += size;
    return this.#end - size;
  }

  #find(size: number, bytes: number): number {
    // Joining takes time, so not whenever a few blocks wait.
    if (this.#waitingBytes >= Math.max(size, this.#end / 8)) this.#join();
    const address = this.#cut(size) ?? this.#extend(size);
    if (address !== undefined) return address;
    if (this.#grow(size)) return this.#extend(size) as number;
    this.#join();
    const last = this.#cut(size) ?? (this.#grow(size) ? this.#extend(size) : undefined);
    if (last === undefined) throw new OutOfMemoryError(bytes, this.used, this.limit);
    return last;
  }

  /** Makes gaps of all blocks that wait; what borders on the end is given back to it. */
  #join(): void {
    const blocks = [...this.#gaps];
    for (const [size, addresses] of this.#waiting) for (const address of addresses) blocks.push({ address, size });
    this.#waiting.clear();
    this.#waitingBytes = 0;
    blocks.sort((a, b) => a.address - b.address);
    this.#gaps = [];
    for (const { address, size } of blocks) {
      const last = this.#gaps.at(-1);
      if (last && last.address + last.size === address) last.size += size;
      else this.#gaps.push({ address, size });
    }
    const last = this.#gaps.at(-1);
    if (last && last.address + last.size === this.#end) {
      this.#end = last.address;
      this.#gaps.pop();
    }
  }

  /** Whether there is room for `size` beyond all blocks now. */
  #grow(size: number): boolean {
    const needed = this.#end + size;
    if (needed > this.limit) return false;
    const missing = needed + PAGE - this.size;
    if (missing <= 0) return true;
    // In large steps: each gives all views a new buffer.
    const generous = Math.min(this.limit + PAGE - this.size, this.size / 4);
    for (const bytes of [Math.max(generous, missing), missing]) {
      try {
        this.memory.grow(Math.ceil(bytes / PAGE));
        return true;
      } catch {
        // The system has no more, or not so much at once.
      }
    }
    return false;
  }
}

interface Gap {
  address: number;
  size: number;
}

/** Eight sizes between a power of two and the next, so that blocks of nearly the same size can replace each other. */
function blockSize(bytes: number): number {
  if (!(bytes >= 0)) throw new RangeError(`simd: a tensor of ${bytes} bytes`);
  const step = bytes <= 8 * LINE ? LINE : 2 ** (Math.floor(Math.log2(bytes - 1)) - 3);
  const unit = Math.max(LINE, step);
  return Math.max(unit, Math.ceil(bytes / unit) * unit);
}

function reserveShared(): { memory: WebAssembly.Memory; pages: number } {
  return firstThatWorks(SHARED_PAGES, (maximum) => new WebAssembly.Memory({ initial: 64, maximum, shared: true }));
}

/** All there will be of it from the start, since growing would take all views away; the system gives it when used. */
function reserveUnshared(): { memory: WebAssembly.Memory; pages: number } {
  return firstThatWorks(UNSHARED_PAGES, (pages) => new WebAssembly.Memory({ initial: pages, maximum: pages }));
}

function firstThatWorks(
  sizes: readonly number[],
  reserve: (pages: number) => WebAssembly.Memory,
): { memory: WebAssembly.Memory; pages: number } {
  let cause: unknown;
  for (const pages of sizes) {
    try {
      return { memory: reserve(pages), pages };
    } catch (error) {
      cause = error;
    }
  }
  throw new Error(`the system reserves no ${(sizes.at(-1) as number) / 16} MiB of memory for WebAssembly`, { cause });
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`;
}
