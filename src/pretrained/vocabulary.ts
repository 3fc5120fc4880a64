import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { FileError } from '../errors.ts';

const optionsSchema = z.looseObject({
  do_lower_case: z.boolean().nullish(),
  strip_accents: z.boolean().nullish(),
  tokenize_chinese_chars: z.boolean().nullish(),
});

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/**
 * What BERT's older files say of tokens, a word piece on each line of vocab.txt, in the form of a tokenizer.json.
 *
 * @param config tokenizer_config.json, which says whether capitals count
 * @throws FileError when the pieces that every text has are not among them
 * @see Hugging Face's `BertConverter`, https://github.com/huggingface/transformers/blob/main/src/transformers/convert_slow_tokenizer.py
 */
export function tokenizerOfVocabulary(path: string, config: Record<string, unknown>): object {
  const pieces = readFileSync(path, 'utf8')
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
  const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  const missing = SPECIAL.filter((piece) => !Object.hasOwn(vocab, piece));
  if (missing.length > 0) throw new FileError(`${path} has no ${missing.join(', ')}: it is no vocabulary of BERT`);
  const {
    do_lower_case: lowercase,
    strip_accents: accents,
    tokenize_chinese_chars: chinese,
  } = optionsSchema.parse(config);
  const [first, last] = ['[CLS]', '[SEP]'].map((piece) => ({ SpecialToken: { id: piece, type_id: 0 } }));
  return {
    added_tokens: SPECIAL.map((content) => ({
      ...{ id: vocab[content], content, special: true, normalized: false },
      ...{ single_word: false, lstrip: false, rstrip: false },
    })),
    normalizer: {
      ...{ type: 'BertNormalizer', clean_text: true },
      ...{ handle_chinese_chars: chinese ?? true, strip_accents: accents ?? null, lowercase: lowercase ?? true },
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    model: {
      ...{ type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##' },
      ...{ max_input_chars_per_word: 100, vocab },
    },
    post_processor: {
      type: 'TemplateProcessing',
      single: [first, { Sequence: { id: 'A', type_id: 0 } }, last],
      pair: [first, { Sequence: { id: 'A', type_id: 0 } }, last, { Sequence: { id: 'B', type_id: 1 } }, last],
      special_tokens: Object.fromEntries(['[CLS]', '[SEP]'].map((id) => [id, { id, ids: [vocab[id]], tokens: [id] }])),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  };
}
