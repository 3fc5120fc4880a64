import { element } from '../page/dom.ts';
import type { Player } from '../time/player.ts';

/** Hands a file to the browser, which saves it where downloads go. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  element('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser may still be asking where to
}

/** `<run or environment>-episode-2-step-40.png`, in letters that every disk takes. */
export function fileName({ recording, episode }: Player, steps: string, extension: string): string {
  const what = recording?.header.run ?? recording?.header.environment ?? 'replay';
  return `${[what, `episode-${episode + 1}`, steps].join('-').replace(/[^\w.-]+/g, '-')}.${extension}`;
}

/** A size for a person: 999 B, 12 kB, 3.4 MB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
