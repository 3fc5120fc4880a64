import type { ReplayEntry, RunEntry } from '../../src/server/listing.ts';
import { embeddedReplay } from '../../src/replay/format.ts';
import { ServerEvents } from './serverEvents.ts';

/** The server answered that it has no such replay, or did not answer. */
export class LibraryError extends Error {
  override readonly name = 'LibraryError';

  constructor(
    readonly reason: 'absent' | 'unreachable',
    message: string,
  ) {
    super(message);
  }
}

/** The runs, newest first; null when the page is served without a server of runs behind it. */
export async function fetchRuns(): Promise<RunEntry[] | null> {
  if (embeddedReplay(document)) return null; // a page with a replay inside asks nobody for anything
  try {
    const response = await fetch('api/runs');
    const runs: unknown = response.ok ? await response.json() : null;
    return Array.isArray(runs) ? (runs as RunEntry[]) : null; // our own server's answer
  } catch {
    return null; // no server, or a page in place of an answer
  }
}

/**
 * A replay of the server, or the one inside of the page.
 *
 * @throws LibraryError when there is no such replay, or the server cannot be reached
 */
export async function fetchReplay(id: string, signal: AbortSignal): Promise<Uint8Array> {
  const embedded = embeddedReplay(document);
  if (embedded?.name === id) return embedded.read();
  if (embedded) throw new LibraryError('absent', `This page holds the replay \u201c${embedded.name}\u201d only.`);
  const response = await requestReplay(id, { signal });
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * @param request  what of it, say
 * @throws LibraryError when the server has no such replay or cannot be reached
 */
export async function requestReplay(id: string, request: RequestInit & { signal: AbortSignal }): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`api/replays/${id.split('/').map(encodeURIComponent).join('/')}`, request);
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw new LibraryError('unreachable', `The server did not answer for the replay \u201c${id}\u201d.`);
  }
  if (!response.ok)
    throw new LibraryError('absent', `The server has no replay \u201c${id}\u201d (it answered ${response.status}).`);
  return response;
}

/**
 * Tells of every change to the runs, until the page goes away. A connection that was lost starts again with the whole
 * list, so that nothing is missed.
 */
export function watchRuns(changed: (runs: RunEntry[]) => void, connected: (connected: boolean) => void): void {
  let runs: RunEntry[] = [];
  const take = (now: RunEntry[]): void => changed((runs = now));
  const handlers = {
    runs: ({ data }: MessageEvent<string>) => take(JSON.parse(data) as RunEntry[]),
    run: ({ data }: MessageEvent<string>) => {
      const told = JSON.parse(data) as RunEntry;
      take(runs.map((run) => (run.id === told.id ? told : run)));
    },
  };
  void new ServerEvents(() => 'api/events', handlers, connected);
}

/** The replay of a run that was written last. */
export function newestReplay(run: RunEntry): ReplayEntry | null {
  return run.replays.reduce<ReplayEntry | null>(
    (newest, replay) => (newest && newest.modifiedAt >= replay.modifiedAt ? newest : replay),
    null,
  );
}

type Named = Pick<RunEntry, 'name' | 'environment'>;

/** A run's name without the environment that many begin with: it stands beside it, unless `saysEnvironment`. */
export function shortName({ name, environment }: Named): string {
  return name.startsWith(`${environment}-`) ? name.slice(environment.length + 1) : name;
}

/** Whether a run's short name still says the environment, as folders may write it: to say it again is too much. */
export function saysEnvironment(run: Named): boolean {
  const plain = (text: string): string => text.replace(/[^a-z0-9]+/gi, '-');
  return plain(shortName(run)).startsWith(plain(run.environment));
}
