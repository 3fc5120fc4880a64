import { existsSync } from 'node:fs';
import { FileError } from '../errors.ts';
import { CONFIG, TOKENIZER, TOKENIZER_CONFIG, VOCABULARY } from './fileNames.ts';
import { type HubOptions, modelOfHub } from './hub.ts';
import { formatModelReference, parseModelReference } from './reference.ts';

export interface LocatedModel {
  folder: string;
  /** What names the same files for good: with the commit, or the whole path. */
  reference: string;
}

export type LocateOptions = Pick<HubOptions, 'onProgress' | 'signal'>;

/**
 * Finds a model's files; those of the Hub are downloaded where the cache does not have them.
 *
 * @param reference  as `parseModelReference` takes it
 * @param texts      whether its tokenizer is needed
 * @throws FileError, GymformerError, UsageError as `modelOfHub` and `parseModelReference` do
 */
export async function locateModel(
  reference: string,
  { texts, ...options }: LocateOptions & { texts: boolean },
): Promise<LocatedModel> {
  const parsed = parseModelReference(reference);
  if (parsed.kind === 'folder') {
    if (!existsSync(parsed.path))
      throw new FileError(
        `there is no model at ${parsed.path}: give a folder with config.json and model.safetensors, or hf:<owner>/<name>`,
      );
    return { folder: parsed.path, reference: formatModelReference(parsed) };
  }
  const { folder, commit } = await modelOfHub(parsed.repo, parsed.revision, {
    needed: [[CONFIG], ...(texts ? [[TOKENIZER, VOCABULARY]] : [])],
    optional: texts ? [TOKENIZER_CONFIG] : [],
    ...options,
  });
  return { folder, reference: formatModelReference({ ...parsed, revision: commit }) };
}
