import * as tf from '@tensorflow/tfjs-core';
import { flopsOf } from '../../agents/model/flops.ts';
import { Parameters } from '../../agents/model/parameters.ts';
import type { Architecture } from '../../agents/model/pretrained/architecture.ts';
import { SentenceEncoder } from '../../agents/model/pretrained/textModels.ts';
import { batchOf } from '../../agents/model/pretrained/tokenBatch.ts';
import { Generator } from '../../envs/random.ts';
import { FileError } from '../errors.ts';
import { readModelConfig } from './modelConfig.ts';
import { TextTokenizer } from './tokenizer.ts';
import { buildFromFiles } from './weightFiles.ts';

/** Texts to vectors that lie close where texts mean alike, by a frozen model. */
export class SentenceEmbedding {
  /** E, numbers of a vector. */
  readonly width: number;
  /** What it has computed so far. */
  flopsSoFar = 0;
  readonly #architecture: Architecture;
  readonly #tokenizer: TextTokenizer;
  readonly #parameters = new Parameters(new Generator(0)); // draws nothing: all weights are read
  readonly #model: SentenceEncoder;

  /**
   * @param folder of the model's files
   * @param name   of the model, for messages
   * @throws FileError when a file is missing, broken, or does not fit the others, or the model only looks back
   */
  constructor(folder: string, name: string) {
    const { architecture } = readModelConfig(folder);
    if (architecture.kind === 'gpt2')
      throw new FileError(
        `${name} is no text encoder: in ${architecture.kind} a word sees only the words before it; wanted bert or distilbert`,
      );
    this.width = architecture.width;
    this.#architecture = architecture;
    this.#tokenizer = new TextTokenizer(folder, architecture);
    this.#model = buildFromFiles(folder, { architecture, parameters: this.#parameters, prefix: '' }, (weights) => {
      return new SentenceEncoder(weights, architecture);
    });
  }

  /** [E], of length sqrt(E): numbers of order 1. The device must answer at once. */
  embed(text: string): Float32Array {
    const { ids } = this.#tokenizer.encode(text);
    this.flopsSoFar += this.#flopsOf(ids.length);
    return tf.tidy(() => {
      const mean = this.#model.run(batchOf([ids]));
      const length = tf.norm(mean);
      return tf.mul(mean, tf.div(Math.sqrt(this.width), length)).dataSync() as Float32Array;
    });
  }

  /** Of a text of T tokens, each of which sees all: as a policy's steps are counted, with keys and values of the others. */
  #flopsOf(T: number): number {
    const { layers, heads: H, width } = this.#architecture;
    const keysAndValues = Array.from({ length: 2 * layers }, () => [H, T - 1, width / H]);
    return T * flopsOf(this.#parameters, keysAndValues).forward;
  }

  dispose(): void {
    this.#parameters.dispose();
  }
}
