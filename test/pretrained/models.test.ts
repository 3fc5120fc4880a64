import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
import { Parameters } from '../../agents/model/parameters.ts';
import { SentenceEncoder, TextClassifier, textModel } from '../../agents/model/pretrained/textModels.ts';
import { batchOf, type TokenBatch } from '../../agents/model/pretrained/tokenBatch.ts';
import type { Weights } from '../../agents/model/pretrained/weights.ts';
import { Generator } from '../../envs/random.ts';
import { openDevice } from '../../src/device/device.ts';
import { FileError, UsageError } from '../../src/errors.ts';
import { readModelConfig } from '../../src/pretrained/modelConfig.ts';
import { TextClassification } from '../../src/pretrained/textClassification.ts';
import { TextTokenizer } from '../../src/pretrained/tokenizer.ts';
import { buildFromFiles, WeightFiles } from '../../src/pretrained/weightFiles.ts';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../src/safetensors.ts';

await openDevice('simd');

const FIXTURES = fileURLToPath(new URL('../fixtures/pretrained', import.meta.url));
const REFERENCE = JSON.parse(readFileSync(join(FIXTURES, 'reference.json'), 'utf8')) as Record<
  'gpt2' | 'bert' | 'distilbert',
  { ids: number[][]; lengths: number[]; hidden: number[]; logits: number[]; languageLogits?: number[]; mean?: number[] }
>;
const KINDS = ['gpt2', 'bert', 'distilbert'] as const;
const TOLERANCE = 1e-4;

const temporary = mkdtempSync(join(tmpdir(), 'gymformer-pretrained-'));
afterAll(() => rmSync(temporary, { recursive: true }));
let copies = 0;

/** A copy of a miniature model, with changes. */
function copyOf(kind: (typeof KINDS)[number], change: (folder: string) => void = () => {}): string {
  const folder = join(temporary, `${kind}-${copies++}`);
  mkdirSync(folder);
  for (const file of ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(join(FIXTURES, kind, file), join(folder, file));
  change(folder);
  return folder;
}

/** The same tensors under other names or with other contents; one that becomes null is left out. */
function changeTensors(folder: string, change: (name: string, tensor: Tensor) => [string, Tensor] | null): void {
  const path = join(folder, 'model.safetensors');
  const { tensors } = decodeSafetensors(readFileSync(path), path);
  const changed = [...tensors].map(([name, tensor]) => change(name, tensor)).filter((entry) => entry !== null);
  writeFileSync(path, encodeSafetensors(new Map(changed)));
}

function changeConfig(folder: string, settings: Record<string, unknown>): void {
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...settings }));
}

function build<Model>(folder: string, make: (weights: Weights) => Model): Model {
  const { architecture } = readModelConfig(folder);
  return buildFromFiles(folder, { architecture, parameters: new Parameters(new Generator(0)), prefix: '' }, make);
}

function batchFor(kind: (typeof KINDS)[number]): TokenBatch {
  const { ids, lengths } = REFERENCE[kind];
  return batchOf(ids.map((row, n) => row.slice(0, lengths[n])));
}

function expectClose(found: tf.Tensor, wanted: readonly number[], among: (i: number) => boolean = () => true): void {
  const numbers = found.dataSync();
  expect(numbers.length).toBe(wanted.length);
  const furthest = wanted.reduce(
    (most, x, i) => (among(i) ? Math.max(most, Math.abs(x - (numbers[i] as number))) : most),
    0,
  );
  expect(furthest).toBeLessThan(TOLERANCE);
}

