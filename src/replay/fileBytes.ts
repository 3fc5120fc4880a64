/** The bytes of a file, as far as they are here. */
export interface FileBytes {
  /** Of the whole file. */
  readonly length: number;
  /** Those from `offset` on; null where one of them is not here, or beyond the end. */
  slice(offset: number, length: number): Uint8Array | null;
}

/** A file that is all here. */
export function wholeFile(bytes: Uint8Array): FileBytes {
  return { length: bytes.length, slice: (offset, length) => sliceOf(bytes, offset, length) };
}

/** Parts of a file, from wherever in it they were read. */
export class FileParts implements FileBytes {
  private readonly parts: { offset: number; bytes: Uint8Array }[] = [];

  constructor(readonly length: number) {}

  add(offset: number, bytes: Uint8Array): void {
    this.parts.push({ offset, bytes });
  }

  slice(offset: number, length: number): Uint8Array | null {
    for (const part of this.parts) {
      const found = sliceOf(part.bytes, offset - part.offset, length);
      if (found) return found;
    }
    return null;
  }
}

function sliceOf(bytes: Uint8Array, offset: number, length: number): Uint8Array | null {
  if (offset < 0 || offset + length > bytes.length) return null;
  return bytes.subarray(offset, offset + length);
}
