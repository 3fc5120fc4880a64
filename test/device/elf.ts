/**
 * A shared library for this machine that holds nothing but the need for another: loading it fails where that one is not
 * there, with the system's own message.
 *
 * @see the ELF-64 object file format, version 1.5: a header, two segments, and the dynamic section that they share
 */
export function sharedLibraryNeeding(library: string): Uint8Array {
  const MACHINES: Record<string, number> = { x64: 62, arm64: 183 };
  const machine = MACHINES[process.arch];
  if (machine === undefined) throw new Error(`no machine code for ${process.arch}`);
  const names = Buffer.from(`\0${library}\0`);
  const [header, segment, entry] = [64, 56, 16];
  const dynamicAt = header + 2 * segment;
  const dynamic = [
    [1, 1], // DT_NEEDED: the name at offset 1
    [5, 0], // DT_STRTAB, filled in below
    [6, 0], // DT_SYMTAB: a table without symbols
    [10, names.length], // DT_STRSZ
    [11, 24], // DT_SYMENT
    [0, 0],
  ] as [number, number][];
  const namesAt = dynamicAt + dynamic.length * entry;
  const symbolsAt = Math.ceil((namesAt + names.length) / 8) * 8;
  const size = symbolsAt + 24;
  (dynamic[1] as [number, number])[1] = namesAt;
  (dynamic[2] as [number, number])[1] = symbolsAt;

  const file = Buffer.alloc(size);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // ELF, 64 bits, little-endian
  file.writeUInt16LE(3, 16); // a shared object
  file.writeUInt16LE(machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(header), 32); // where the segments are described
  file.writeUInt16LE(header, 52);
  file.writeUInt16LE(segment, 54);
  file.writeUInt16LE(2, 56);
  const describeSegment = (i: number, [type, flags, at, length]: readonly [number, number, number, number]): void => {
    const base = header + i * segment;
    file.writeUInt32LE(type, base);
    file.writeUInt32LE(flags, base + 4);
    for (const [offset, value] of [
      [8, at],
      [16, at],
      [24, at],
      [32, length],
      [40, length],
      [48, type === 1 ? 0x10000 : 8],
    ] as const)
      file.writeBigUInt64LE(BigInt(value), base + offset);
  };
  describeSegment(0, [1, 6, 0, size]); // loaded, readable and writable
  describeSegment(1, [2, 6, dynamicAt, dynamic.length * entry]);
  dynamic.forEach(([tag, value], i) => {
    file.writeBigUInt64LE(BigInt(tag), dynamicAt + i * entry);
    file.writeBigUInt64LE(BigInt(value), dynamicAt + i * entry + 8);
  });
  file.set(names, namesAt);
  return file;
}
