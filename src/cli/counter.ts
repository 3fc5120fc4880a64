import { formatCount, formatDuration } from './format.ts';
import { say } from './output.ts';

/** What is going on, and how long all of it will take. */
interface Now {
  what: string;
  secondsLeft: number | null;
}

/** Time between two lines of a log. */
const PLAIN_EVERY_MS = 30_000;

/** Counts things done on one line of a terminal; elsewhere it only tells now and then what goes on. */
export function counter(
  noun: string,
  json: boolean,
): { show(done: number, total: number, now?: Now): void; end(): void } {
  const stream = process.stderr;
  const live = stream.isTTY && !(json && process.stdout.isTTY);
  let saidAt = -Infinity;
  return {
    show(done, total, now) {
      const counted = `${formatCount(done)} of ${formatCount(total)} ${noun}`;
      const line = now ? `${counted}${describeLeft(now)}; ${now.what}` : counted;
      if (live) stream.write(`\r${line.slice(0, (stream.columns ?? 80) - 1)}\u001b[0K`);
      else if (now && performance.now() - saidAt > PLAIN_EVERY_MS) {
        saidAt = performance.now();
        say(line);
      }
    },
    end: () => void (live && stream.write('\r\u001b[0K')),
  };
}

function describeLeft({ secondsLeft }: Now): string {
  return secondsLeft === null ? '' : `, ${formatDuration(secondsLeft)} left`;
}
