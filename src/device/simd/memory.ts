/** The allocator's blocks start here: below are the module's constants and what the threads tell each other. */
const FIRST_BLOCK = 1 << 17;
const PAGE = 1 << 16;
/** Kernels read and write whole vectors, and threads do not share cache lines. */
const LINE = 64;
/** The most that 32-bit addresses reach; a system that reserves less gets less. */
const MAXIMUM_PAGES = [65536, 32768, 16384, 8192];

/** Out of the memory that tensors live in. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
}

/** The shared memory that all tensors live in, in blocks that are used again once they are freed. */
export class TensorMemory {
  readonly memory: WebAssembly.Memory;
  /** Bytes of the blocks in use. */
  used = 0;
  #end = FIRST_BLOCK;
  readonly #limit: number;
  readonly #free = new Map<number, number[]>();

  constructor() {
    const { memory, pages } = reserve();
    this.memory = memory;
    // The last page stays free: a vector may be read from beyond the end of the last block.
    this.#limit = (pages - 1) * PAGE;
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
    this.used += size;
    const address = this.#free.get(size)?.pop();
    if (address !== undefined) return address;
    if (this.#end + size > this.#limit) this.#fail(bytes, size);
    const missing = this.#end + size + PAGE - this.size;
    if (missing > 0) this.#grow(bytes, size, missing);
    this.#end += size;
    return this.#end - size;
  }

  /** Takes back a block of which `bytes` were asked for. */
  free(address: number, bytes: number): void {
    const size = blockSize(bytes);
    this.used -= size;
    const blocks = this.#free.get(size);
    if (blocks) blocks.push(address);
    else this.#free.set(size, [address]);
  }

  #grow(bytes: number, size: number, missing: number): void {
    const room = this.#limit + PAGE - this.size;
    try {
      // In large steps: each gives all views a new buffer.
      this.memory.grow(Math.min(room, Math.max(missing, this.size / 4)) >>> 16 || 1);
    } catch {
      this.#fail(bytes, size);
    }
    if (this.#end + size + PAGE > this.size) this.#grow(bytes, size, this.#end + size + PAGE - this.size);
  }

  #fail(bytes: number, size: number): never {
    this.used -= size;
    throw new OutOfMemoryError(
      `out of tensor memory: wanted ${megabytes(bytes)} more with ${megabytes(this.used)} in use, ` +
        `of at most ${megabytes(this.#limit)}; fewer --envs, fewer --rollout-steps or a smaller --width need less`,
    );
  }
}

/** Eight sizes between a power of two and the next, so that blocks of nearly the same size can replace each other. */
function blockSize(bytes: number): number {
  if (bytes <= 8 * LINE) return Math.max(LINE, Math.ceil(bytes / LINE) * LINE);
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 3);
  const unit = Math.max(LINE, step);
  return Math.ceil(bytes / unit) * unit;
}

function reserve(): { memory: WebAssembly.Memory; pages: number } {
  let cause: unknown;
  for (const pages of MAXIMUM_PAGES) {
    try {
      return { memory: new WebAssembly.Memory({ initial: 64, maximum: pages, shared: true }), pages };
    } catch (error) {
      cause = error;
    }
  }
  throw new OutOfMemoryError('the system gives no shared memory to WebAssembly', { cause });
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`;
}
