import * as tf from '@tensorflow/tfjs-core';
import { Policy, type PolicyOptions, type PolicyResult } from '../../agents/model/policy.ts';
import { Generator } from '../../envs/random.ts';
import { Box, Discrete } from '../../envs/spaces.ts';
import { numbers } from '../device/compare.ts';

/** N sequences of T steps. */
const [N, T] = [5, 3];

export type SmallOptions = Partial<PolicyOptions> & { policy: PolicyOptions['policy'] };

export const TRUNKS: Record<string, SmallOptions> = {
  'a Transformer': { policy: 'transformer' },
  'a Transformer with gates': { policy: 'transformer', gating: 'gru' },
  'a GRU': { policy: 'gru' },
  'an MLP': { policy: 'mlp' },
};

export const isTrunk = (name: string): boolean => /^(transformer|gru|mlp)\./.test(name);

export function policyWith(options: SmallOptions): Policy {
  return new Policy({
    observationSpace: new Box({ low: [-1, -1, -1], high: [1, 1, 1] }),
    actionSpace: new Discrete(5),
    width: 12,
    layers: 2,
    heads: 2,
    context: 4,
    feedForward: 2,
    initialLogStd: 0,
    random: new Generator(1),
    ...options,
  });
}

/** What a policy puts out for some steps: as in acting, or as in learning. */
function run(policy: Policy, remember: boolean): PolicyResult {
  const starts = Uint8Array.from({ length: N * T }, (_, i) => Number(i % 5 === 0));
  return policy.run(numbers([N * T, 3]) as tf.Tensor2D, starts, policy.emptyCache(N), { remember });
}

export function outputsOf(policy: Policy, remember = false): number[] {
  return tf.tidy(() => {
    const { outputs, values } = run(policy, remember);
    return [...outputs.dataSync(), ...values.dataSync()];
  });
}

/** A scalar of everything that a policy puts out for some steps. */
export function lossOf(policy: Policy): tf.Scalar {
  const { outputs, values } = run(policy, false);
  return tf.add(tf.sum(tf.mul(outputs, numbers(outputs.shape, 3))), tf.sum(tf.square(values)));
}
