import { Worker } from 'node:worker_threads';

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
  readonly #workers: Worker[];
  #number = 0;

  constructor(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    { names, threads }: { names: readonly string[]; threads: number },
  ) {
    this.threads = threads;
    const { exports } = new WebAssembly.Instance(module, { env: { memory, abort() {} } });
    this.#kernels = names.map((name) => exports[name] as Kernel);
    this.#control = new Int32Array(memory.buffer, CONTROL_ADDRESS, LAYOUT.words);
    this.#operation = new Float64Array(memory.buffer, CONTROL_ADDRESS + LAYOUT.operationAt, OPERATION_NUMBERS);
    this.#workers = Array.from({ length: threads - 1 }, (_, i) => {
      const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
        workerData: {
          module,
          memory,
          controlAddress: CONTROL_ADDRESS,
          layout: LAYOUT,
          thread: i + 1,
          names,
          spinMs: SPIN_MS,
        },
      });
      worker.unref();
      return worker;
    });
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
      Atomics.wait(control, LAYOUT.DONE, done, 1);
    }
    Atomics.store(control, LAYOUT.CALLER_WAITS, 0);
  }
}
