/** Writes numbers and bytes one after the other into a buffer that grows. Little-endian. */
export class ByteWriter {
  private bytes = new Uint8Array(1024);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  u8(value: number): this {
    const at = this.advance(1);
    this.bytes[at] = value;
    return this;
  }

  u32(value: number): this {
    const at = this.advance(4);
    this.view.setUint32(at, value, true);
    return this;
  }

  f64(value: number): this {
    const at = this.advance(8);
    this.view.setFloat64(at, value, true);
    return this;
  }

  raw(bytes: Uint8Array): this {
    const at = this.advance(bytes.length);
    this.bytes.set(bytes, at);
    return this;
  }

  /** A string as UTF-8, after its length in bytes. */
  text(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.u32(bytes.length).raw(bytes);
  }

  /** Room for `count` bytes, to be filled in by the caller before anything else is written. */
  room(count: number): Uint8Array {
    const at = this.advance(count);
    return this.bytes.subarray(at, at + count);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }

  /** Where the next `count` bytes go. May replace `bytes` and `view`: call it before touching them. */
  private advance(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, 2 * this.bytes.length));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }
}

/** More numbers than this are not in one frame of ours. */
const NUMBERS_LIMIT = 2 ** 24;

/**
 * Reads what a `ByteWriter` wrote.
 *
 * @throws RangeError when asked for more than there is
 */
export class ByteReader {
  private at = 0;
  private allowed = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.at;
  }

  u8(): number {
    return this.view.getUint8(this.advance(1));
  }

  u32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  f64(): number {
    return this.view.getFloat64(this.advance(8), true);
  }

  raw(count: number): Uint8Array {
    const at = this.advance(count);
    return this.bytes.subarray(at, at + count);
  }

  text(): string {
    return new TextDecoder('utf-8', { fatal: true }).decode(this.raw(this.u32()));
  }

  /**
   * Is asked before room is made for what few bytes can stand for.
   *
   * @param numbers  how many, besides those asked for before
   * @throws RangeError when all of them are too many
   */
  allow(numbers: number): void {
    this.allowed += numbers;
    if (!(this.allowed <= NUMBERS_LIMIT)) throw new RangeError(`${this.allowed} numbers in one frame are too many`);
  }

  /** How many numbers room was made for. */
  get numbers(): number {
    return this.allowed;
  }

  private advance(count: number): number {
    const at = this.at;
    if (count > this.remaining) throw new RangeError(`ends ${count - this.remaining} bytes early`);
    this.at += count;
    return at;
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 as in zip and PNG; the result of one part can be passed on as `before` of the next. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = (CRC_TABLE[(crc ^ (bytes[i] as number)) & 255] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
