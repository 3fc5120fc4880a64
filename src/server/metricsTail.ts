import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Enough for a curve the size of a word. */
const SPARKLINE_POINTS = 60;
const NEWLINE = 0x0a;

/** What a list of runs shows of a run's metrics.jsonl, kept up to date by reading only what was added. */
export class MetricsTail {
  private inode = -1;
  private offset = 0;
  private meanReturns: number[] = [];
  step = 0;
  meanReturn: number | null = null;

  constructor(private readonly path: string) {}

  /** Reads on. A last line that is cut is left for later; a file that is another, or shorter, is read anew. */
  update(): void {
    const file = openIfThere(this.path);
    if (file === null) return this.forget(-1);
    try {
      const { ino, size } = fstatSync(file);
      if (ino !== this.inode || size < this.offset) this.forget(ino);
      if (size === this.offset) return;
      const bytes = Buffer.alloc(size - this.offset);
      const read = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, this.offset));
      const whole = read.subarray(0, read.lastIndexOf(NEWLINE) + 1);
      this.offset += whole.length;
      for (const line of whole.toString('utf8').split('\n')) this.take(line);
    } finally {
      closeSync(file);
    }
  }

  /** Evenly chosen mean returns, oldest first, the newest always among them. */
  get sparkline(): number[] {
    const all = this.meanReturns;
    const count = Math.min(SPARKLINE_POINTS, all.length);
    return Array.from({ length: count }, (_, i) => all[Math.round(((i + 1) * all.length) / count) - 1] as number);
  }

  private take(line: string): void {
    const { event, step, meanReturn } = parseLine(line);
    if (typeof step === 'number') this.step = step;
    if (event !== 'update' || typeof meanReturn !== 'number') return;
    this.meanReturn = meanReturn;
    this.meanReturns.push(meanReturn);
  }

  private forget(inode: number): void {
    this.inode = inode;
    this.offset = 0;
    this.meanReturns = [];
    this.step = 0;
    this.meanReturn = null;
  }
}

/** A line that is no JSON object tells nothing. */
function parseLine(line: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch {
    return null;
  }
}
