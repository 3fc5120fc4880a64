import * as tf from '@tensorflow/tfjs-core';
import { Parameters } from '../../agents/model/parameters.ts';
import { TextClassifier } from '../../agents/model/pretrained/textModels.ts';
import { batchOf } from '../../agents/model/pretrained/tokenBatch.ts';
import { Generator } from '../../envs/random.ts';
import { FileError, UsageError } from '../errors.ts';
import { readModelConfig } from './modelConfig.ts';
import { type Tokens, TextTokenizer } from './tokenizer.ts';
import { buildFromFiles } from './weightFiles.ts';

export interface Classified {
  text: string;
  /** The likeliest. */
  label: string;
  /** Of each label, in the model's order. Where a text may have several, each is for itself; else they sum to 1. */
  probabilities: Record<string, number>;
  /** Tokens of the text that the model has no places for, and did not see. */
  cut: number;
}

/** A model that says which of its labels a text has. */
export class TextClassification {
  readonly #labels: string[];
  readonly #severalLabels: boolean;
  readonly #tokenizer: TextTokenizer;
  readonly #parameters = new Parameters(new Generator(0)); // draws nothing: all weights are read
  readonly #model: TextClassifier;

  /**
   * @param folder of the model's files
   * @param name   of the model, for messages
   * @throws FileError when a file is missing, broken, or does not fit the others, or the model does not classify
   */
  constructor(folder: string, name: string) {
    const { architecture, labels, severalLabels } = readModelConfig(folder);
    if (!labels)
      throw new FileError(
        `${name} does not classify texts: its config.json names no architecture that ends in ForSequenceClassification; wanted a model that was fine-tuned to classify`,
      );
    this.#labels = labels;
    this.#severalLabels = severalLabels || labels.length === 1;
    this.#tokenizer = new TextTokenizer(folder, architecture);
    this.#model = buildFromFiles(folder, { architecture, parameters: this.#parameters, prefix: '' }, (weights) => {
      return new TextClassifier(weights, architecture, labels.length);
    });
  }

  /** Several texts at once; they are filled up to the length of the longest. @throws UsageError for one without a token */
  async classify(texts: readonly string[]): Promise<Classified[]> {
    const tokens = texts.map((text) => this.#tokenizer.encode(text));
    if (tokens.some(({ ids }) => ids.length === 0))
      throw new UsageError('a text is empty: there is nothing to classify');
    const probabilities = tf.tidy(() => {
      const logits = this.#model.logits(batchOf(tokens.map(({ ids }) => ids)));
      return this.#severalLabels ? tf.sigmoid(logits) : tf.softmax(logits);
    });
    const numbers = (await probabilities.data()) as Float32Array;
    probabilities.dispose();
    const L = this.#labels.length;
    return texts.map((text, n) =>
      this.#classified(text, numbers.subarray(n * L, (n + 1) * L), (tokens[n] as Tokens).cut),
    );
  }

  dispose(): void {
    this.#parameters.dispose();
  }

  #classified(text: string, probabilities: Float32Array, cut: number): Classified {
    const likeliest = probabilities.indexOf(Math.max(...probabilities));
    return {
      text,
      label: this.#labels[likeliest] as string,
      probabilities: Object.fromEntries(this.#labels.map((label, i) => [label, probabilities[i] as number])),
      cut,
    };
  }
}
