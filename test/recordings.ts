import { readdirSync, readFileSync } from 'node:fs';

/** What a space's value looks like in JSON, the numbers of a Box nested as its shape says. */
export type Recorded = number | string | Recorded[] | { [key: string]: Recorded };

export interface RecordedStep {
  action: number | number[];
  observation: Recorded;
  reward: number;
  terminated: boolean;
  truncated: boolean;
}

export interface Recording {
  env: string;
  /** The program that it was recorded from, with its version. */
  source: string;
  episodes: {
    seed: number;
    reset: Recorded;
    /** A reset, without a seed, follows the last step of an episode. */
    steps: (RecordedStep | { reset: Recorded })[];
  }[];
}

/** Episodes recorded from Gymnasium and MiniGrid in Python: every fixture that is one. */
export function recordings(): Recording[] {
  const folder = new URL('./fixtures/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Partial<Recording>)
    .filter((fixture): fixture is Recording => fixture.episodes !== undefined);
}

/** Where two values differ, by more than 1e-6 for numbers that are not integers; undefined where they do not. */
export function difference(found: unknown, wanted: Recorded, at = ''): string | undefined {
  if (typeof wanted === 'string') return found === wanted ? undefined : `${at}: ${String(found)}, wanted ${wanted}`;
  if (typeof wanted === 'number') {
    const near = Number.isInteger(wanted) && Number.isInteger(found) ? found === wanted : isNear(found, wanted);
    return near ? undefined : `${at}: ${String(found)}, wanted ${wanted}`;
  }
  const parts = Object.entries(wanted);
  if (Object.keys(found as object).length !== parts.length)
    return `${at}: other parts than ${parts.map(([key]) => key).join()}`;
  for (const [key, part] of parts) {
    const inner = difference((found as Record<string, unknown>)[key], part, `${at}.${key}`);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function isNear(found: unknown, wanted: number): boolean {
  return typeof found === 'number' && Math.abs(found - wanted) < 1e-6;
}
