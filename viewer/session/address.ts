import { formatCompared, parseCompared } from '../compare/comparedField.ts';
import type { ComparedEntry } from '../compare/comparedField.ts';

/**
 * Where the viewer is, as the address bar says it: `#replay=<id>&episode=<n>&step=<t>`, and `&compare=<id>,<id>` where
 * others are compared.
 *
 * Episodes are counted from 1, as on the screen; step t is the moment before action t, from 0.
 */
export interface Address {
  replay: string;
  /** Counted from 1. */
  episode: number;
  step: number;
  compared: readonly ComparedEntry[];
}

/** Null when the hash names no replay; a missing or senseless number becomes the first. */
export function parseAddress(hash: string): Address | null {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const replay = fields.get('replay');
  if (!replay) return null;
  return {
    replay,
    episode: wholeNumber(fields.get('episode'), 1),
    step: wholeNumber(fields.get('step'), 0),
    compared: parseCompared(fields.get('compare') ?? ''),
  };
}

export function formatAddress({ replay, episode, step, compared }: Address): string {
  const compare = compared.length > 0 ? { compare: formatCompared(compared) } : {};
  return `#${new URLSearchParams({ replay, episode: String(episode), step: String(step), ...compare })}`;
}

function wholeNumber(text: string | null, least: number): number {
  const number = Number(text ?? least);
  return Number.isInteger(number) && number >= least ? number : least;
}
