import type { EpisodeChoice } from './episodeChoice.ts';

/** A replay of the server that is compared, as the address names it. */
export interface ComparedReplay {
  id: string;
  choice: EpisodeChoice;
}

/**
 * The address's `compare` field: `<id>,<id>`, each with `:number` or `:<episode from 1>` after it where the episode is not
 * chosen by its seed. `,`, `:` and `%` in an id are percent-encoded.
 */
export function formatCompared(replays: readonly ComparedReplay[]): string {
  return replays.map(({ id, choice }) => escape(id) + formatChoice(choice)).join(',');
}

/** What makes no sense is left out, or by seed. */
export function parseCompared(field: string): ComparedReplay[] {
  return field.split(',').flatMap((part) => {
    const [escaped = '', choice = ''] = part.split(':');
    const id = unescape(escaped);
    return id ? [{ id, choice: parseChoice(choice) }] : [];
  });
}

function formatChoice(choice: EpisodeChoice): string {
  if (choice === 'seed') return '';
  return choice === 'number' ? ':number' : `:${choice + 1}`;
}

function parseChoice(text: string): EpisodeChoice {
  if (text === 'number') return 'number';
  const episode = Number(text);
  return Number.isInteger(episode) && episode >= 1 ? episode - 1 : 'seed';
}

function escape(id: string): string {
  return id.replace(/[%,:]/g, encodeURIComponent);
}

function unescape(id: string): string {
  return id.replace(/%(25|2C|3A)/gi, decodeURIComponent);
}
