import { ReplayEncoder } from '../../src/replay/format.ts';
import type { Moment, ReplayHeader } from '../../src/replay/format.ts';

interface EncodeOptions {
  /** Left out or true: with its end; false: as it stands while it is written. */
  finished?: boolean;
  /** Of the episodes; 0, 1, … by default. */
  seeds?: readonly number[];
}

/** A replay's bytes, in the parts that a writer would write. */
export function encodeParts(
  header: ReplayHeader,
  episodes: readonly Moment[][],
  { finished = true, seeds = [] }: EncodeOptions = {},
): Uint8Array[] {
  const encoder = new ReplayEncoder(header);
  const parts: Uint8Array[] = [encoder.prelude()];
  episodes.forEach((moments, episode) => {
    encoder.begin(seeds[episode] ?? episode);
    for (const moment of moments) {
      const bytes = encoder.add(moment);
      if (bytes) parts.push(bytes);
    }
    parts.push(encoder.end());
  });
  if (finished) parts.push(encoder.finish());
  return parts;
}

/** A replay's bytes. */
export function encode(header: ReplayHeader, episodes: readonly Moment[][], options: EncodeOptions = {}): Uint8Array {
  return joined(...encodeParts(header, episodes, options));
}

export function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts)); // a Buffer's slices would share its bytes
}
