import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { maskSize } from '../contract.ts';
import { type Engine, type EngineArrays, EngineFailure, type Episode } from '../engine.ts';
import { type Env, type Info, NO_INFO } from '../env.ts';
import { construct } from '../localEngine.ts';
import { flatSize, type Space } from '../spaces.ts';
import {
  arraysOf,
  BELL,
  CLOSE,
  COMMAND,
  DEAD,
  DONE,
  KEEP_INFOS,
  LINE,
  type Message,
  MESSAGES,
  OPERATION,
  REPLAY,
  RESET,
  share,
  type Shared,
  SPINS,
  START,
  STEP,
  type WorkerData,
  wordsOf,
} from './sharedMemory.ts';

export interface WorkerOptions {
  /** How a worker finds the environment: what `entry` hands to its resolver. */
  reference: string;
  /** Threads; more than there are environments are not started. */
  workers: number;
  /** The module that the threads run: it calls `serveEnvironments`. */
  entry: URL;
  /** Called when a worker has died and another one stands in for it. */
  onRestart?: (restart: WorkerRestart) => void;
}

export interface WorkerRestart {
  worker: number;
  /** Its first environment, and the one after its last: their episodes are lost, and count as truncated. */
  from: number;
  to: number;
  /** The error that it died of, or its exit code. */
  reason: string;
}

const CLOSE_MS = 1000;
/** A worker that dies so often without finishing a step is given up. */
const MOST_DEATHS = 3;

/**
 * An engine for `VectorEnv` whose environments live in worker threads, each with a slice of them: the same episodes from
 * the same seeds, for environments that cost more than the two wake-ups of a step (0.1 ms where threads sleep).
 *
 * Numbers go through shared memory; infos that say something, and errors, through ports. The caller waits for a step,
 * so that a supervising thread watches over the workers. One that dies is replaced: its episodes end truncated, with the
 * last observation that they showed.
 */
export function workerEngine(options: WorkerOptions): (make: () => Env, count: number) => Engine {
  return (make, count) => {
    const engine = new WorkerEngine(make, count, options);
    try {
      engine.start();
    } catch (error) {
      engine.close();
      throw error;
    }
    return engine;
  };
}

/** Which environments a worker has. */
interface Place {
  worker: number;
  from: number;
  to: number;
  /** Where its control words begin. */
  at: number;
}

/** A worker as its caller sees it. */
interface Slice extends Place {
  /** To the worker. */
  port: MessagePort;
  /** From the supervisor: why the worker died. */
  reports: MessagePort;
  /** Since its last step. */
  deaths: number;
}

class WorkerEngine implements Engine {
  readonly repeatable = true;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly maskSize: number;
  readonly arrays: EngineArrays;
  readonly #options: WorkerOptions;
  readonly #shared: Shared;
  readonly #control: Int32Array;
  readonly #actions: Float32Array;
  readonly #seeds: Float64Array;
  readonly #resetting: Uint8Array;
  readonly #running: Uint8Array;
  #slices: Slice[] = [];
  readonly #supervisor: Worker;
  /** Rows with an info of the last step or reset. */
  readonly #informed = new Set<number>();

  constructor(make: () => Env, count: number, options: WorkerOptions) {
    const env = construct(make);
    this.observationSpace = env.observationSpace;
    this.actionSpace = env.actionSpace;
    this.maskSize = env.actionMask ? maskSize(env.actionSpace) : 0;
    env.close?.();
    this.#options = options;
    const workers = Math.min(options.workers, count);
    const sizes = { observationSize: flatSize(env.observationSpace), maskSize: this.maskSize };
    this.#shared = share(count, workers, { ...sizes, actionSize: flatSize(env.actionSpace) });
    this.arrays = arraysOf(this.#shared, { from: 0, to: count, ...sizes });
    this.#control = new Int32Array(this.#shared.control);
    this.#actions = new Float32Array(this.#shared.actions);
    this.#seeds = new Float64Array(this.#shared.seeds);
    this.#resetting = new Uint8Array(this.#shared.resetting);
    this.#running = new Uint8Array(this.#shared.running);
    this.#supervisor = new Worker(new URL('./supervisor.mjs', import.meta.url), {
      workerData: { control: this.#shared.control, bell: BELL },
    });
    this.#supervisor.unref();
  }

  /** @throws EngineFailure when the environment cannot be made in a worker */
  start(): void {
    const count = this.#running.length;
    const workers = this.#control.length / LINE - 1;
    this.#slices = Array.from({ length: workers }, (_, worker) => {
      const from = Math.floor((worker * count) / workers);
      const to = Math.floor(((worker + 1) * count) / workers);
      const place = { worker, from, to, at: wordsOf(worker) };
      return { ...place, ...this.#spawn(place), deaths: 0 };
    });
    for (const slice of this.#collect(this.#slices)) this.#restart(slice, START);
  }

