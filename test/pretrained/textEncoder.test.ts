import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
import { Policy } from '../../agents/model/policy.ts';
import { Sentences } from '../../agents/model/sentences.ts';
import type { Env, ResetOptions, ResetResult, StepResult } from '../../envs/env.ts';
import { Generator } from '../../envs/random.ts';
import type { EnvSpec } from '../../envs/registry.ts';
import { Box, Dict, Discrete, flatten, Text } from '../../envs/spaces.ts';
import type { Config } from '../../src/settings.ts';
import { openDevice } from '../../src/device/device.ts';
import { ConfigError, FileError } from '../../src/errors.ts';
import { evaluate } from '../../src/evaluate.ts';
import { ObservationNormalizer } from '../../src/normalizers.ts';
import { readModelConfig } from '../../src/pretrained/modelConfig.ts';
import { openPretrained } from '../../src/pretrained/openPretrained.ts';
import { SentenceEmbedding } from '../../src/pretrained/sentenceEmbedding.ts';
import { TextTokenizer } from '../../src/pretrained/tokenizer.ts';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../src/safetensors.ts';
import { Training } from '../../src/training.ts';
import { collectAndLearn } from '../../src/update.ts';
import { smallConfig, specOf } from '../training/environments.ts';

await openDevice('simd');

const FIXTURES = fileURLToPath(new URL('../fixtures/pretrained', import.meta.url));
const BERT = join(FIXTURES, 'bert');
const temporary = mkdtempSync(join(tmpdir(), 'gymformer-text-'));
afterAll(() => rmSync(temporary, { recursive: true }));

const SPACE = new Dict({ mission: new Text(40), where: new Box({ low: -1, high: 1, shape: [2] }) });
const SIZE = 42;

/** Texts whose embedding is their length. */
function lengths(): { sentences: Sentences; encoded: string[] } {
  const encoded: string[] = [];
  const embed = (text: string): Float32Array => {
    encoded.push(text);
    return Float32Array.of(text.length, -1);
  };
  return { sentences: new Sentences(2, embed), encoded };
}

function observationsOf(texts: readonly string[]): Float32Array {
  const flat = new Float32Array(texts.length * SIZE);
  texts.forEach((mission, row) => flatten(SPACE, { mission, where: [0.5, -0.5] }, flat, row * SIZE));
  return flat;
}

