/** Where the threads' control words lie, below the tensors. */
const CONTROL_ADDRESS = 1 << 16;
const OPERATION_NUMBERS = 24;
/** Of the control words, each on a cache line of its own. */
const LAYOUT = {
  words: 64,
  /** Last byte: pieces that nobody has taken yet. The rest: number of the operation. */
  TICKET: 0,
  /** Pieces done. */
  DONE: 16,
  /** Threads asleep. */
  SLEEPERS: 32,
  CALLER_WAITS: 48,
  /** A thread is gone that had taken a piece. */
  FAILED: 56,
  /** Kernel, units, pieces, first thread's scratch memory and each one's bytes, then arguments, from this byte on. */
  operationAt: 256,
  operationNumbers: OPERATION_NUMBERS,
} as const;

/** How long a thread looks for work before it sleeps: longer than from one step of acting to the next. */
const SPIN_MS = 0.5;
/** Work, in multiply-adds or memory accesses, that is worth another thread, and that makes a piece. */
const WORTH_SHARING = 32_768;
const PIECE = 16_384;
const PIECES_PER_THREAD = 8;
const MOST_PIECES = 255;

/** How much there is to do, and how it may be divided. */
export interface Share {
  units: number;
  /** Of each unit, in multiply-adds or memory accesses. */
  work: number;
  /** Fewest units of a piece: those that share what they read. */
  grain: number;
}

export type Kernel = (from: number, to: number, scratch: number, ...args: number[]) => void;

/** What a thread needs to take part: see thread.mjs. */
export interface ThreadTask {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  controlAddress: number;
  layout: typeof LAYOUT;
  /** Its number; 0 is the calling one. */
  thread: number;
  /** Of the kernels, by their numbers. */
  names: readonly string[];
  spinMs: number;
}

/** Starts a thread in the way of Node or of a browser. */
export type Spawn = (task: ThreadTask) => { terminate(): unknown };

/**
 * Runs kernels over a number of units, which the calling thread and the pool's others take piece by piece.
 *
 * Nobody waits for a thread that is not there yet, asleep, or busy elsewhere: its pieces are taken by the others. A
 * kernel's result must not depend on where pieces begin, so that the same numbers come out of any number of threads.
 */
export class Pool {
  readonly threads: number;
  /** Memory for each thread's own use: where the first one's begins, and how many bytes each has. */
  scratch = { address: 0, bytes: 0 };
  readonly #kernels: readonly Kernel[];
  readonly #control: Int32Array;
  readonly #operation: Float64Array;
  readonly #workers: ReturnType<Spawn>[];
  readonly #mayWait: boolean;
  #number = 0;

  constructor(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    { names, threads, spawn }: { names: readonly string[]; threads: number; spawn: Spawn },
  ) {
    this.threads = threads;
    const { exports } = new WebAssembly.Instance(module, { env: { memory, abort() {} } });
    this.#kernels = names.map((name) => exports[name] as Kernel);
    this.#control = new Int32Array(memory.buffer, CONTROL_ADDRESS, LAYOUT.words);
    this.#operation = new Float64Array(memory.buffer, CONTROL_ADDRESS + LAYOUT.operationAt, OPERATION_NUMBERS);
    this.#mayWait = threads > 1 && mayWait(this.#control);
    const shared = { module, memory, controlAddress: CONTROL_ADDRESS, layout: LAYOUT, names, spinMs: SPIN_MS };
    this.#workers = Array.from({ length: threads - 1 }, (_, i) => spawn({ ...shared, thread: i + 1 }));
  }

  run(kernel: number, { units, work, grain }: Share, args: readonly number[]): void {
    const total = units * work;
    if (this.threads === 1 || total < WORTH_SHARING || units < 2) {
      (this.#kernels[kernel] as Kernel)(0, units, this.scratch.address, ...args);
      return;
    }
    const most = Math.min(this.threads * PIECES_PER_THREAD, MOST_PIECES);
    const pieces = Math.min(Math.ceil(units / grain), Math.floor(total / PIECE), most);
    this.#share(kernel, units, pieces, args);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #share(kernel: number, units: number, pieces: number, args: readonly number[]): void {
    const control = this.#control;
    const operation = this.#operation;
    operation[0] = kernel;
    operation[1] = units;
    operation[2] = pieces;
    operation[3] = this.scratch.address;
    operation[4] = this.scratch.bytes;
    for (let i = 0; i < args.length; i++) operation[5 + i] = args[i] as number;
    Atomics.store(control, LAYOUT.DONE, 0);
    this.#number = (this.#number + 1) & 0xffffff;
    Atomics.store(control, LAYOUT.TICKET, (this.#number << 8) | pieces);
    if (Atomics.load(control, LAYOUT.SLEEPERS)) Atomics.notify(control, LAYOUT.TICKET);
    const call = this.#kernels[kernel] as Kernel;
    for (;;) {
      const ticket = Atomics.load(control, LAYOUT.TICKET);
      const left = ticket & 255;
      if (left === 0) break;
      if (Atomics.compareExchange(control, LAYOUT.TICKET, ticket, ticket - 1) !== ticket) continue;
      const [from, to] = [Math.floor((units * (left - 1)) / pieces), Math.floor((units * left) / pieces)];
      call(from, to, this.scratch.address, ...args);
      Atomics.add(control, LAYOUT.DONE, 1);
    }
    this.#awaitOthers(pieces);
  }

  #awaitOthers(pieces: number): void {
    const control = this.#control;
    for (let i = 0; i < 20_000; i++) if (Atomics.load(control, LAYOUT.DONE) === pieces) return;
    // Another thread was interrupted in the middle of its piece: leave it the core.
    Atomics.store(control, LAYOUT.CALLER_WAITS, 1);
    for (;;) {
      const done = Atomics.load(control, LAYOUT.DONE);
      if (done === pieces) break;
      if (Atomics.load(control, LAYOUT.FAILED)) throw new Error('simd: a thread failed in the middle of its piece');
      if (this.#mayWait) Atomics.wait(control, LAYOUT.DONE, done, 1);
    }
    Atomics.store(control, LAYOUT.CALLER_WAITS, 0);
  }
}

/** A page's main thread may not: it has to look again and again. */
function mayWait(control: Int32Array): boolean {
  try {
    Atomics.wait(control, LAYOUT.CALLER_WAITS, 1, 0);
    return true;
  } catch {
    return false;
  }
}