describe.each(KINDS)('%s', (kind) => {
  const { hidden, logits, lengths } = REFERENCE[kind];

  test('has the hidden states and logits of PyTorch, to 1e-4', () => {
    const { architecture, labels } = readModelConfig(join(FIXTURES, kind));
    const batch = batchFor(kind);
    const found = build(join(FIXTURES, kind), (weights) => textModel(weights, architecture)).run(batch);
    const [T, C] = [batch.longest, architecture.width];
    expectClose(found, hidden, (i) => Math.floor(i / C) % T < (lengths[Math.floor(i / (T * C))] as number));
    const classifier = build(join(FIXTURES, kind), (weights) => {
      return new TextClassifier(weights, architecture, labels?.length ?? 0);
    });
    expectClose(classifier.logits(batch), logits);
  });

  test('is read with and without the prefix of its names, and from several files', () => {
    const prefix = kind === 'gpt2' ? 'transformer.' : `${kind}.`;
    const bare = copyOf(kind, (folder) => {
      changeTensors(folder, (name, tensor) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, tensor]);
    });
    const sharded = copyOf(kind, (folder) => {
      const whole = decodeSafetensors(readFileSync(join(folder, 'model.safetensors')), 'a');
      const names = [...whole.tensors.keys()];
      const file = (i: number): string => `model-0000${(i % 2) + 1}-of-00002.safetensors`;
      for (const half of [0, 1]) {
        const part = [...whole.tensors].filter((_, i) => i % 2 === half);
        writeFileSync(join(folder, file(half)), encodeSafetensors(new Map(part)));
      }
      const weightMap = Object.fromEntries(names.map((name, i) => [name, file(i)]));
      writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: weightMap }));
      rmSync(join(folder, 'model.safetensors'));
    });
    for (const folder of [bare, sharded]) {
      const { architecture, labels } = readModelConfig(folder);
      const classifier = build(folder, (weights) => new TextClassifier(weights, architecture, labels?.length ?? 0));
      expectClose(classifier.logits(batchFor(kind)), logits);
    }
  });
});

test("GPT-2's language head, which shares the words' table, has the logits of PyTorch, to 1e-4", () => {
  const folder = join(FIXTURES, 'gpt2');
  const { architecture } = readModelConfig(folder);
  const { model, words } = build(folder, (weights) => ({
    model: textModel(weights, architecture),
    words: new WeightFiles(folder, 'gpt2').get('wte.weight') as Tensor,
  }));
  const table = tf.tensor2d(words.data, words.shape as [number, number]);
  expectClose(tf.matMul(model.run(batchFor('gpt2')), table, false, true), REFERENCE.gpt2.languageLogits ?? []);
});

test.each(['bert', 'distilbert'] as const)('a sentence is the mean of its tokens in %s, as in PyTorch', (kind) => {
  const folder = join(FIXTURES, kind);
  const { architecture } = readModelConfig(folder);
  const encoder = build(folder, (weights) => new SentenceEncoder(weights, architecture));
  expectClose(encoder.run(batchFor(kind)), REFERENCE[kind].mean ?? []);
});

test('gamma and beta of old BERT files are read as weight and bias', () => {
  const old = copyOf('bert', (folder) => {
    changeTensors(folder, (name, tensor) => [
      name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
      tensor,
    ]);
  });
  const { architecture } = readModelConfig(old);
  const classifier = build(old, (weights) => new TextClassifier(weights, architecture, 2));
  expectClose(classifier.logits(batchFor('bert')), REFERENCE.bert.logits);
});

describe('tokenizers', () => {
  const tokenizerOf = (kind: (typeof KINDS)[number], places = 24): TextTokenizer =>
    new TextTokenizer(join(FIXTURES, kind), { kind, positions: places, vocabulary: 1000 });
  const vocabulary = (kind: (typeof KINDS)[number]): string[] =>
    Object.keys(
      (JSON.parse(readFileSync(join(FIXTURES, kind, 'tokenizer.json'), 'utf8')) as { model: { vocab: object } }).model
        .vocab,
    );
  const words = (kind: (typeof KINDS)[number], text: string, places?: number): (string | undefined)[] =>
    tokenizerOf(kind, places)
      .encode(text)
      .ids.map((id) => vocabulary(kind)[id]);

  test("BERT's words are lower-case pieces between its marks", () => {
    const pieces = ['[CLS]', 'this', 'is', 'a', 'great', 'movie', '##s', '!', '[SEP]'];
    expect(words('bert', 'This is a GREAT movies!')).toEqual(pieces);
    expect(words('bert', 'unbelievable €')).toEqual(['[CLS]', 'un', '##believ', '##able', '[UNK]', '[SEP]']);
  });

  test("BERT's words are the same from vocab.txt as from tokenizer.json, capitals counted where it says so", () => {
    const old = copyOf('bert', (folder) => {
      rmSync(join(folder, 'tokenizer.json'));
      writeFileSync(join(folder, 'vocab.txt'), `${vocabulary('bert').join('\n')}\n`);
    });
    const size = { kind: 'bert', positions: 24, vocabulary: 1000 } as const;
    const text = 'This is a GREAT movie, unbelievable café!';
    expect(new TextTokenizer(old, size).encode(text)).toEqual(tokenizerOf('bert').encode(text));
    writeFileSync(join(old, 'tokenizer_config.json'), '{"do_lower_case":false}');
    const { ids } = new TextTokenizer(old, size).encode('a GREAT movie');
    expect(ids.map((id) => vocabulary('bert')[id])).toEqual(['[CLS]', 'a', '[UNK]', 'movie', '[SEP]']);
    writeFileSync(join(old, 'vocab.txt'), 'a\nb\n');
    expect(() => new TextTokenizer(old, size)).toThrow(/vocab.txt has no \[PAD\], .*: it is no vocabulary of BERT/);
  });

  test("GPT-2's words are pairs of bytes merged in order, any text at all", () => {
    expect(words('gpt2', 'hello the world')).toEqual(['hello', 'Ġthe', 'Ġworld']);
    expect(words('gpt2', 'é')).toEqual(['Ã', '©']);
  });

  test('a text that is too long is cut, and keeps its mark at the end', () => {
    expect(words('bert', 'this is a great movie', 5)).toEqual(['[CLS]', 'this', 'is', 'a', '[SEP]']);
    expect(tokenizerOf('bert', 5).encode('this is a great movie').cut).toBe(2);
    expect(words('gpt2', 'hello the world', 2)).toEqual(['hello', 'Ġthe']);
  });
});

