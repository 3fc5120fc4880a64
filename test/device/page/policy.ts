import * as tf from '@tensorflow/tfjs-core';
import { Policy } from '../../../agents/model/policy.ts';
import { Generator } from '../../../envs/random.ts';
import { Box, Discrete } from '../../../envs/spaces.ts';

const [N, T] = [16, 16];

/** What a Transformer policy answers to sequences in which episodes start anew, and the gradient of its parameters. */
export function policyAndGradient(): Record<'outputs' | 'values' | 'gradient', number[]> {
  const random = new Generator(5);
  const policy = new Policy({
    observationSpace: new Box({ low: -1, high: 1, shape: [5] }),
    actionSpace: new Discrete(3),
    ...{ policy: 'transformer', width: 64, layers: 2, heads: 4, context: 8, feedForward: 4, initialLogStd: 0, random },
  });
  const observations = Float32Array.from({ length: N * T * 5 }, () => 2 * random.random() - 1);
  const starts = Uint8Array.from({ length: N * T }, (_, i) => Number(i % 7 === 0));
  const numbers = tf.tidy(() => {
    const run = (): { outputs: tf.Tensor; values: tf.Tensor } =>
      policy.run(tf.tensor2d(observations, [N * T, 5]), starts, policy.emptyCache(N), { remember: false });
    const { outputs, values } = run();
    const { grads } = tf.variableGrads(() => {
      const { outputs, values } = run();
      return tf.add(tf.mean(tf.square(tf.mul(outputs, 100))), tf.mean(tf.square(values)));
    }, policy.parameters.variables);
    const gradient = policy.parameters.variables.flatMap(({ name }) => [...(grads[name] as tf.Tensor).dataSync()]);
    return { outputs: [...outputs.dataSync()], values: [...values.dataSync()], gradient };
  });
  policy.dispose();
  return numbers;
}
