import { renameSync, writeFileSync } from 'node:fs';

/** A name for a file, of an id or a variant. */
export function fileName(text: string): string {
  return text.replace(/[^\w.=-]+/g, '-');
}

/** Writes a file whole or not at all, to a folder that is there. */
export function writeWhole(path: string, text: string): void {
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, text);
  renameSync(partial, path);
}