describe('sentences', () => {
  test('are encoded once each, and have their embedding in the row of their number', () => {
    const { sentences, encoded } = lengths();
    const texts = Array.from({ length: 40 }, (_, i) => 'x'.repeat(i));
    const numbers = [...texts, ...texts].map((text) => sentences.numberOf(text));
    expect(encoded).toEqual(texts);
    expect(numbers.slice(40)).toEqual(numbers.slice(0, 40));
    const table = sentences.table.arraySync();
    numbers.forEach((number, i) => expect(table[number]).toEqual([i % 40, -1]));
    expect(table[0]).toEqual([0, 0]);
    sentences.dispose();
  });

  test('stand in observations by their number, beside what else is seen', () => {
    const { sentences, encoded } = lengths();
    const normalizer = new ObservationNormalizer(SPACE, 3, { running: false, sentences });
    const seen = normalizer.apply(observationsOf(['go left', '', 'go left']));
    expect(encoded).toEqual(['go left', '']);
    const rows = [0, 1, 2].map((row) => [...seen.subarray(row * SIZE, (row + 1) * SIZE)]);
    const numbers = [1, 2, 1];
    rows.forEach((row, i) => expect(row).toEqual([numbers[i], ...new Array<number>(39).fill(0), 0.5, -0.5]));
  });

  test('reach the value, are one token, and leave no tensors behind as they grow', () => {
    const { sentences } = lengths();
    const policy = new Policy({
      observationSpace: SPACE,
      actionSpace: new Discrete(2),
      policy: 'mlp',
      width: 16,
      layers: 1,
      heads: 2,
      context: 1,
      feedForward: 1,
      initialLogStd: 0,
      sentences,
      random: new Generator(3),
    });
    expect(policy.tokens?.tokens.map(({ kind, tokens }) => [kind, tokens])).toEqual([
      ['sentence', 1],
      ['vector', 1],
    ]);
    const normalizer = new ObservationNormalizer(SPACE, 2, { running: false, sentences });
    const values = (texts: string[]): Float32Array =>
      tf.tidy(() => {
        const seen = tf.tensor2d(normalizer.apply(observationsOf(texts)), [2, SIZE]);
        return policy.run(seen, Uint8Array.of(1, 1), policy.emptyCache(2)).values.dataSync() as Float32Array;
      });
    const [one, other] = values(['a', 'much longer']);
    expect(one).not.toBeCloseTo(other as number, 3);
    expect(values(['much longer', 'a'])[1]).toBeCloseTo(one as number, 5);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 30; i++) values([`new ${i}`, 'x'.repeat(i)]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('of observations without texts are refused', () => {
    const { sentences } = lengths();
    const make = (): unknown =>
      new Policy({
        observationSpace: new Box({ low: -1, high: 1, shape: [2] }),
        actionSpace: new Discrete(2),
        policy: 'mlp',
        width: 16,
        layers: 1,
        heads: 2,
        context: 1,
        feedForward: 1,
        initialLogStd: 0,
        sentences,
        random: new Generator(3),
      });
    expect(make).toThrow(/the observations have none/);
  });
});

test('an embedding has numbers of order one, and is that of its wording alone', () => {
  const embedding = new SentenceEmbedding(BERT, 'mini');
  const [first, again, other] = ['go to the red ball', 'Go to the RED ball', 'go to the blue ball'].map((text) =>
    embedding.embed(text),
  ) as [Float32Array, Float32Array, Float32Array];
  expect(Math.hypot(...first)).toBeCloseTo(4, 4); // sqrt(16)
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  embedding.dispose();
});

test('what an embedding computes is counted, by the tokens of each text', () => {
  const embedding = new SentenceEmbedding(BERT, 'mini');
  const tokenizer = new TextTokenizer(BERT, readModelConfig(BERT).architecture);
  const [width, layers, hidden] = [16, 2, 32];
  let wanted = 0;
  for (const text of ['go to the red ball', 'key']) {
    const T = tokenizer.encode(text).ids.length;
    const looked = 3 * width; // of words, places and kinds
    const maps = layers * (4 * width * width + 2 * width * hidden);
    const attention = layers * 2 * T * width; // scores, and what is mixed by them
    wanted += T * 2 * (looked + maps + attention);
    embedding.embed(text);
  }
  expect(embedding.flopsSoFar).toBe(wanted);
  embedding.dispose();
});

const config = (change: Partial<Config>): Config => smallConfig({ environment: 'colours', ...change });

describe('the text encoder of a run', () => {
  test('is named by its folder and the hash of its files; with other files it is refused', async () => {
    const folder = join(temporary, 'bert');
    cpSync(BERT, folder, { recursive: true });
    const opened = await openPretrained(config({ textEncoder: folder }), { device: 'simd' });
    expect(opened.config.textEncoder).toBe(folder);
    expect(opened.config.textEncoderHash).toMatch(/^[0-9a-f]{64}$/);
    opened.dispose();
    writeFileSync(join(folder, 'tokenizer_config.json'), '{"do_lower_case":false}');
    const again = openPretrained(opened.config, { device: 'simd' });
    await expect(again).rejects.toThrow(FileError);
    await expect(again).rejects.toThrow(/is not the text encoder that the run began with: its sha256 is/);
  });

  test('wants a device that answers at once, and a model that reads both ways', async () => {
    const open = async (textEncoder: string, device: string): Promise<unknown> =>
      await openPretrained(config({ textEncoder }), { device });
    await expect(open(BERT, 'webgpu')).rejects.toThrow(ConfigError);
    await expect(open(join(FIXTURES, 'gpt2'), 'simd')).rejects.toThrow(
      /is no text encoder: .* wanted bert or distilbert/,
    );
  });
});

/**
 * An encoder that knows what it was not told by any reward: that purple is much like red, and grey like blue. Its layers
 * add nothing, so that a sentence is the mean of its words.
 */
function synonyms(): string {
  const folder = join(temporary, 'synonyms');
  cpSync(BERT, folder, { recursive: true });
  const [weights, tokenizer] = ['model.safetensors', 'tokenizer.json'].map((name) => join(folder, name)) as [
    string,
    string,
  ];
  const { tensors } = decodeSafetensors(readFileSync(weights), weights);
  for (const [name, { data }] of tensors) if (name.includes('output.dense')) data.fill(0);
  const { model } = JSON.parse(readFileSync(tokenizer, 'utf8')) as { model: { vocab: Record<string, number> } };
  const { data } = tensors.get('bert.embeddings.word_embeddings.weight') as Tensor;
  const random = new Generator(5);
  for (let i = 0; i < data.length; i++) data[i] = random.standardNormal();
  for (const [word, like] of [
    ['purple', 'red'],
    ['grey', 'blue'],
  ] as const)
    for (let i = 0; i < 16; i++)
      data[16 * (model.vocab[word] as number) + i] =
        (data[16 * (model.vocab[like] as number) + i] as number) + 0.1 * random.standardNormal();
  writeFileSync(weights, encodeSafetensors(tensors));
  return folder;
}

/** A text names one of two colours, in one of several wordings: which action is right. */
class Colours implements Env<string, number> {
  observationSpace = new Text(50, { characters: 'abcdefghijklmnopqrstuvwxyz ' });
  actionSpace = new Discrete(2);
  readonly #colours: readonly [string, string];
  readonly #things: readonly string[];
  #random = new Generator(0);
  #sign = 0;

  constructor(colours: readonly [string, string], things: readonly string[]) {
    this.#colours = colours;
    this.#things = things;
  }

  reset({ seed }: ResetOptions = {}): ResetResult<string> {
    if (seed !== undefined) this.#random = new Generator(seed);
    this.#sign = this.#random.integers(2);
    return { observation: this.#draw(), info: {} };
  }

  step(action: number): StepResult<string> {
    const reward = action === this.#sign ? 1 : 0;
    return { observation: this.#draw(), reward, terminated: true, truncated: false, info: {} };
  }

  #draw(): string {
    const beginning = this.#random.choice(['go to the', 'this is a', 'put the']);
    return `${beginning} ${this.#colours[this.#sign]} ${this.#random.choice(this.#things)}`;
  }
}

test('what was learned of some words holds for others that were never trained on, if the encoder knows them', async () => {
  const learned = async (textEncoder: string | null): Promise<{ known: number; other: number }> => {
    const settings = config({ textEncoder, policy: 'mlp', gamma: 0, envs: 16, minibatches: 4, learningRate: 3e-3 });
    const pretrained = await openPretrained(settings, { device: 'simd' });
    const specFor = (colours: readonly [string, string], ends: readonly string[]): EnvSpec =>
      specOf('colours', () => new Colours(colours, ends));
    const [trained, other] = [specFor(['red', 'blue'], ['ball', 'key']), specFor(['purple', 'grey'], ['ball', 'key'])];
    const training = new Training(pretrained.config, trained, 'simd', other, pretrained);
    training.envs.reset();
    for (let update = 0; update < 20; update++) await collectAndLearn(training);
    const { mean } = await evaluate(training.player(), { episodes: 100, seed: 1, actions: 'likeliest' });
    expect(training.flopsBeside > 0).toBe(textEncoder !== null);
    const known = training.recentReturns.reduce((sum, x) => sum + x, 0) / training.recentReturns.length;
    training.dispose();
    return { known, other: mean };
  };
  const [sentences, words] = [await learned(synonyms()), await learned(null)];
  expect(sentences.known).toBeGreaterThan(0.8);
  expect(sentences.other).toBeGreaterThan(0.8);
  expect(words.known).toBeGreaterThan(0.8);
  expect(words.other).toBeLessThan(0.7);
});
