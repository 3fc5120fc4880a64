import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Architecture } from '../../agents/model/pretrained/architecture.ts';
import type { Parameters, StoredTensor } from '../../agents/model/parameters.ts';
import { type TensorSource, Weights, WeightsError } from '../../agents/model/pretrained/weights.ts';
import { FileError } from '../errors.ts';
import { readJson } from '../files.ts';
import { type Entry, headerEnd, readHeader, toFloats } from '../safetensors.ts';
import { WEIGHTS, WEIGHTS_INDEX } from './fileNames.ts';

/** Names of files in the folder alone: an index comes with a model, and may not lead elsewhere. */
const indexSchema = z.looseObject({
  weight_map: z.record(z.string(), z.string().regex(/^[\w-][\w.-]*\.safetensors$/, 'is no name of a safetensors file')),
});

/** The files that an index deals tensors out to. @throws FileError */
export function shardsOf(indexPath: string): string[] {
  return [...new Set(Object.values(readJson(indexPath, indexSchema).weight_map))];
}

interface Place {
  file: string;
  entry: Entry;
  /** Byte of the file. */
  at: number;
}

/** What comes before a tensor's name where a model carries a head. */
const PREFIXES: Record<Architecture['kind'], string> = {
  gpt2: 'transformer.',
  bert: 'bert.',
  distilbert: 'distilbert.',
};

/**
 * A model's tensors, read from its files one by one, when they are asked for: a large file is never in memory as a whole.
 *
 * They are under their names without the model's prefix, and those of old BERT files (`gamma`, `beta`) under today's.
 */
export class WeightFiles implements TensorSource {
  readonly #places = new Map<string, Place>();
  readonly #handles = new Map<string, number>();

  /** @throws FileError when there are no weights, or they are no sound safetensors files */
  constructor(folder: string, kind: Architecture['kind']) {
    try {
      for (const file of weightFilesOf(folder)) this.#index(file, PREFIXES[kind]);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** @throws FileError for numbers of a type that is not read */
  get(name: string): StoredTensor | undefined {
    const place = this.#places.get(name);
    if (!place) return undefined;
    const { file, entry, at } = place;
    const bytes = new Uint8Array(entry.data_offsets[1] - entry.data_offsets[0]);
    readFully(this.#handles.get(file) as number, bytes, at, file);
    return { shape: entry.shape, data: toFloats(bytes, entry.dtype, `${file}: tensor ${name}`) };
  }

  close(): void {
    for (const handle of this.#handles.values()) closeSync(handle);
    this.#handles.clear();
  }

  #index(file: string, prefix: string): void {
    if (!existsSync(file)) throw new FileError(`${file} is missing, and its index names it`);
    const handle = openSync(file, 'r');
    this.#handles.set(file, handle);
    const { size } = fstatSync(handle);
    const first = new Uint8Array(Math.min(size, 8));
    readFully(handle, first, 0, file);
    const header = new Uint8Array(Math.min(size, headerEnd(first, file)));
    readFully(handle, header, 0, file);
    const { entries, start } = readHeader(header, size, file);
    for (const [tensor, entry] of entries)
      this.#places.set(plainName(tensor, prefix), { file, entry, at: start + entry.data_offsets[0] });
  }
}

/** What a model is built of, and where its tensors go. */
export interface Building {
  architecture: Architecture;
  parameters: Parameters;
  /** What its tensors' names among the parameters begin with. */
  prefix: string;
}

/** @throws FileError naming the folder, and the tensor that is missing or of another shape */
export function buildFromFiles<Model>(
  folder: string,
  { architecture, parameters, prefix }: Building,
  build: (weights: Weights) => Model,
): Model {
  const files = new WeightFiles(folder, architecture.kind);
  try {
    return build(new Weights(parameters, prefix, files));
  } catch (error) {
    parameters.dispose();
    if (error instanceof WeightsError)
      throw new FileError(`the weights in ${folder} do not fit its config.json: ${error.message}`, { cause: error });
    throw error;
  } finally {
    files.close();
  }
}

/** @throws FileError where there are none */
export function weightFilesOf(folder: string): string[] {
  const [single, index] = [join(folder, WEIGHTS), join(folder, WEIGHTS_INDEX)];
  if (existsSync(single)) return [single];
  if (existsSync(index)) return shardsOf(index).map((name) => join(folder, name));
  throw new FileError(`${folder} has neither ${WEIGHTS} nor ${WEIGHTS_INDEX}: only weights as safetensors are read`);
}

function plainName(name: string, prefix: string): string {
  const plain = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  return plain.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
}

function readFully(handle: number, bytes: Uint8Array, at: number, file: string): void {
  for (let filled = 0; filled < bytes.length;) {
    const read = readSync(handle, bytes, filled, bytes.length - filled, at + filled);
    if (read === 0) throw new FileError(`${file} was cut while it was read`);
    filled += read;
  }
}
