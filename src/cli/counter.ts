import { formatCount } from './format.ts';

/** Counts things done on one line of a terminal; elsewhere it stays silent. */
export function counter(noun: string, json: boolean): { show(done: number, total: number): void; end(): void } {
  const stream = process.stderr;
  const live = stream.isTTY && !(json && process.stdout.isTTY);
  return {
    show: (done, total) => void (live && stream.write(`\r${formatCount(done)} of ${formatCount(total)} ${noun} `)),
    end: () => void (live && stream.write('\r\u001b[0K')),
  };
}
