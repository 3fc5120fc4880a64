import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { encodeSafetensors, openDevice } from 'gymformer';
import { Generator, make } from 'gymformer/envs';

const WIDTH = 32; // E
const HIDDEN = 4;
const POSITIONS = 24;
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
/** Episodes whose missions are collected, of each set of wordings. */
const EPISODES = 800;
const STEPS = 300;
const BATCH = 16;
const LEARNING_RATE = 0.03;
const TEMPERATURE = 0.1;

/**
 * Makes a small text encoder that knows which sentences mean alike, as one that learned from much text would: a BERT whose
 * words were learned by contrast, from pairs of missions that say the same task in different ways, those ways among them
 * that no policy is ever trained on. Its blocks add nothing, so that a sentence is the mean of its words.
 *
 *   loss = - log softmax_j(cos(a_i, b_j) / temperature)_i, of pairs (a_i, b_i) of one task each
 *
 * @param environment  says its missions in several ways: `info.task` of a reset tells which of them mean the same
 * @see Gao et al. 2021, "SimCSE: Simple Contrastive Learning of Sentence Embeddings", equation 5
 */
export async function makeParaphraseEncoder(folder: string, environment: string): Promise<void> {
  if (existsSync(folder)) return;
  await openDevice('simd');
  const byTask = missionsOf(environment);
  const vocabulary = [
    ...SPECIAL,
    ...[...new Set([...byTask.values()].flatMap((missions) => missions.flatMap((text) => text.split(' '))))].sort(),
  ];
  writeModel(folder, vocabulary, await learnWords([...byTask.values()], vocabulary));
}

/** Any such thing or the only one: what is to be done is the same. */
const ARTICLES = /\b(the|a) /g;

/** The ways in which each task is said. */
function missionsOf(environment: string): Map<string, string[]> {
  const byTask = new Map<string, Set<string>>();
  for (const set of ['train', 'test']) {
    const env = make(`${environment}:wordings=${set}`);
    for (let seed = 0; seed < EPISODES; seed++) {
      const { observation, info } = env.reset({ seed }) as { observation: { mission: string }; info: { task: string } };
      const task = info.task.replace(ARTICLES, '');
      byTask.set(task, (byTask.get(task) ?? new Set()).add(observation.mission));
    }
  }
  return new Map([...byTask].map(([task, missions]) => [task, [...missions]]));
}

/** [words, E] */
async function learnWords(tasks: readonly (readonly string[])[], vocabulary: readonly string[]): Promise<Float32Array> {
  const random = new Generator(0);
  const drawn = Float32Array.from({ length: vocabulary.length * WIDTH }, () => random.standardNormal());
  const words = tf.variable(tf.tensor2d(drawn, [vocabulary.length, WIDTH]));
  const optimizer = tf.train.adam(LEARNING_RATE);
  const embed = (texts: readonly string[]): tf.Tensor2D => {
    const counts = tf.tensor2d(
      texts.map((text) => {
        const said = ['[CLS]', ...text.split(' '), '[SEP]'];
        return vocabulary.map((word) => said.filter((one) => one === word).length / said.length);
      }),
    );
    const sentences = tf.matMul(counts, normalized(words));
    return tf.div(sentences, tf.norm(sentences, 2, 1, true));
  };
  for (let step = 0; step < STEPS; step++) {
    const chosen = random.permutation(tasks.length).slice(0, BATCH);
    const say = (): string[] => chosen.map((task) => random.choice(tasks[task] as string[]));
    const [one, other] = [say(), say()];
    optimizer.minimize(() => {
      const alike = tf.div(tf.matMul(embed(one), embed(other), false, true), TEMPERATURE);
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(alike), tf.eye(chosen.length)), 1))) as tf.Scalar;
    });
  }
  const learned = (await words.data()) as Float32Array;
  tf.dispose([words]);
  optimizer.dispose();
  return learned;
}

/** Each row to mean 0 and deviation 1: BERT's first layer norm. */
function normalized(rows: tf.Tensor): tf.Tensor2D {
  const centred = tf.sub(rows, tf.mean(rows, 1, true));
  return tf.div(centred, tf.sqrt(tf.add(tf.mean(tf.square(centred), 1, true), 1e-12)));
}

/** A folder as Hugging Face's library reads it. */
function writeModel(folder: string, vocabulary: readonly string[], words: Float32Array): void {
  const partial = `${folder}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  const write = (name: string, content: unknown): void => writeFileSync(join(partial, name), JSON.stringify(content));
  write('config.json', {
    ...{ model_type: 'bert', architectures: ['BertModel'], hidden_size: WIDTH, num_hidden_layers: 1 },
    ...{ num_attention_heads: 2, intermediate_size: HIDDEN, max_position_embeddings: POSITIONS },
    ...{ vocab_size: vocabulary.length, type_vocab_size: 2, layer_norm_eps: 1e-12, hidden_act: 'gelu' },
  });
  write('tokenizer_config.json', {
    tokenizer_class: 'BertTokenizer',
    do_lower_case: true,
    model_max_length: POSITIONS,
  });
  write('tokenizer.json', tokenizerOf(vocabulary));
  writeFileSync(join(partial, 'model.safetensors'), encodeSafetensors(weightsOf(vocabulary.length, words)));
  mkdirSync(dirname(folder), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}

function weightsOf(count: number, words: Float32Array): Map<string, { shape: number[]; data: Float32Array }> {
  const weights = new Map<string, { shape: number[]; data: Float32Array }>();
  const add = (name: string, shape: number[], value = 0): void => {
    const data = new Float32Array(shape.reduce((size, side) => size * side, 1)).fill(value);
    weights.set(name, { shape, data });
  };
  const addNorm = (name: string): void => {
    add(`${name}.weight`, [WIDTH], 1);
    add(`${name}.bias`, [WIDTH]);
  };
  const addLinear = (name: string, [outputs, inputs]: [number, number]): void => {
    add(`${name}.weight`, [outputs, inputs]);
    add(`${name}.bias`, [outputs]);
  };
  weights.set('embeddings.word_embeddings.weight', { shape: [count, WIDTH], data: words });
  add('embeddings.position_embeddings.weight', [POSITIONS, WIDTH]);
  add('embeddings.token_type_embeddings.weight', [2, WIDTH]);
  addNorm('embeddings.LayerNorm');
  const block = 'encoder.layer.0';
  for (const part of ['self.query', 'self.key', 'self.value', 'output.dense'])
    addLinear(`${block}.attention.${part}`, [WIDTH, WIDTH]);
  addNorm(`${block}.attention.output.LayerNorm`);
  addLinear(`${block}.intermediate.dense`, [HIDDEN, WIDTH]);
  addLinear(`${block}.output.dense`, [WIDTH, HIDDEN]);
  addNorm(`${block}.output.LayerNorm`);
  return weights;
}

function tokenizerOf(vocabulary: readonly string[]): unknown {
  const id = (token: string): number => vocabulary.indexOf(token);
  const special = (token: string): unknown => ({ SpecialToken: { id: token, type_id: 0 } });
  return {
    version: '1.0',
    added_tokens: SPECIAL.map((content) => {
      const whole = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
      return { id: id(content), content, ...whole };
    }),
    normalizer: {
      ...{ type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
      pair: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((token) => [token, { id: token, ids: [id(token)], tokens: [token] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      ...{ type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100 },
      vocab: Object.fromEntries(vocabulary.map((word, i) => [word, i])),
    },
  };
}
