import { formatAge, groupThousands } from '../page/numbers.ts';
import { shortName } from '../session/library.ts';
import type { RunEntry } from '../../src/server/listing.ts';
import type { ComparedEntry } from './comparedField.ts';

/** Something of the library that can be compared, and what to say of it. */
export interface Offer {
  entry: ComparedEntry;
  name: string;
  /** At the end of the first line. */
  note: string;
  detail: string;
  /** What the filter looks through. */
  text: string;
}

/** All replays, runs of the wanted environment first, of a run the newest first. */
export function offerReplays(runs: readonly RunEntry[], environment: string | undefined): Offer[] {
  return sorted(runs, environment).flatMap((run) =>
    [...run.replays]
      .sort((a, b) => b.modifiedAt.localeCompare(a.modifiedAt))
      .map(({ id, name, step, modifiedAt }) => {
        const note = step === undefined ? formatAge(modifiedAt) : `step ${groupThousands(step)}`;
        return offer(run, { kind: 'replay', id, choice: 'seed' }, { note, detail: name, words: String(step ?? '') });
      }),
  );
}

/** The best and the latest agent of each run, runs of the wanted environment first. */
export function offerAgents(runs: readonly RunEntry[], environment: string | undefined): Offer[] {
  const trained = sorted(runs, environment).filter(({ algo }) => algo !== ''); // others are folders of replays
  return trained.flatMap((run) =>
    ['best', 'latest'].map((checkpoint) => {
      const detail = `${run.algo}, ${run.policy}`;
      return offer(run, { kind: 'agent', run: run.id, checkpoint }, { note: checkpoint, detail, words: checkpoint });
    }),
  );
}

/** Those that have all words of a filter in what is said of them. */
export function matching(filter: string, offers: readonly Offer[]): Offer[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return offers.filter(({ text }) => words.every((word) => text.includes(word)));
}

function sorted(runs: readonly RunEntry[], environment: string | undefined): RunEntry[] {
  const other = (run: RunEntry): number => Number(run.environment !== environment);
  return [...runs].sort((a, b) => other(a) - other(b));
}

function offer(
  run: RunEntry,
  entry: ComparedEntry,
  { note, detail, words }: { note: string; detail: string; words: string },
): Offer {
  const text = [run.name, run.environment, run.algo, run.policy, detail, words].join(' ').toLowerCase();
  return { entry, name: shortName(run), note, detail: `${run.environment} \u00b7 ${detail}`, text };
}
