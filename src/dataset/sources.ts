import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { maskSize } from '../../envs/contract.ts';
import { flatSize } from '../../envs/spaces.ts';
import { FileError } from '../errors.ts';
import { readRange } from '../files.ts';
import type { FileBytes } from '../replay/fileBytes.ts';
import { Replay, ReplayError } from '../replay/format.ts';
import type { DatasetEpisode } from './episode.ts';

const EXTENSION = '.gfr';
/** Read first: holds the header of nearly all replays. */
const START_BYTES = 2 ** 16;

/**
 * The replays meant by paths: of a file, itself; of a run, those in its replays/; of another folder, those in it.
 *
 * @throws FileError when there is nothing at a path, or no replay
 */
export function findReplays(paths: readonly string[]): string[] {
  const found = paths.flatMap((path) => {
    if (!existsSync(path)) throw new FileError(`there is no replay and no run at ${path}`);
    if (!statSync(path).isDirectory()) return [path];
    const folder = existsSync(join(path, 'config.json')) ? join(path, 'replays') : path;
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(EXTENSION)) : [];
    if (names.length === 0)
      throw new FileError(
        `${path} has no replay (*${EXTENSION}) in it: record some by gymformer record, or train with --replay-every`,
      );
    return names.toSorted().map((name) => join(folder, name));
  });
  // One that is named twice, say by itself and by its run, counts once.
  return [...new Map(found.map((path) => [resolve(path), path])).values()];
}

/**
 * Opens a replay of which no more is read than its episodes need: the whole file only where its index is lost.
 *
 * @throws ReplayError naming the file when it is no replay that can be read
 */
export function openReplay(path: string): Replay {
  try {
    return openParts(path) ?? Replay.open(readFileSync(path));
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    throw new ReplayError(error.reason, `${path}: ${error.message}`, { cause: error });
  }
}

function openParts(path: string): Replay | null {
  const { size: length } = statSync(path);
  const slice: FileBytes['slice'] = (offset, count) =>
    offset < 0 || offset + count > length ? null : readRange(path, offset, count);
  try {
    return Replay.openParts({ length, slice }, readRange(path, 0, Math.min(length, START_BYTES)));
  } catch (error) {
    if (error instanceof ReplayError && error.reason === 'corrupt') return null; // a header longer than the start, say
    throw error;
  }
}

/** An episode of a replay, or why it cannot be in a dataset. */
export type Found = { episode: DatasetEpisode } | { reason: string };

/** Reads one episode whole. What is cut, damaged, or no longer a number somewhere is left out with its reason. */
export function readEpisode(replay: Replay, number: number): Found {
  const { seed, steps, terminated, truncated, return: total } = replay.episodes[number] as Replay['episodes'][number];
  if (!terminated && !truncated) return { reason: 'it is cut before its end' };
  try {
    const columns = readColumns(replay, number, steps);
    if (!columns.rewards.every(Number.isFinite)) return { reason: 'a reward of it is not a finite number' };
    const { environment } = replay.header;
    return { episode: { environment, ...columns, terminated, truncated, return: total, seed } };
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    return { reason: error.message };
  }
}

function readColumns(
  replay: Replay,
  number: number,
  T: number,
): Pick<DatasetEpisode, 'observations' | 'actions' | 'rewards' | 'masks'> {
  const { observationSpace, actionSpace } = replay.header;
  const [O, A, M] = [flatSize(observationSpace), flatSize(actionSpace), maskSize(actionSpace)];
  const observations = new Float32Array((T + 1) * O);
  const actions = new Float32Array(T * A);
  const rewards = new Float32Array(T);
  const masks = new Uint8Array(T * M).fill(1);
  let masked = false;
  const put = (column: Float32Array | Uint8Array, row: number, width: number, values: ArrayLike<number>): void => {
    if (values.length !== width)
      throw new ReplayError('corrupt', `step ${row} has ${values.length} numbers, wanted ${width}`);
    column.set(values, row * width);
  };
  for (let t = 0; t <= T; t++) {
    const { observation, decision } = replay.moment(number, t, { scene: false, attention: false });
    put(observations, t, O, observation);
    if (t === T) break;
    if (!decision) throw new ReplayError('corrupt', `step ${t} has no decision`);
    put(actions, t, A, decision.action);
    rewards[t] = decision.reward;
    if (decision.mask) put(masks, t, M, decision.mask);
    masked ||= decision.mask !== null;
  }
  return { observations, actions, rewards, masks: masked ? masks : null };
}
