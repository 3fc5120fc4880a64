import { LineTail } from './lineTail.ts';

/** Enough for a curve the size of a word. */
const SPARKLINE_POINTS = 60;

/** What a list of runs shows of a run's metrics.jsonl, kept up to date by reading only what was added. */
export class MetricsTail {
  private readonly tail: LineTail;
  private meanReturns: number[] = [];
  step = 0;
  meanReturn: number | null = null;

  constructor(path: string) {
    this.tail = new LineTail(path);
  }

  /** Reads on. A last line that is cut is left for later; a file that is another, or shorter, is read anew. */
  update(): void {
    for (let lines = this.tail.readOn(); lines; lines = this.tail.readOn()) {
      if (lines.anew) this.forget();
      for (const line of lines.text.split('\n')) this.take(line);
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

  private forget(): void {
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
