const HEADER_BYTES = 8;
const IMPORTS = 2;
const FUNCTION = 0;
const MEMORY = 2;
const IS_SHARED = 2;

/**
 * The same WebAssembly module for a memory that is not shared: that its code is for a shared one is said by one bit,
 * among the limits of the memory that it imports.
 *
 * @throws RangeError when the module imports no memory
 * @see https://webassembly.github.io/spec/core/binary/modules.html#import-section
 */
export function unshared(module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = module.slice();
  let at = HEADER_BYTES;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const skip = (count: number): number => (at += count);

  while (at < bytes.length) {
    const isImports = bytes[at++] === IMPORTS;
    const size = number();
    if (!isImports) {
      skip(size);
      continue;
    }
    for (let left = number(); left > 0; left--) {
      for (let names = 0; names < 2; names++) skip(number());
      const kind = bytes[at++];
      if (kind === MEMORY) {
        bytes[at] = (bytes[at] as number) & ~IS_SHARED;
        return bytes;
      }
      if (kind !== FUNCTION) break;
      number();
    }
    break;
  }
  throw new RangeError('unshared: the module imports no memory');
}
