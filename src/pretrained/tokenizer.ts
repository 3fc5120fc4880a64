import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import type { Architecture } from '../../agents/model/pretrained/architecture.ts';
import { FileError } from '../errors.ts';
import { readJson } from '../files.ts';
import { TOKENIZER, TOKENIZER_CONFIG, VOCABULARY } from './fileNames.ts';
import { tokenizerOfVocabulary } from './vocabulary.ts';

export interface Tokens {
  ids: number[];
  /** Tokens that the model has no places for, and that were left out. */
  cut: number;
}

/** Splits texts as a model's tokenizer.json says. */
export class TextTokenizer {
  readonly #tokenizer: Tokenizer;
  /** Tokens of the longest text that the model takes. */
  readonly #places: number;

  /** @throws FileError when what says how to split texts is missing or broken */
  constructor(
    folder: string,
    { kind, positions, vocabulary }: Pick<Architecture, 'kind' | 'positions' | 'vocabulary'>,
  ) {
    const configPath = join(folder, TOKENIZER_CONFIG);
    const config = existsSync(configPath) ? readJson(configPath, z.looseObject({})) : {};
    const path = [TOKENIZER, ...(kind === 'gpt2' ? [] : [VOCABULARY])]
      .map((name) => join(folder, name))
      .find((candidate) => existsSync(candidate));
    if (path === undefined)
      throw new FileError(
        `${join(folder, TOKENIZER)} is missing, which says how texts are split into words (of bert and distilbert, ${VOCABULARY} will do)`,
      );
    const tokenizer = path.endsWith(VOCABULARY)
      ? tokenizerOfVocabulary(path, config)
      : readJson(path, z.looseObject({ model: z.looseObject({}) }));
    try {
      this.#tokenizer = new Tokenizer(tokenizer, config);
    } catch (error) {
      throw new FileError(`${path} is of no kind that is read: ${(error as Error).message}`, { cause: error });
    }
    const ids = [...this.#tokenizer.get_vocab().values()];
    const largest = ids.reduce((most, id) => Math.max(most, id), 0);
    if (largest >= vocabulary)
      throw new FileError(`${path} has a token with number ${largest}, but the model has only ${vocabulary}`);
    this.#places = positions;
  }

  /** The first tokens of the text; where there are marks of its beginning and end, the last token is that mark. */
  encode(text: string): Tokens {
    const { ids } = this.#tokenizer.encode(text);
    const cut = Math.max(0, ids.length - this.#places);
    if (cut === 0) return { ids, cut };
    const plain = this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
    const marked = ids.length > plain.length && ids.at(-1) !== plain.at(-1);
    return {
      ids: marked ? [...ids.slice(0, this.#places - 1), ids.at(-1) as number] : ids.slice(0, this.#places),
      cut,
    };
  }
}
