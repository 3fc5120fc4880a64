import { type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { TensorMemory } from './memory.ts';
import { Pool, type Share, type Spawn } from './pool.ts';

type Numbers = Float32Array | Int32Array | Uint8Array;
type Values = Parameters<MathBackendCPU['write']>[0];
type DataId = ReturnType<MathBackendCPU['write']>;

/** The numbers of a tensor, or of several that differ in shape alone: a block of the memory. */
class Block {
  refCount: number;
  /** Where the `cpu` backend keeps the parts of complex numbers. */
  complexTensorInfos?: { real: TensorInfo; imag: TensorInfo };
  readonly dtype: DataType;
  readonly address: number;
  readonly length: number;
  readonly #memory: WebAssembly.Memory;
  #values: Numbers | undefined;

  constructor(memory: TensorMemory, dtype: DataType, length: number, refCount: number) {
    this.dtype = dtype;
    this.length = length;
    this.refCount = refCount;
    this.#memory = memory.memory;
    this.address = memory.allocate(this.bytes);
  }

  get bytes(): number {
    return this.length * util.bytesPerElement(this.dtype);
  }

  /** The numbers where they lie, as kernels of the `cpu` backend take them. */
  get values(): Numbers {
    return (this.#values ??= new ARRAYS[this.dtype as keyof typeof ARRAYS](
      this.#memory.buffer,
      this.address,
      this.length,
    ));
  }
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** What the `cpu` backend keeps of a tensor that is not in the memory: strings, and complex numbers. */
type Entry = ReturnType<MathBackendCPU['data']['get']>;

/** `forward` multiplies with a weight, `back` with its transpose. */
export type Direction = 'forward' | 'back';

/** Panels of a weight, as kernels/tile.ts takes them, and of which state of the weights. */
export interface Packed {
  info: TensorInfo & { address: number };
  version: number;
}

/** What the backend is made of. */
export interface SimdParts {
  /** The kernels, for a memory that is shared as `memory` is. */
  module: WebAssembly.Module;
  memory: TensorMemory;
  /** The calling one included; 1 where the memory is not shared. */
  threads: number;
  spawn: Spawn;
}

/** A backend whose tensors live in a memory that its WebAssembly kernels and their threads share. */
export class SimdBackend extends MathBackendCPU {
  readonly memoryOfTensors: TensorMemory;
  readonly pool: Pool;
  /** Grows whenever weights have been changed where they lie. */
  weightsVersion = 0;
  readonly #packed = new Map<DataId, Partial<Record<Direction, Packed>>>();
  readonly #kernelNumbers: ReadonlyMap<string, number>;

  constructor({ module, memory, threads, spawn }: SimdParts) {
    super();
    this.memoryOfTensors = memory;
    const names = WebAssembly.Module.exports(module)
      .filter(({ kind }) => kind === 'function')
      .map(({ name }) => name);
    this.#kernelNumbers = new Map(names.map((name, i) => [name, i]));
    this.pool = new Pool(module, memory.memory, { names, threads, spawn });
  }

  /** Gives each thread at least `bytes` for what its kernels keep to themselves. */
  reserveScratch(bytes: number): void {
    const { scratch, threads } = this.pool;
    if (scratch.bytes >= bytes) return;
    const rounded = Math.ceil(bytes / 4096) * 4096;
    this.pool.scratch = { address: this.memoryOfTensors.allocate(threads * rounded), bytes: rounded };
    if (scratch.bytes) this.memoryOfTensors.free(scratch.address, threads * scratch.bytes);
  }

  /** Runs a kernel over `units`, each `work` multiply-adds or memory accesses. */
  run(kernel: string, units: number, work: number, ...args: number[]): void {
    if (units > 0) this.pool.run(this.#kernelNumber(kernel), { units, work, grain: 1 }, args);
  }

  /** `run` for units of which some belong together. */
  runShared(kernel: string, share: Share, ...args: number[]): void {
    this.pool.run(this.#kernelNumber(kernel), share, args);
  }

  /** `run` for kernels that take a table of 32-bit words, and then `args`. */
  runTable(kernel: string, share: Share, words: Int32Array, ...args: number[]): void {
    const block = new Block(this.memoryOfTensors, 'int32', words.length, 1);
    block.values.set(words);
    this.pool.run(this.#kernelNumber(kernel), share, [block.address, ...args]);
    this.memoryOfTensors.free(block.address, block.bytes);
  }

  packed(weight: DataId, direction: Direction): Packed | undefined {
    return this.#packed.get(weight)?.[direction];
  }

  /** Keeps what a weight was packed into, until the weight is disposed. */
  setPacked(weight: DataId, direction: Direction, packed: Packed): void {
    this.#packed.set(weight, { ...this.#packed.get(weight), [direction]: packed });
  }

  /** A tensor with anything in it, for a kernel to fill. */
  output(shape: number[], dtype: 'float32' | 'int32' | 'bool' = 'float32'): TensorInfo & { address: number } {
    const block = new Block(this.memoryOfTensors, dtype, util.sizeFromShape(shape), 1);
    return { dataId: this.#add(block), shape, dtype, address: block.address };
  }

  /** Where a tensor's numbers lie; null where they are not of its type, which kernels here do not take. */
  address({ dataId, dtype }: TensorInfo): number | null {
    const block = this.data.get(dataId) as Entry | Block;
    return block instanceof Block && block.dtype === dtype ? block.address : null;
  }

  override write(values: Values, shape: number[], dtype: DataType): DataId {
    if (!isNumeric(dtype) || !values) return super.write(values, shape, dtype);
    return this.#add(this.#hold(values, shape, dtype, 1));
  }

  override move(dataId: DataId, values: Values, shape: number[], dtype: DataType, refCount: number): void {
    if (!isNumeric(dtype) || !values) super.move(dataId, values, shape, dtype, refCount);
    else this.data.set(dataId, this.#hold(values, shape, dtype, refCount) as unknown as Entry);
  }

  /** A copy: the block is used again once its tensor is disposed. */
  override readSync(dataId: DataId): ReturnType<MathBackendCPU['readSync']> {
    const block = this.data.get(dataId) as Entry | Block;
    return block instanceof Block ? block.values.slice() : super.readSync(dataId);
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.data.has(dataId)) return true;
    const block = this.data.get(dataId) as Entry | Block;
    const gone = super.disposeData(dataId, force);
    if (!gone) return false;
    if (block instanceof Block) this.memoryOfTensors.free(block.address, block.bytes);
    for (const { info } of Object.values(this.#packed.get(dataId) ?? {})) this.disposeIntermediateTensorInfo(info);
    this.#packed.delete(dataId);
    return true;
  }

  override memory(): { unreliable: boolean; reasons: string[] } {
    return { unreliable: false, reasons: [] };
  }

  override dispose(): void {
    void this.pool.dispose();
  }

  #kernelNumber(kernel: string): number {
    const number = this.#kernelNumbers.get(kernel);
    if (number === undefined) throw new RangeError(`simd: there is no kernel ${kernel}`);
    return number;
  }

  #hold(values: Values, shape: number[], dtype: DataType, refCount: number): Block {
    const block = new Block(this.memoryOfTensors, dtype, util.sizeFromShape(shape), refCount);
    block.values.set(values as Numbers);
    return block;
  }

  #add(block: Block): DataId {
    // Its own numbers are the parent's secret; TFJS asks only that each is an object of its own.
    const dataId = {};
    this.data.set(dataId, block as unknown as Entry);
    return dataId;
  }
}

function isNumeric(dtype: DataType): boolean {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}
