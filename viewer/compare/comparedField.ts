import { escapeMarks, unescapeMarks } from '../session/marks.ts';
import type { EpisodeChoice } from './episodeChoice.ts';

/** What is compared and has an address: a replay of the server, or a checkpoint whose agent plays here. */
export type ComparedEntry =
  | { kind: 'replay'; id: string; choice: EpisodeChoice }
  /** `checkpoint`: `best`, `latest` or a name. */
  | { kind: 'agent'; run: string; checkpoint: string };

/**
 * The address's `compare` field, parts with commas between them: `<id>` of a replay, with `:number` or `:<episode from 1>`
 * after it where its episode is not chosen by seed; `<run>@<checkpoint>` of an agent. `,`, `:`, `@` and `%` in a name are
 * percent-encoded.
 */
export function formatCompared(entries: readonly ComparedEntry[]): string {
  return entries.map(formatEntry).join(',');
}

/** What makes no sense is left out, or by seed. */
export function parseCompared(field: string): ComparedEntry[] {
  return field.split(',').flatMap((part) => parseEntry(part) ?? []);
}

function formatEntry(entry: ComparedEntry): string {
  if (entry.kind === 'agent') return `${escapeMarks(entry.run)}@${escapeMarks(entry.checkpoint)}`;
  const { id, choice } = entry;
  if (choice === 'seed') return escapeMarks(id);
  return `${escapeMarks(id)}:${choice === 'number' ? choice : choice + 1}`;
}

function parseEntry(part: string): ComparedEntry | null {
  const [run = '', checkpoint] = part.split('@').map(unescapeMarks);
  if (checkpoint !== undefined) return run && checkpoint ? { kind: 'agent', run, checkpoint } : null;
  const [id = '', choice = ''] = part.split(':').map(unescapeMarks);
  return id ? { kind: 'replay', id, choice: parseChoice(choice) } : null;
}

function parseChoice(text: string): EpisodeChoice {
  if (text === 'number') return 'number';
  const episode = Number(text);
  return Number.isInteger(episode) && episode >= 1 ? episode - 1 : 'seed';
}
