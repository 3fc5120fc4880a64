import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSpace, type Space } from '../../envs/spaces.ts';
import { EXIT, FileError, GymformerError } from '../errors.ts';
import { buildDirectory } from '../files.ts';
import { crc32 } from '../replay/bytes.ts';
import type { Replay } from '../replay/format.ts';
import { VERSION } from '../version.ts';
import {
  CARD,
  cardToJson,
  DATASET_FORMAT,
  type DatasetCard,
  distributionOf,
  type EpisodeIndex,
  INDEX,
  PAGE,
  type Source,
} from './card.ts';
import { cardPage } from './cardPage.ts';
import { widthsOf } from './dataset.ts';
import type { DatasetEpisode } from './episode.ts';
import { checksum, ShardBuffer } from './shard.ts';
import { essence } from './essence.ts';
import { findReplays, openReplay, readEpisode } from './sources.ts';
import { drawValidation } from './split.ts';

export interface BuildOptions {
  /** Share of each environment's episodes that is kept for validation. */
  validation?: number;
  /** Draws them. */
  seed?: number;
  /** A shard is written once it holds so many bytes: about what is in memory at a time. */
  shardBytes?: number;
  signal?: AbortSignal;
  /** Called after each episode: with how many have been read, and how many there are. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Makes a dataset of replays: all of it, or nothing.
 *
 * @param paths  replays, runs, or folders of replays
 * @param out    folder of the dataset, a new one
 * @throws FileError when a replay cannot be read, no episode is whole, or two replays of an environment differ in its
 *                   spaces
 * @throws UsageError when there is something at `out`
 */
export async function buildDataset(
  paths: readonly string[],
  out: string,
  { validation = 0.1, seed = 0, shardBytes = 2 ** 24, signal, onProgress = () => {} }: BuildOptions = {},
): Promise<DatasetCard> {
  const replays = findReplays(paths);
  return await buildDirectory(out, async (folder) => {
    const builder = new DatasetBuilder(folder, shardBytes);
    // One that is no replay shows before any work is done.
    const total = replays.reduce((sum, path) => sum + openReplay(path).episodes.length, 0);
    let done = 0;
    for (const path of replays) {
      const replay = openReplay(path);
      const source = builder.begin(path, replay);
      for (let number = 0; number < replay.episodes.length; number++) {
        if (signal?.aborted)
          throw new GymformerError('building was interrupted: nothing is left of it', EXIT.interrupted);
        const found = readEpisode(replay, number);
        if ('episode' in found) builder.add(source, found.episode);
        else source.leftOut.push({ episode: number + 1, reason: found.reason });
        onProgress(++done, total);
        await new Promise(setImmediate); // let signals through
      }
    }
    return builder.finish({ validation, seed });
  });
}

interface Environment {
  id: string;
  observationSpace: Space;
  actionSpace: Space;
  /** Where its spaces were seen first. */
  replay: string;
  /** In the card; null before its first episode, since the card lists no environment without. */
  number: number | null;
  buffer: ShardBuffer;
  /** Shards written. */
  shards: number;
}

/** Number of the shard of an episode whose shard is still to be written. */
const NOT_YET = -1;

/** Writes the files of a dataset into a folder, an episode at a time. */
class DatasetBuilder {
  readonly #environments = new Map<string, Environment>();
  readonly #sources: Source[] = [];
  readonly #shards: DatasetCard['shards'] = [];
  readonly #index: EpisodeIndex = emptyIndex();

  constructor(
    private readonly folder: string,
    private readonly shardBytes: number,
  ) {}

  /** @throws FileError when the replay's spaces are not those of the others of its environment */
  begin(path: string, { header }: Replay): Source {
    const { environment: id, observationSpace, actionSpace, run, step } = header;
    const known = this.#environments.get(id);
    if (known) checkSpaces(known, { path, observationSpace, actionSpace });
    else {
      const buffer = new ShardBuffer(widthsOf(header));
      const own = { id, observationSpace, actionSpace, replay: path };
      this.#environments.set(id, { ...own, number: null, buffer, shards: 0 });
    }
    const from = { ...(run !== undefined && { run }), ...(step !== undefined && { step }) };
    const source: Source = { replay: path, environment: id, ...from, episodes: 0, steps: 0, leftOut: [] };
    this.#sources.push(source);
    return source;
  }

  add(source: Source, episode: DatasetEpisode): void {
    const environment = this.#environments.get(episode.environment) as Environment; // begin() has seen it
    environment.number ??= this.#listed().length;
    const { before, first, steps, masked } = environment.buffer.add(episode);
    const { return: total, seed, terminated, truncated } = episode;
    const place = { environment: environment.number, shard: NOT_YET, before, first, steps, masked };
    push(this.#index, {
      ...place,
      checksum: checksum(episode),
      ...{ return: total, seed, terminated, truncated, validation: false },
    });
    source.episodes++;
    source.steps += steps;
    if (environment.buffer.bytes >= this.shardBytes) this.#writeShard(environment);
  }

