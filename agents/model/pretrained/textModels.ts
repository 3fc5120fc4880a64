import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from './architecture.ts';
import { Bert } from './bert.ts';
import { Gpt2 } from './gpt2.ts';
import { atToken, causalMask, endMask, meanOfTexts, type TokenBatch } from './tokenBatch.ts';
import type { Weights } from './weights.ts';

/** Texts to vectors of their tokens. */
interface TextModel {
  /** [N * T, C] */
  run(batch: TokenBatch): tf.Tensor2D;
}

/** @throws WeightsError naming a tensor that is missing or of another shape */
export function textModel(weights: Weights, architecture: Architecture): TextModel {
  if (architecture.kind !== 'gpt2') {
    const bert = new Bert(weights, architecture);
    return { run: (batch) => bert.run(batch.ids, endMask(batch)) };
  }
  const words = weights.table('wte.weight', [architecture.vocabulary, architecture.width]);
  const gpt2 = new Gpt2(weights, architecture);
  return {
    run(batch) {
      const { lengths, longest: T } = batch;
      const embedded = tf.reshape(tf.gather(words, batch.ids), [lengths.length, T, architecture.width]);
      const placed = tf.add(embedded, tf.slice(gpt2.places, 0, T));
      return gpt2.run(tf.reshape(placed, [lengths.length * T, architecture.width]), causalMask(batch)).hidden;
    },
  };
}

/** Texts to what speaks for each label. */
export class TextClassifier {
  readonly #model: TextModel;
  readonly #head: (hidden: tf.Tensor2D, batch: TokenBatch) => tf.Tensor2D;

  /** @throws WeightsError naming a tensor that is missing or of another shape */
  constructor(weights: Weights, architecture: Architecture, labels: number) {
    this.#model = textModel(weights, architecture);
    this.#head = headOf(weights, architecture, labels);
  }

  /** [N, labels] before a softmax. */
  logits(batch: TokenBatch): tf.Tensor2D {
    return this.#head(this.#model.run(batch), batch);
  }
}

/** What comes after the blocks, as each kind of model was fine-tuned with. */
function headOf(
  weights: Weights,
  { kind, width: C }: Architecture,
  labels: number,
): (hidden: tf.Tensor2D, batch: TokenBatch) => tf.Tensor2D {
  const first = (hidden: tf.Tensor2D, batch: TokenBatch): tf.Tensor2D =>
    atToken(
      hidden,
      batch,
      batch.lengths.map(() => 0),
    );
  switch (kind) {
    case 'gpt2': {
      const score = weights.matrix('score.weight', [labels, C]);
      return (hidden, batch) => {
        const last = batch.lengths.map((length) => length - 1);
        return tf.matMul(atToken(hidden, batch, last), score, false, true);
      };
    }
    case 'bert': {
      const pool = weights.linear('pooler.dense', [C, C]);
      const classify = weights.linear('classifier', [C, labels]);
      return (hidden, batch) => classify.apply(tf.tanh(pool.apply(first(hidden, batch))));
    }
    case 'distilbert': {
      const prepare = weights.linear('pre_classifier', [C, C]);
      const classify = weights.linear('classifier', [C, labels]);
      return (hidden, batch) => classify.apply(tf.relu(prepare.apply(first(hidden, batch))));
    }
    default:
      return kind satisfies never;
  }
}

/**
 * Texts to one vector each: the mean of their tokens' vectors.
 *
 * @see Reimers and Gurevych 2019, "Sentence-BERT", section 3
 */
export class SentenceEncoder {
  readonly #model: TextModel;

  /** @throws WeightsError naming a tensor that is missing or of another shape */
  constructor(weights: Weights, architecture: Architecture) {
    this.#model = textModel(weights, architecture);
  }

  /** [N, C] */
  run(batch: TokenBatch): tf.Tensor2D {
    return meanOfTexts(this.#model.run(batch), batch);
  }
}
