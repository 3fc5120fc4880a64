import type { DownloadProgress } from '../pretrained/hub.ts';
import { formatDuration } from './format.ts';

/** Time between two lines of a log; a terminal has one line that changes. */
const PLAIN_EVERY_MS = 5000;
const MEGABYTE = 1e6;

/** Shows how far the download of a model is, on standard error. */
export function downloadDisplay(): (progress: DownloadProgress) => void {
  const stream = process.stderr;
  let saidAt = -Infinity;
  return (progress) => {
    const { received, size } = progress;
    const line = describeDownload(progress);
    if (stream.isTTY)
      stream.write(`\r${line.slice(0, (stream.columns ?? 80) - 1)}\u001b[0K${received < size ? '' : '\n'}`);
    else if (performance.now() - saidAt > PLAIN_EVERY_MS || received >= size) {
      saidAt = performance.now();
      stream.write(`${line}\n`);
    }
  };
}

function describeDownload({ model, file, received, size, secondsLeft }: DownloadProgress): string {
  const done = `${(received / MEGABYTE).toFixed(1)} of ${(size / MEGABYTE).toFixed(1)} MB`;
  const left = received < size && secondsLeft !== null ? `, ${formatDuration(secondsLeft)} left` : '';
  return `downloading ${model}: ${done}${left} (${file})`;
}
