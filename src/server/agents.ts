import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { evaluationReference } from '../config.ts';
import type { Config } from '../settings.ts';
import { FileError } from '../errors.ts';
import { readJson } from '../files.ts';
import { RunDirectory } from '../run.ts';
import type { TrainedState } from '../trained.ts';
import type { CheckpointEntry } from './listing.ts';
import { HttpError } from './respond.ts';

/** What acting needs of a checkpoint beside its weights, as `GET /api/agents/<run>/<checkpoint>` answers. */
export interface AgentEntry {
  /** Id of the run. */
  run: string;
  /** Its name: never `best` or `latest`. */
  checkpoint: string;
  /** The environment of the run's evaluations and replays. */
  environment: string;
  config: Config;
  state: TrainedState;
}

const NAME = /^\d+$/;

const stateSchema = z.object({
  step: z.int(),
  observationNormalizer: z.unknown(),
  rewardNormalizer: z.unknown(),
});

/** A run, as the library knows it. */
export interface RunPlace {
  id: string;
  /** Its folder. */
  path: string;
  /** Steps of training at which its replays were recorded. */
  recordedAt: readonly number[];
}

/** The checkpoints of a run that a page may have: the best, the latest, and those that a replay is of. */
export function listCheckpoints({ path, recordedAt }: RunPlace): CheckpointEntry[] {
  const { best, latest } = pointers(path) ?? {};
  const recorded = recordedAt.map((step) => String(step).padStart(9, '0'));
  const names = [...new Set([best, latest, ...recorded])].filter((name) => name !== undefined).sort();
  return names
    .filter((name) => NAME.test(name) && isFolder(join(path, 'checkpoints', name)))
    .map((name) => ({ name, step: Number(name), best: name === best, latest: name === latest }));
}

/**
 * What acting needs of a checkpoint.
 *
 * @param which  `best`, `latest`, or a name
 * @throws HttpError 404 when a page may have no such checkpoint; 422 when it or the run's config cannot be read
 */
export function readAgent(run: RunPlace, which: string): AgentEntry {
  const checkpoint = nameOf(run, which);
  try {
    const config = new RunDirectory(run.path).readConfig();
    const state = readJson(join(run.path, 'checkpoints', checkpoint, 'state.json'), stateSchema);
    return { run: run.id, checkpoint, environment: evaluationReference(config), config, state };
  } catch (error) {
    if (error instanceof FileError) throw new HttpError(422, error.message);
    throw error;
  }
}

/** Where a checkpoint's weights are. @throws HttpError 404 when a page may have no such checkpoint */
export function weightsPath(run: RunPlace, which: string): string {
  return join(run.path, 'checkpoints', nameOf(run, which), 'policy.safetensors');
}

function nameOf(run: RunPlace, which: string): string {
  const found = listCheckpoints(run).find(
    ({ name, best, latest }) => name === which || (which === 'best' && best) || (which === 'latest' && latest),
  );
  if (!found)
    throw new HttpError(
      404,
      `${run.id} has no checkpoint ${which} to play with: only the best, the latest and those of its replays`,
    );
  return found.name;
}

function pointers(path: string): { best: string; latest: string } | null {
  try {
    return new RunDirectory(path).checkpoints();
  } catch {
    return null; // half written, or another program's
  }
}

/** Not a link to one, which could lead out of the run; nor one in a folder that is a link. */
function isFolder(path: string): boolean {
  return [join(path, '..'), path].every((part) => existsSync(part) && lstatSync(part).isDirectory());
}