describe('a model that cannot be used is a FileError that says', () => {
  test.each<[string, (folder: string) => void, RegExp]>([
    [
      'which kinds are known',
      (at) => changeConfig(at, { model_type: 'bart' }),
      /config.json: model_type is "bart", wanted one of gpt2, bert, distilbert .*did you mean bert/,
    ],
    ['which setting it does not know', (at) => changeConfig(at, { hidden_act: 'swish' }), /config.json .*hidden_act/],
    [
      'which tensor is missing',
      (at) => changeTensors(at, (name, x) => (name === 'classifier.bias' ? null : [name, x])),
      /tensor classifier.bias is missing, wanted \[2\]/,
    ],
    [
      'which tensor has another shape',
      (at) => changeConfig(at, { intermediate_size: 40 }),
      /tensor encoder.layer.0.intermediate.dense.weight has shape \[32, 16\], wanted \[40, 16\]/,
    ],
    [
      'which file is no JSON',
      (at) => writeFileSync(join(at, 'config.json'), '{"model_type":'),
      /config.json is not valid JSON/,
    ],
    [
      'which tokenizer is broken',
      (at) => writeFileSync(join(at, 'tokenizer.json'), '{"model":{"type":"What"}}'),
      /tokenizer.json is of no kind that is read/,
    ],
    ['that the tokenizer is missing', (at) => rmSync(join(at, 'tokenizer.json')), /tokenizer.json is missing/],
    ['that the weights are missing', (at) => rmSync(join(at, 'model.safetensors')), /neither model.safetensors nor/],
    [
      'that the weights are cut',
      (at) => writeFileSync(join(at, 'model.safetensors'), readFileSync(join(at, 'model.safetensors')).subarray(0, -9)),
      /model.safetensors is not a sound safetensors file: it is cut/,
    ],
    [
      'that the words outnumber the table',
      (at) => changeConfig(at, { vocab_size: 7 }),
      /tokenizer.json has a token with number \d+, but the model has only 7/,
    ],
    [
      'that it does not classify',
      (at) => changeConfig(at, { architectures: ['BertModel'] }),
      /mini does not classify texts/,
    ],
  ])('%s', (_, change, message) => {
    const folder = copyOf('bert', change);
    const open = (): unknown => new TextClassification(folder, 'mini');
    expect(open).toThrow(FileError);
    expect(open).toThrow(message);
  });
});

test('a text without a token is refused', async () => {
  const classification = new TextClassification(join(FIXTURES, 'gpt2'), 'mini');
  await expect(classification.classify(['go', ''])).rejects.toThrow(UsageError);
  classification.dispose();
});

test('a batch of texts is classified as each by itself, and leaves no tensors behind', async () => {
  const classification = new TextClassification(join(FIXTURES, 'distilbert'), 'mini');
  const texts = ['This is a great movie!', 'bad'];
  const before = tf.memory().numTensors;
  const together = await classification.classify(texts);
  const alone = await Promise.all(texts.map(async (text) => (await classification.classify([text]))[0]));
  expect(tf.memory().numTensors).toBe(before);
  together.forEach(({ label, probabilities }, n) => {
    expect(label).toBe(alone[n]?.label);
    expect(probabilities['POSITIVE']).toBeCloseTo(alone[n]?.probabilities['POSITIVE'] as number, 5);
    expect((probabilities['POSITIVE'] ?? 0) + (probabilities['NEGATIVE'] ?? 0)).toBeCloseTo(1, 5);
  });
  classification.dispose();
});
