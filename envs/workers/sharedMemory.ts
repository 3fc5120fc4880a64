import type { MessagePort } from 'node:worker_threads';
import type { EngineArrays, FailureDetails } from '../engine.ts';
import { type Info, NO_INFO } from '../env.ts';

/** Control words: each worker's lie on a cache line of their own, after that of the bell. */
export const BELL = 0;
export const LINE = 16;
export const COMMAND = 0; // number of the command under way, counted up
export const OPERATION = 1;
export const DONE = 2; // number of the last command done
export const DEAD = 3;
export const MESSAGES = 4; // that the command sent
export const KEEP_INFOS = 5;

/** What a command asks for. */
export const START = 0;
export const RESET = 1;
export const STEP = 2;
export const REPLAY = 3;
export const CLOSE = 4;

/** Looks for its word to change so often before it sleeps: some 20 microseconds. */
export const SPINS = 2000;

/** All that a worker and its caller share, besides a port for what has no fixed size. */
export interface Shared {
  control: SharedArrayBuffer;
  observations: SharedArrayBuffer;
  rewards: SharedArrayBuffer;
  terminated: SharedArrayBuffer;
  truncated: SharedArrayBuffer;
  actionMasks: SharedArrayBuffer;
  actions: SharedArrayBuffer;
  seeds: SharedArrayBuffer;
  /** [B] 1 where an episode is to be started. */
  resetting: SharedArrayBuffer;
  /** [B] 1 where an episode is under way; 0 where the worker that played it has died. */
  running: SharedArrayBuffer;
}

/** What a worker is started with. */
export interface WorkerData {
  shared: Shared;
  port: MessagePort;
  reference: string;
  worker: number;
  /** Its first environment, and the one after its last. */
  from: number;
  to: number;
  /** Number of the command that starting is. */
  command: number;
}

/** What a worker sends beside numbers. */
export type Message =
  { kind: 'failure'; details: FailureDetails; cause: unknown } | { kind: 'infos'; rows: number[]; infos: Info[] };

/** Numbers of a row. */
export interface Sizes {
  observationSize: number;
  maskSize: number;
}

/** Memory of `count` environments, for so many workers. */
export function share(
  count: number,
  workers: number,
  { observationSize, maskSize, actionSize }: Sizes & { actionSize: number },
): Shared {
  const bytes = (size: number): SharedArrayBuffer => new SharedArrayBuffer(size);
  return {
    control: bytes(4 * LINE * (workers + 1)),
    observations: bytes(4 * count * observationSize),
    rewards: bytes(8 * count),
    terminated: bytes(count),
    truncated: bytes(count),
    actionMasks: bytes(count * maskSize),
    actions: bytes(4 * count * actionSize),
    seeds: bytes(8 * count),
    resetting: bytes(count),
    running: bytes(count),
  };
}

/** Where a worker's control words begin. */
export function wordsOf(worker: number): number {
  return LINE * (worker + 1);
}

/** What the environments `from` up to `to`, that one excluded, show of themselves. */
export function arraysOf(
  shared: Shared,
  { from, to, observationSize, maskSize: M }: Sizes & { from: number; to: number },
): EngineArrays {
  return {
    observations: new Float32Array(shared.observations).subarray(from * observationSize, to * observationSize),
    rewards: new Float64Array(shared.rewards).subarray(from, to),
    terminated: new Uint8Array(shared.terminated).subarray(from, to),
    truncated: new Uint8Array(shared.truncated).subarray(from, to),
    actionMasks: M ? new Uint8Array(shared.actionMasks).subarray(from * M, to * M) : null,
    infos: Array.from({ length: to - from }, () => NO_INFO),
  };
}
