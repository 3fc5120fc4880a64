import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { describe } from '../contract.ts';
import { EngineFailure, type Episode } from '../engine.ts';
import type { Env, Info } from '../env.ts';
import { type LocalEngine, localEngine } from '../localEngine.ts';
import {
  arraysOf,
  BELL,
  CLOSE,
  COMMAND,
  DONE,
  KEEP_INFOS,
  type Message,
  MESSAGES,
  OPERATION,
  REPLAY,
  RESET,
  SPINS,
  STEP,
  type WorkerData,
  wordsOf,
} from './sharedMemory.ts';

/**
 * Steps a slice of a `workerEngine`'s environments, in a worker thread; never returns.
 *
 * @param resolve  finds the environment's maker by the engine's `reference`
 */
export async function serveEnvironments(resolve: (reference: string) => Promise<() => Env>): Promise<void> {
  const data = workerData as WorkerData;
  const server = new SliceServer(data);
  let make: (() => Env) | Error;
  try {
    make = await resolve(data.reference);
  } catch (error) {
    make = error as Error;
  }
  server.serve(make);
}

class SliceServer {
  readonly #data: WorkerData;
  readonly #control: Int32Array;
  readonly #at: number;
  readonly #seeds: Float64Array;
  readonly #actions: Float32Array;
  readonly #resetting: Uint8Array;
  readonly #running: Uint8Array;
  #engine: LocalEngine | undefined;
  #messages = 0;

  constructor(data: WorkerData) {
    const { shared, worker, from, to } = data;
    this.#data = data;
    this.#control = new Int32Array(shared.control);
    this.#at = wordsOf(worker);
    this.#seeds = new Float64Array(shared.seeds).subarray(from, to);
    this.#actions = new Float32Array(shared.actions);
    this.#resetting = new Uint8Array(shared.resetting).subarray(from, to);
    this.#running = new Uint8Array(shared.running).subarray(from, to);
  }

  serve(make: (() => Env) | Error): void {
    let { command } = this.#data;
    this.#answer(command, () => this.#start(make));
    for (;;) {
      command = this.#next(command);
      const operation = this.#control[this.#at + OPERATION] as number;
      this.#answer(command, () => this.#do(operation));
      if (operation === CLOSE) return;
    }
  }

  #next(command: number): number {
    const word = this.#at + COMMAND;
    for (let i = 0; i < SPINS; i++) if (Atomics.load(this.#control, word) !== command) return command + 1;
    // It may wake for a command that it has seen while it spun, whose notice comes late.
    while (Atomics.load(this.#control, word) === command) Atomics.wait(this.#control, word, command);
    return command + 1;
  }

  #answer(command: number, work: () => void): void {
    this.#messages = 0;
    try {
      work();
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      this.#sendFailure(error);
    }
    this.#control[this.#at + MESSAGES] = this.#messages;
    Atomics.store(this.#control, this.#at + DONE, command);
    Atomics.add(this.#control, BELL, 1);
    Atomics.notify(this.#control, BELL);
  }

  #start(make: (() => Env) | Error): void {
    if (make instanceof Error)
      throw new EngineFailure(
        {
          method: 'constructor',
          found: `cannot be found by a worker thread as ${this.#data.reference}: ${make.message}`,
          wanted: 'an id, the path of a module, or package#export',
        },
        { cause: make },
      );
    const { shared, from, to } = this.#data;
    this.#engine = localEngine(make, to - from, {
      makeArrays: (sizes) => arraysOf(shared, { from, to, ...sizes }),
    });
  }

  #do(operation: number): void {
    const engine = this.#engine as LocalEngine;
    switch (operation) {
      case RESET:
        return this.#reset(engine);
      case STEP:
        return this.#step(engine);
      case REPLAY:
        engine.replay(receiveMessageOnPort(this.#data.port)?.message as Episode[]);
        return this.#sendInfos();
      default:
        engine.close();
    }
  }

  #reset(engine: LocalEngine): void {
    const rows = Int32Array.from(this.#resetting.keys()).filter((row) => this.#resetting[row]);
    const infos = this.#control[this.#at + KEEP_INFOS] === 1;
    engine.reset(rows, rows.length, this.#seeds, infos);
    if (infos) this.#sendInfos();
  }

  #step(engine: LocalEngine): void {
    const { from, to } = this.#data;
    const actions = this.#actions.subarray(from * engine.actionSize, to * engine.actionSize);
    if (!this.#running.includes(0)) engine.step(actions);
    else for (let row = 0; row < to - from; row++) if (this.#running[row]) engine.stepRows(row, row + 1, actions);
    this.#sendInfos();
  }

  #sendInfos(): void {
    const { from, port } = this.#data;
    const { infos } = (this.#engine as LocalEngine).arrays;
    const rows = Array.from(infos.keys()).filter((row) => saysSomething(infos[row] as Info));
    if (rows.length === 0) return;
    const message: Message = {
      kind: 'infos',
      rows: rows.map((row) => from + row),
      infos: rows.map((row) => infos[row] as Info),
    };
    try {
      port.postMessage(message);
    } catch (cause) {
      const found = `returned an info that cannot be sent: ${(cause as Error).message}`;
      throw new EngineFailure(
        { method: 'step', row: rows[0] as number, found, wanted: 'one that survives JSON' },
        { cause },
      );
    }
    this.#messages++;
  }

  #sendFailure({ details, cause }: EngineFailure): void {
    const { from, port } = this.#data;
    const moved = details.row === undefined ? details : { ...details, row: from + details.row };
    const message: Message = { kind: 'failure', details: moved, cause };
    try {
      port.postMessage(message);
    } catch {
      // What was thrown cannot be copied to another thread.
      port.postMessage({ ...message, cause: new Error(describe(cause)) });
    }
    this.#messages++;
  }
}

function saysSomething(info: Info): boolean {
  for (const _ in info) return true;
  return false;
}
