import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const NEWLINE = 0x0a;
/** What is read at once, so that a long file reaches a page piece by piece. */
const PIECE_BYTES = 2 ** 18;

/** Whole lines of a file, newline included, that were not read before. */
export interface Lines {
  text: string;
  /** They begin the file: what came before them, of another file in its place, holds no longer. */
  anew: boolean;
}

/** Reads a file of lines as it grows: only what was added, and only lines that have ended. */
export class LineTail {
  readonly #path: string;
  #inode: number;
  #offset: number;

  /** @param position of an earlier tail, to go on from; what is no position begins with the file */
  constructor(path: string, position = '') {
    this.#path = path;
    const [, inode, offset] = /^(\d+)-(\d+)$/.exec(position) ?? [];
    this.#inode = Number(inode ?? -1);
    this.#offset = Number(offset ?? 0);
  }

  /** Up to where it has read, for another tail to go on from. */
  get position(): string {
    return `${Math.max(0, this.#inode)}-${this.#offset}`;
  }

  /** The next lines; null when there are none. A file that is another one by now, or shorter, is read anew. */
  readOn(): Lines | null {
    const file = openIfThere(this.#path);
    if (file === null) return null;
    try {
      const { ino, size } = fstatSync(file);
      if (ino !== this.#inode || size < this.#offset) [this.#inode, this.#offset] = [ino, 0];
      const anew = this.#offset === 0;
      if (size === this.#offset) return null;
      const bytes = Buffer.alloc(Math.min(size - this.#offset, PIECE_BYTES));
      const read = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, this.#offset));
      // A line that fills a piece is none of ours, and passed over with the next ones.
      const end = read.lastIndexOf(NEWLINE) + 1 || (read.length === PIECE_BYTES ? PIECE_BYTES : 0);
      this.#offset += end;
      return end === 0 ? null : { text: read.toString('utf8', 0, end), anew };
    } finally {
      closeSync(file);
    }
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch {
    return null;
  }
}