  finish({ validation, seed }: { validation: number; seed: number }): DatasetCard {
    for (const environment of this.#environments.values())
      if (!environment.buffer.isEmpty) this.#writeShard(environment);
    if (this.#shards.length === 0) throw nothingWhole(this.#sources);
    this.#split(validation, seed);
    const index = `${JSON.stringify(this.#index)}\n`;
    const card: DatasetCard = {
      format: DATASET_FORMAT,
      gymformer: VERSION,
      createdAt: new Date().toISOString(),
      environments: this.#listed().map((environment) => this.#describe(environment)),
      splits: { train: this.#size(false), validation: this.#size(true) },
      seed,
      sources: this.#sources,
      shards: this.#shards,
      indexChecksum: crc32(Buffer.from(index)),
    };
    writeFileSync(join(this.folder, INDEX), index, { flush: true });
    writeFileSync(join(this.folder, CARD), cardToJson(card), { flush: true });
    writeFileSync(join(this.folder, PAGE), cardPage(card), { flush: true });
    return card;
  }

  #writeShard(environment: Environment): void {
    const name = environment.id.replace(/[^\w-]+/g, '-').replace(/^-+/, '');
    const file = `${environment.number}-${name}-${String(environment.shards++).padStart(5, '0')}.safetensors`;
    const path = join(this.folder, file);
    environment.buffer.write(path);
    for (const episode of this.#episodesOf(environment))
      if (this.#index.shard[episode] === NOT_YET) this.#index.shard[episode] = this.#shards.length;
    this.#shards.push({ file, environment: environment.id, bytes: statSync(path).size });
  }

  #split(share: number, seed: number): void {
    for (const environment of this.#listed()) {
      const episodes = this.#episodesOf(environment);
      const drawn = drawValidation(
        episodes.map((episode) => this.#index.checksum[episode] as number),
        share,
        seed,
      );
      episodes.forEach((episode, i) => (this.#index.validation[episode] = drawn[i] as boolean));
    }
  }

  #describe(environment: Environment): DatasetCard['environments'][number] {
    const { id, observationSpace, actionSpace } = environment;
    const episodes = this.#episodesOf(environment);
    const returns = distributionOf(episodes.map((episode) => this.#index.return[episode] as number));
    const steps = episodes.reduce((sum, episode) => sum + (this.#index.steps[episode] as number), 0);
    return { id, observationSpace, actionSpace, episodes: episodes.length, steps, returns };
  }

  /** Environments with an episode, in the order of their numbers. */
  #listed(): Environment[] {
    const numbered = [...this.#environments.values()].filter(({ number }) => number !== null);
    return numbered.toSorted((one, other) => (one.number as number) - (other.number as number));
  }

  #episodesOf({ number }: Environment): number[] {
    return this.#index.environment.flatMap((own, episode) => (own === number ? [episode] : []));
  }

  #size(validation: boolean): { episodes: number; steps: number } {
    const steps = this.#index.steps.filter((_, episode) => this.#index.validation[episode] === validation);
    return { episodes: steps.length, steps: steps.reduce((sum, each) => sum + each, 0) };
  }
}

function emptyIndex(): EpisodeIndex {
  return {
    ...{ environment: [], shard: [], before: [], first: [], steps: [], masked: [], checksum: [] },
    ...{ return: [], seed: [], terminated: [], truncated: [], validation: [] },
  };
}

type Row = { [Column in keyof EpisodeIndex]: EpisodeIndex[Column][number] };

function push(index: EpisodeIndex, row: Row): void {
  for (const column of Object.keys(index) as (keyof EpisodeIndex)[])
    (index[column] as Row[typeof column][]).push(row[column]);
}

/** @throws FileError naming both replays and what differs between them */
function checkSpaces(known: Environment, found: { path: string; observationSpace: Space; actionSpace: Space }): void {
  for (const [kind, noun] of [
    ['observationSpace', 'observation'],
    ['actionSpace', 'action'],
  ] as const) {
    const [one, other] = [essence(known[kind]), essence(found[kind])];
    if (one === other) continue;
    const [first, second] = [describeSpace(known[kind]), describeSpace(found[kind])];
    const shown = first === second ? `${first} with other bounds: ${one} and ${other}` : `${first} and ${second}`;
    throw new FileError(
      `${known.id} has two ${noun} spaces in these replays: ${shown}, in ${known.replay} and in ${found.path}. Make a dataset of each`,
    );
  }
}

function nothingWhole(sources: readonly Source[]): FileError {
  const first = sources.find(({ leftOut }) => leftOut.length > 0);
  const why = first ? `: of ${first.replay}, episode ${first.leftOut[0]?.episode}: ${first.leftOut[0]?.reason}` : '';
  return new FileError(`there is no whole episode in ${sources.map(({ replay }) => replay).join(', ')}${why}`);
}
