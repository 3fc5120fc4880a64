import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { maskSize } from '../../envs/contract.ts';
import { flatSize, type Space } from '../../envs/spaces.ts';
import { FileError } from '../errors.ts';
import { readJson } from '../files.ts';
import { crc32 } from '../replay/bytes.ts';
import { CARD, cardSchema, DATASET_FORMAT, type DatasetCard, type EpisodeIndex, INDEX, indexSchema } from './card.ts';
import type { DatasetEpisode } from './episode.ts';
import { checksum, Shard, type Widths } from './shard.ts';

/** What is known of an episode before it is read. */
export interface EpisodeEntry {
  environment: string;
  /** Number of the episode in the dataset. */
  index: number;
  steps: number;
  /** Undiscounted. */
  return: number;
  seed: number;
  /** Whether some action was impossible at some step, or could have been. */
  masked: boolean;
}

export type Split = 'train' | 'validation' | 'all';

/**
 * Opens a dataset: its card and the list of its episodes. Their steps are read when they are asked for.
 *
 * @throws FileError when it is none, of a newer format, or damaged: saying where and how
 */
export function openDataset(path: string): Dataset {
  const folder = resolve(path);
  const cardPath = join(folder, CARD);
  if (!existsSync(cardPath)) throw new FileError(`${path} is not a dataset: there is no ${CARD} in it`);
  const { format } = readJson(cardPath, z.looseObject({ format: z.number() }));
  if (format > DATASET_FORMAT)
    throw new FileError(
      `${path} was written by a newer gymformer (dataset format ${format}, this one reads ${DATASET_FORMAT}): update gymformer`,
    );
  const card = readJson(cardPath, cardSchema);
  const indexPath = join(folder, INDEX);
  const index = readJson(indexPath, indexSchema);
  if (crc32(readFileSync(indexPath)) !== card.indexChecksum)
    throw new FileError(`${indexPath} is damaged: its checksum does not match`);
  return new Dataset(folder, card, index);
}

/** Episodes in a folder, each of which can be read alone. */
export class Dataset {
  readonly #index: EpisodeIndex;
  readonly #shards: Shard[];

  constructor(
    /** Absolute. */
    readonly path: string,
    readonly card: DatasetCard,
    index: EpisodeIndex,
  ) {
    this.#index = index;
    this.#shards = card.shards.map(({ file, environment, bytes }) => {
      const found = card.environments.find(({ id }) => id === environment);
      if (!found) throw new FileError(`${path}: ${file} is of ${environment}, which the card does not list`);
      return new Shard(join(path, file), bytes, widthsOf(found));
    });
    const unknown = index.shard.findIndex((shard) => shard >= this.#shards.length);
    if (unknown >= 0 || index.environment.some((number) => number >= card.environments.length))
      throw new FileError(`${join(path, INDEX)} is damaged: it names what the card does not list`);
  }

  /** The episodes of a split, in the order they were recorded. */
  episodes(split: Split, environment?: string): EpisodeEntry[] {
    const entries = this.#index.steps.map((_, index) => this.#entry(index));
    return entries.filter(
      (entry) =>
        (split === 'all' || this.#index.validation[entry.index] === (split === 'validation')) &&
        (environment === undefined || entry.environment === environment),
    );
  }

  /** @throws FileError when the episode cannot be read, or is not what was written */
  read({ index }: Pick<EpisodeEntry, 'index'>): DatasetEpisode {
    const at = <Value>(column: readonly Value[]): Value => {
      const value = column[index];
      if (value === undefined) throw new RangeError(`episode ${index} of a dataset that has ${column.length}`);
      return value;
    };
    const columns = this.#index;
    const shard = at(columns.shard);
    const place = { before: at(columns.before), first: at(columns.first), steps: at(columns.steps) };
    const found = (this.#shards[shard] as Shard).read({ ...place, masked: at(columns.masked) });
    if (checksum(found) !== at(columns.checksum))
      throw new FileError(
        `${join(this.path, this.card.shards[shard]?.file ?? '')} is damaged: the checksum of episode ${index} does not match`,
      );
    const { environment, return: total, seed } = this.#entry(index);
    const ends = { terminated: at(columns.terminated), truncated: at(columns.truncated) };
    return { environment, ...found, ...ends, return: total, seed };
  }

  #entry(index: number): EpisodeEntry {
    const { environment, steps, return: returns, seed, masked } = this.#index;
    return {
      environment: this.card.environments[environment[index] as number]?.id as string,
      index,
      steps: steps[index] as number,
      return: returns[index] as number,
      seed: seed[index] as number,
      masked: masked[index] as boolean,
    };
  }
}

export function widthsOf({ observationSpace, actionSpace }: { observationSpace: Space; actionSpace: Space }): Widths {
  return { observation: flatSize(observationSpace), action: flatSize(actionSpace), mask: maskSize(actionSpace) };
}