  reset(rows: Int32Array, count: number, seeds: ArrayLike<number>, infos: boolean): void {
    if (infos) this.#forgetInfos();
    for (let k = 0; k < count; k++) {
      const row = rows[k] as number;
      this.#resetting[row] = this.#running[row] = 1;
      this.#seeds[row] = seeds[row] as number;
    }
    const slices = this.#slices.filter(({ from, to }) => this.#resetting.subarray(from, to).includes(1));
    for (const { at } of slices) this.#control[at + KEEP_INFOS] = infos ? 1 : 0;
    this.#untilDone(slices, RESET, ({ from, to }) => {
      // Only the rows that are to be reset begin anew: the other episodes of a worker that died are lost.
      for (let row = from; row < to; row++) this.#running[row] = this.#resetting[row] as number;
    });
    this.#resetting.fill(0);
  }

  step(actions: Float32Array): void {
    this.#forgetInfos();
    this.#actions.set(actions);
    const dead = this.#run(this.#slices, STEP);
    for (const slice of this.#slices) if (!dead.includes(slice)) slice.deaths = 0;
    for (const slice of dead) {
      this.#running.fill(0, slice.from, slice.to);
      this.#restart(slice, STEP);
    }
    const { rewards, terminated, truncated } = this.arrays;
    for (let row = 0; row < rewards.length; row++) {
      if (this.#running[row]) continue;
      rewards[row] = terminated[row] = 0;
      truncated[row] = 1;
    }
  }

  replay(episodes: readonly Episode[]): void {
    this.#forgetInfos();
    this.#running.fill(1);
    const send = ({ port, from, to }: Slice): void => port.postMessage(episodes.slice(from, to));
    this.#slices.forEach(send);
    this.#untilDone(this.#slices, REPLAY, send);
  }

  close(): void {
    const living = this.#slices.filter(({ at }) => this.#control[at + DEAD] === 0);
    for (const { at } of living) this.#command(at, CLOSE);
    this.#wait(living, performance.now() + CLOSE_MS);
    void this.#supervisor.terminate();
  }

  #spawn({ worker, from, to, at }: Place): Pick<Slice, 'port' | 'reports'> {
    const [wire, reports] = [new MessageChannel(), new MessageChannel()];
    this.#control[at + DEAD] = 0;
    const command = Atomics.add(this.#control, at + COMMAND, 1) + 1;
    const { reference, entry } = this.#options;
    const data: WorkerData = { shared: this.#shared, port: wire.port2, reference, worker, from, to, command };
    const order = { entry: entry.href, data, dead: at + DEAD, reports: reports.port2 };
    this.#supervisor.postMessage(order, [wire.port2, reports.port2]);
    return { port: wire.port1, reports: reports.port1 };
  }

  /** Another worker for one that died. @throws EngineFailure when it dies again and again */
  #restart(slice: Slice, operation: number): void {
    const { worker, from, to } = slice;
    for (;;) {
      const reason = String(receiveMessageOnPort(slice.reports)?.message);
      if (++slice.deaths >= MOST_DEATHS)
        throw new EngineFailure({
          method: operation === START ? 'constructor' : operation === STEP ? 'step' : 'reset',
          ...(operation !== START && { row: from }),
          found: `ended its worker thread ${MOST_DEATHS} times in a row (${reason}; environments ${from} to ${to - 1})`,
          wanted: 'an environment that leaves the thread it runs in alone',
        });
      Object.assign(slice, this.#spawn(slice));
      if (this.#collect([slice]).length > 0) continue;
      this.#options.onRestart?.({ worker, from, to, reason });
      return;
    }
  }

  /** Runs an operation until every worker has done it, those too that stand in for the dead. */
  #untilDone(slices: Slice[], operation: number, prepare: (slice: Slice) => void): void {
    for (let dead = this.#run(slices, operation); dead.length > 0; dead = this.#run(dead, operation)) {
      for (const slice of dead) {
        this.#restart(slice, operation);
        prepare(slice);
      }
    }
  }

  /** @returns the workers that died of it */
  #run(slices: Slice[], operation: number): Slice[] {
    for (const { at } of slices) this.#command(at, operation);
    return this.#collect(slices);
  }

  #command(at: number, operation: number): void {
    this.#control[at + OPERATION] = operation;
    Atomics.add(this.#control, at + COMMAND, 1);
    Atomics.notify(this.#control, at + COMMAND);
  }

  /** Waits for the command under way, and takes what it sent. @throws EngineFailure of the first row that failed */
  #collect(slices: Slice[]): Slice[] {
    this.#wait(slices);
    let failure: EngineFailure | undefined;
    for (const { at, port } of slices) {
      const messages = this.#isDone(at) ? (this.#control[at + MESSAGES] as number) : 0;
      for (let k = 0; k < messages; k++) {
        const message = receiveMessageOnPort(port)?.message as Message;
        if (message.kind === 'infos') this.#takeInfos(message);
        else failure ??= new EngineFailure(message.details, { cause: message.cause });
      }
    }
    if (failure) throw failure;
    return slices.filter(({ at }) => !this.#isDone(at));
  }

  #wait(slices: Slice[], until = Infinity): void {
    const settled = (): boolean =>
      slices.every(({ at }) => this.#isDone(at) || Atomics.load(this.#control, at + DEAD) === 1);
    for (let i = 0; i < SPINS; i++) if (settled()) return;
    while (performance.now() < until) {
      const bell = Atomics.load(this.#control, BELL);
      if (settled()) return;
      Atomics.wait(this.#control, BELL, bell, until - performance.now());
    }
  }

  #isDone(at: number): boolean {
    return Atomics.load(this.#control, at + DONE) === Atomics.load(this.#control, at + COMMAND);
  }

  #takeInfos({ rows, infos }: { rows: number[]; infos: Info[] }): void {
    rows.forEach((row, k) => {
      this.arrays.infos[row] = infos[k] as Info;
      this.#informed.add(row);
    });
  }

  #forgetInfos(): void {
    for (const row of this.#informed) this.arrays.infos[row] = NO_INFO;
    this.#informed.clear();
  }
}
