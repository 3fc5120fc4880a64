import * as tf from '@tensorflow/tfjs-core';
import { MASKED } from './attention.ts';
import { fused, type Kernel } from './fused.ts';
import { factorsOf, presence, type TableGroup } from './tokenTables.ts';

/** The tables of a group: rows of all its tokens, one token after the other. */
export interface Tables {
  /** [tokens * rows, C] */
  values: tf.Tensor2D;
  /** [tokens * rows, H] */
  logits: tf.Tensor2D;
}

/** Tokens that were made elsewhere; they come after those of the tables. */
export interface MadeTokens {
  /** [N * tokens, C] */
  values: tf.Tensor2D;
  /** [N * tokens, H] */
  logits: tf.Tensor2D;
}

export interface Pooled {
  /** [N, C] */
  output: tf.Tensor2D;
  /** [N, H, tokens]: how much each head looked at which token; each row sums to 1. */
  weights: tf.Tensor3D;
}

/**
 * What logits are multiplied by, so that weights move away from equal ones as soon as values become of use: a step of Adam
 * changes every number of the tables by as much, and tables of logits start at 0.
 */
export const GAIN = 5;

/**
 * All tokens of an observation as one vector. Each head looks at them by a softmax of its own and takes its share of C
 * columns.
 *
 *   v_i    = sum over the numbers x of token i of V[i, x]     (x V[i], where x is a quantity), l_i likewise from L
 *   output = n softmax(GAIN l) v, n the number of tokens
 *
 * With equal weights, as at first, this is the first layer of a network whose inputs are all numbers, one-hot where
 * they are categories.
 *
 * @param observations [N, size]
 */
export function poolTokens(
  observations: tf.Tensor2D,
  groups: readonly TableGroup[],
  tables: readonly Tables[],
  made: MadeTokens | null,
): Pooled {
  const whole = fused('PoolTokens');
  if (whole) return fusedPoolTokens(whole, observations, groups, tables, made);
  const N = observations.shape[0];
  const C = (tables[0]?.values ?? made?.values)?.shape[1] as number;
  const H = (tables[0]?.logits ?? made?.logits)?.shape[1] as number;
  const factors = groups.map((group) => factorsOf(observations, group));
  const tokensOf = (name: keyof Tables, width: number): tf.Tensor3D => {
    const parts = groups.map(({ tokens, rows }, g) => {
      const table = tf.reshape((tables[g] as Tables)[name], [tokens, rows, width]);
      return tf.matMul(factors[g] as tf.Tensor3D, table as tf.Tensor3D);
    });
    if (made) parts.push(tf.transpose(tf.reshape(made[name], [N, made[name].shape[0] / N, width]), [1, 0, 2]));
    return tf.concat(parts) as tf.Tensor3D; // [tokens, N, width]
  };
  const values = tokensOf('values', C);
  const logits = tokensOf('logits', H);
  const present = tf.concat(
    [
      ...groups.map((group) => presence(observations, group)),
      ...(made ? [tf.ones([N, made.values.shape[0] / N])] : []),
    ],
    1,
  ); // [N, tokens]
  const mask = tf.mul(tf.sub(1, present), MASKED);
  const scores = tf.add(tf.mul(tf.transpose(logits, [1, 2, 0]), GAIN), tf.expandDims(mask, 1));
  const weights = tf.softmax(scores) as tf.Tensor3D; // [N, H, tokens]
  const count = tf.reshape(tf.sum(present, 1), [N, 1, 1]);
  const factor = tf.expandDims(tf.transpose(tf.mul(weights, count), [2, 0, 1]), 3); // [tokens, N, H, 1]
  const byHead = tf.reshape(values, [values.shape[0], N, H, C / H]);
  return { output: tf.reshape(tf.sum(tf.mul(byHead, factor), 0), [N, C]) as tf.Tensor2D, weights };
}

function fusedPoolTokens(
  kernel: Kernel,
  observations: tf.Tensor2D,
  groups: readonly TableGroup[],
  tables: readonly Tables[],
  made: MadeTokens | null,
): Pooled {
  const names = [...groups.keys(), ...(made ? ['made'] : [])].flatMap((part) => [`${part}.values`, `${part}.logits`]);
  const inputs = [...tables, ...(made ? [made] : [])].flatMap(({ values, logits }): tf.Tensor[] => [values, logits]);
  const named = (tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> =>
    Object.fromEntries(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
  let looked: tf.Tensor | undefined;
  const apply = tf.customGrad((...args) => {
    // TFJS passes the function that saves last.
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const parts = args.slice(0, -1) as tf.Tensor[];
    const outputs = kernel({ observations, ...named(parts) }, { groups, gain: GAIN });
    const [value, weights, counts] = outputs as [tf.Tensor, tf.Tensor, tf.Tensor];
    // The output alone leaves TFJS's scope of the gradient by itself.
    looked = tf.keep(weights);
    save([observations, value, weights, counts, ...parts]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [observations, output, weights, counts, ...parts] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const gradient = fused('PoolTokensGradient') as Kernel;
      return gradient({ observations, output, weights, counts, dy, ...named(parts) }, { groups, gain: GAIN });
    };
    return { value, gradFunc };
  });
  const output = apply(...inputs) as tf.Tensor2D;
  const kept = looked as unknown as tf.Tensor3D;
  const weights = tf.clone(kept);
  kept.dispose();
  return { output, weights };
}
