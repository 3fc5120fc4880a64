import { closeSync, fsyncSync, openSync, statSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { FileError } from '../errors.ts';
import { readRange } from '../files.ts';
import { crc32 } from '../replay/bytes.ts';
import type { DatasetEpisode } from './episode.ts';

/*
 * A shard: episodes of one environment, as a safetensors file of columns. The rows of an episode stand together in each,
 * so that one episode is read alone.
 *
 *   observations F32 [N + E, O], actions F32 [N, A], rewards F32 [N], masks U8 [N, M]
 *
 * N steps of E episodes; an episode of T steps has T + 1 observations. Masks are there where an episode has some.
 *
 * @see https://huggingface.co/docs/safetensors/index#format
 */

const LENGTH_BYTES = 8;
/** The numbers start at a multiple of this many bytes. */
const ALIGNMENT = 8;
/** In bytes: more than any header of ours. */
const HEADER_LIMIT = 2 ** 16;

/** Numbers in the flat form of an observation, of an action, and in a mask. */
export interface Widths {
  observation: number;
  action: number;
  mask: number;
}

/** Where in its shard an episode stands. */
export interface ShardPlace {
  /** Episodes before it. */
  before: number;
  /** Steps before it. */
  first: number;
  steps: number;
  masked: boolean;
}

type Columns = Pick<DatasetEpisode, 'observations' | 'actions' | 'rewards' | 'masks'>;

/** Of all that a shard holds of an episode. */
export function checksum({ observations, actions, rewards, masks }: Columns): number {
  const parts = [observations, actions, rewards, ...(masks ? [masks] : [])];
  return parts.reduce((crc, part) => crc32(bytesOf(part), crc), 0);
}

/** Collects episodes until there are enough for a shard. */
export class ShardBuffer {
  readonly #episodes: Columns[] = [];
  readonly #widths: Widths;
  #steps = 0;
  #bytes = 0;

  constructor(widths: Widths) {
    this.#widths = widths;
  }

  /** That it holds. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#episodes.length === 0;
  }

  add(episode: Columns): ShardPlace {
    const { observations, actions, rewards, masks } = episode;
    const place = {
      before: this.#episodes.length,
      first: this.#steps,
      steps: rewards.length,
      masked: masks !== null,
    };
    this.#episodes.push({ observations, actions, rewards, masks });
    this.#steps += rewards.length;
    this.#bytes += observations.byteLength + actions.byteLength + rewards.byteLength + (masks?.byteLength ?? 0);
    return place;
  }

  /** Writes the shard, to the disk, and is empty then. */
  write(path: string): void {
    const { observation: O, action: A, mask: M } = this.#widths;
    const [N, E] = [this.#steps, this.#episodes.length];
    const masked = this.#episodes.some(({ masks }) => masks !== null);
    const possible = (rewards: Float32Array): Uint8Array => new Uint8Array(rewards.length * M).fill(1);
    const columns: [string, { dtype: string; shape: number[]; size: number }, Uint8Array[]][] = [
      ['observations', float([N + E, O]), this.#episodes.map(({ observations }) => bytesOf(observations))],
      ['actions', float([N, A]), this.#episodes.map(({ actions }) => bytesOf(actions))],
      ['rewards', float([N]), this.#episodes.map(({ rewards }) => bytesOf(rewards))],
    ];
    if (masked)
      columns.push([
        'masks',
        { dtype: 'U8', shape: [N, M], size: N * M },
        this.#episodes.map(({ masks, rewards }) => masks ?? possible(rewards)),
      ]);
    const file = openSync(path, 'w');
    try {
      writeWhole(file, headerOf(columns.map(([name, column]) => [name, column])));
      for (const [, , parts] of columns) for (const part of parts) writeWhole(file, part);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    this.#episodes.length = this.#steps = this.#bytes = 0;
  }
}

const columnSchema = z.object({
  dtype: z.enum(['F32', 'U8']),
  shape: z.array(z.int().nonnegative()).min(1).max(2),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const headerSchema = z.object({
  observations: columnSchema,
  actions: columnSchema,
  rewards: columnSchema,
  masks: columnSchema.optional(),
});
type Header = z.infer<typeof headerSchema>;

/** A shard of a dataset, read an episode at a time. */
export class Shard {
  readonly #path: string;
  readonly #header: Header;
  /** Of the numbers, in the file. */
  readonly #start: number;

  /**
   * @param bytes  how large the file is to be
   * @throws FileError when it is missing, cut, or not the shard that it should be
   */
  constructor(path: string, bytes: number, widths: Widths) {
    this.#path = path;
    const size = sizeOnDisk(path);
    if (size !== bytes) throw new FileError(`${path} is damaged: it has ${size} bytes, wanted ${bytes}`);
    const length = Number(new DataView(readRange(path, 0, LENGTH_BYTES).buffer).getBigUint64(0, true));
    if (length > Math.min(HEADER_LIMIT, size)) this.#fail(`its header claims to have ${length} bytes`);
    this.#start = LENGTH_BYTES + length;
    this.#header = this.#readHeader(readRange(path, LENGTH_BYTES, length));
    this.#checkWidths(widths);
  }

  /** What the shard holds of an episode. @throws FileError when it cannot be read */
  read({ before, first, steps, masked }: ShardPlace): Columns {
    return {
      observations: this.#floats('observations', first + before, steps + 1),
      actions: this.#floats('actions', first, steps),
      rewards: this.#floats('rewards', first, steps),
      masks: masked ? this.#rows('masks', first, steps) : null,
    };
  }

  #floats(name: keyof Header, first: number, count: number): Float32Array {
    return new Float32Array(this.#rows(name, first, count).buffer);
  }

  #rows(name: keyof Header, first: number, count: number): Uint8Array<ArrayBuffer> {
    const column = this.#header[name];
    if (!column || first + count > (column.shape[0] as number))
      return this.#fail(`it has no ${name} ${first} to ${first + count - 1}`);
    const row = rowBytes(column);
    return readRange(this.#path, this.#start + column.data_offsets[0] + first * row, count * row);
  }

  #readHeader(bytes: Uint8Array): Header {
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch (error) {
      return this.#fail(`its header is not JSON (${(error as Error).message})`);
    }
    const parsed = headerSchema.safeParse(json);
    return parsed.success ? parsed.data : this.#fail(`its header says ${parsed.error.issues[0]?.message}`);
  }

  #checkWidths({ observation, action, mask }: Widths): void {
    const wanted = { observations: observation, actions: action, rewards: 1, masks: mask };
    const size = sizeOnDisk(this.#path);
    for (const [name, column] of Object.entries(this.#header)) {
      if (!column) continue;
      const [begin, end] = column.data_offsets;
      const width = column.shape[1] ?? 1;
      if (width !== wanted[name as keyof Header]) this.#fail(`its ${name} have a width of ${width}`);
      if (end - begin !== rowBytes(column) * (column.shape[0] as number) || this.#start + end > size)
        this.#fail(`its ${name} do not lie within it`);
    }
  }

  #fail(what: string): never {
    throw new FileError(`${this.#path} is damaged: ${what}`);
  }
}

function float(shape: number[]): { dtype: string; shape: number[]; size: number } {
  return { dtype: 'F32', shape, size: 4 * shape.reduce((left, right) => left * right, 1) };
}

function rowBytes({ dtype, shape }: z.infer<typeof columnSchema>): number {
  return (shape[1] ?? 1) * (dtype === 'F32' ? Float32Array.BYTES_PER_ELEMENT : 1);
}

function headerOf(columns: [string, { dtype: string; shape: number[]; size: number }][]): Uint8Array {
  let end = 0;
  const entries = columns.map(([name, { dtype, shape, size }]) => {
    const begin = end;
    end += size;
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = Buffer.alloc(LENGTH_BYTES + length, ' ');
  bytes.writeBigUInt64LE(BigInt(length), 0);
  json.copy(bytes, LENGTH_BYTES);
  return bytes;
}

/** Little-endian, as all machines are that Node runs on but for IBM's. */
function bytesOf(array: Float32Array | Uint8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** A single write may stop short, as on a nearly full disk; the next one then says why. */
function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

function sizeOnDisk(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    throw new FileError(`${path} is missing, a shard of the dataset`, { cause: error });
  }
}
