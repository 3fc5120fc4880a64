/**
 * Where the viewer is, as the address bar says it: `#replay=<id>&episode=<n>&step=<t>`.
 *
 * Episodes are counted from 1, as on the screen; step t is the moment before action t, from 0.
 */
export interface Address {
  replay: string;
  /** Counted from 1. */
  episode: number;
  step: number;
}

/** Null when the hash names no replay; a missing or senseless number becomes the first. */
export function parseAddress(hash: string): Address | null {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const replay = fields.get('replay');
  if (!replay) return null;
  return { replay, episode: wholeNumber(fields.get('episode'), 1), step: wholeNumber(fields.get('step'), 0) };
}

export function formatAddress({ replay, episode, step }: Address): string {
  return `#${new URLSearchParams({ replay, episode: String(episode), step: String(step) })}`;
}

function wholeNumber(text: string | null, least: number): number {
  const number = Number(text ?? least);
  return Number.isInteger(number) && number >= least ? number : least;
}
