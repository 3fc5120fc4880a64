import type { GameWanted } from './ownGame.ts';

/** The game that an address asks for, `#play=<environment>&against=<run>&seed=<n>`; null where it asks for none. */
export function parsePlayAddress(hash: string): GameWanted | null {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const environment = fields.get('play');
  if (!environment) return null;
  const seed = Number(fields.get('seed') ?? NaN);
  return { environment, against: fields.get('against'), seed: Number.isSafeInteger(seed) && seed >= 0 ? seed : null };
}

export function formatPlayAddress({ environment, against, seed }: GameWanted): string {
  return `#${new URLSearchParams({
    play: environment,
    ...(against !== null && { against }),
    ...(seed !== null && { seed: String(seed) }),
  })}`;
}
