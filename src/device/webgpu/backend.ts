import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { DeviceFailure } from '../failure.ts';

type Run = Parameters<WebGPUBackend['runWebGPUProgram']>;
/** A kernel as TFJS's backend takes it. */
export type Program = Run[0];

/** A piece of one tensor that goes to a place in another; offsets and length in numbers. */
export interface Copy {
  from: TensorInfo;
  fromOffset?: number;
  to: TensorInfo;
  toOffset?: number;
  length: number;
}

/**
 * TFJS's WebGPU backend, with errors that are thrown: of themselves they are only logged, and tensors hold zeros.
 *
 * Dawn tells of an invalid shader or a refused buffer before the call that made it returns, so it is that call which
 * throws. A device that is lost fails all calls from then on, and the reads under way.
 */
export class GpuBackend extends WebGPUBackend {
  #failure: DeviceFailure | null = null;
  /** Rejects with the first failure; never resolves. */
  readonly #failed: Promise<never>;
  #reject: (failure: DeviceFailure) => void = () => {};
  /** What the GPU is being asked for, for the message. */
  #kernel = '';
  #allocating = false;
  #refused = false;

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info);
    this.#failed = new Promise((_, reject) => (this.#reject = reject));
    this.#failed.catch(() => {}); // whoever calls next hears of it
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault(); // or Dawn prints it
      const { error } = event;
      if (this.#allocating && error instanceof GPUOutOfMemoryError) this.#refused = true;
      else this.#fail(new DeviceFailure('kernel', refusal(this.#kernel, error), { cause: error }));
    });
    void this.#watch();
    this.#guardAllocation();
  }

  /** Whether it no longer works. */
  get failed(): boolean {
    return this.#failure !== null;
  }

  /** @throws DeviceFailure for a kernel that the GPU does not take */
  override runWebGPUProgram(...[program, inputs, dtype, uniforms, output]: Run): TensorInfo {
    this.#check();
    this.#kernel = `the kernel ${program.shaderKey}`;
    try {
      return super.runWebGPUProgram(program, inputs, dtype, uniforms, output);
    } finally {
      // Comes before what TFJS may stumble over after it.
      this.#check();
      this.#kernel = '';
    }
  }

  /** @throws DeviceFailure */
  override async read(dataId: object): Promise<backend_util.BackendValues> {
    this.#check();
    const values = await Promise.race([this.#readOrFail(dataId), this.#failed]);
    this.#check();
    return values;
  }

  /** @throws Error where the numbers are on the GPU: Node cannot wait for them */
  override readSync(dataId: object): backend_util.BackendValues {
    const { values } = this.tensorMap.get(dataId);
    if (values) return values;
    throw new Error('a tensor on the GPU cannot be read with dataSync() in Node: use data()');
  }

  /** Copies pieces of tensors of 32-bit numbers, in order with the kernels. @throws DeviceFailure */
  copy(copies: readonly Copy[]): void {
    this.#check();
    const pieces = copies.map(({ from, fromOffset = 0, to, toOffset = 0, length }) => {
      const [source, target] = [this.#bufferOf(from), this.#bufferOf(to)];
      return [source, 4 * fromOffset, target, 4 * toOffset, 4 * length] as const;
    });
    this.ensureCommandEncoderReady();
    this.endComputePassEncoder();
    // TFJS keeps it to itself; one of our own would run at another time.
    const { commandEncoder } = this as unknown as { commandEncoder: GPUCommandEncoder };
    for (const piece of pieces) commandEncoder.copyBufferToBuffer(...piece);
    // What was read of them before is no longer what they hold.
    for (const { to } of copies) this.tensorMap.get(to.dataId).values = null as never;
    this.#check();
  }

  #bufferOf({ dataId }: TensorInfo): GPUBuffer {
    this.uploadToGPU(dataId);
    return this.tensorMap.get(dataId).resource as GPUBuffer;
  }

  async #readOrFail(dataId: object): Promise<backend_util.BackendValues> {
    try {
      return await super.read(dataId);
    } catch (error) {
      // A read is cut off before the reason is known.
      if ((error as Error).name === 'AbortError') return await this.#failed;
      throw error;
    }
  }

  async #watch(): Promise<void> {
    const { reason, message } = await this.device.lost;
    const why = [reason === 'unknown' ? '' : reason, message].filter(Boolean).join(': ');
    this.#fail(new DeviceFailure('lost', `the GPU was lost (${why || 'no reason given'})`));
  }

  #fail(failure: DeviceFailure): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#reject(failure);
  }

  #check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Every buffer comes from TFJS's manager of them: says there what was asked for where there is no room for it. */
  #guardAllocation(): void {
    const manager = this.bufferManager;
    const acquire = manager.acquireBuffer.bind(manager);
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    manager.acquireBuffer = (size, ...rest) => {
      this.#check();
      const { numBytesAllocatedInGPU: held } = this.memory();
      const wanted = `out of GPU memory: wanted ${megabytes(size)} more with ${megabytes(held)} taken`;
      if (size > limit) throw outOfMemory(`${wanted}; this GPU gives at most ${megabytes(limit)} to one tensor`);
      this.#refused = false;
      this.#allocating = true;
      try {
        const buffer = acquire(size, ...rest);
        if (!this.#refused) return buffer;
        manager.releaseBuffer(buffer, false);
      } catch (error) {
        // As the standard has it for a buffer that is to be written at once.
        if (!(error instanceof RangeError)) throw error;
      } finally {
        this.#allocating = false;
      }
      throw outOfMemory(`${wanted}, which is all that the GPU gives`);
    };
  }
}

/** The first line says where and why; the rest is for whoever writes shaders. */
function refusal(kernel: string, { message }: GPUError): string {
  return `the GPU refused ${kernel || 'a call'}: ${message.trim().split('\n')[0]}`;
}

function outOfMemory(message: string): DeviceFailure {
  return new DeviceFailure(
    'memory',
    `${message}; fewer --envs, fewer --rollout-steps, more --minibatches or a smaller --width need less`,
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
