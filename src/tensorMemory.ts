import type { Config } from './settings.ts';
import { GymformerError } from './errors.ts';

/** Of each parameter there are, at the end of an update: itself, its gradient, two moments of Adam, its next value. */
const COPIES = 5;

const BYTES = 4;

/** Bytes that learning takes at the least. The policy's trunk alone is counted, so it takes more. */
export function leastMemory(config: Config): { parameters: number; minibatch: number } {
  const { envs, rolloutSteps, sequenceSteps, minibatches } = config;
  const { layers, width: C } = config.trunkArchitecture ?? config;
  const sequences = Math.ceil((envs * rolloutSteps) / sequenceSteps / minibatches);
  const { weights, outputs } = matrices(config);
  const copies = isFrozen(config) ? 1 : COPIES;
  return {
    parameters: copies * BYTES * layers * weights * C ** 2,
    minibatch: BYTES * layers * outputs * C * sequences * sequenceSteps,
  };
}

function isFrozen({ freeze, loraRank }: Config): boolean {
  return freeze === 'trunk' || loraRank > 0;
}

/** Of a layer: its weights, in squares of the width, and what its matrices put out for one step, in widths. */
function matrices({ policy, trunkArchitecture: trunk, ...config }: Config): { weights: number; outputs: number } {
  const feedForward = trunk ? trunk.hidden / trunk.width : config.feedForward;
  switch (policy) {
    case 'transformer':
      return { weights: 4 + 2 * feedForward, outputs: 5 + feedForward };
    case 'gru':
      return { weights: 6, outputs: 6 };
    case 'mlp':
      return { weights: 1, outputs: 1 };
    default:
      return policy satisfies never;
  }
}

/**
 * Refuses at once what would be found out only when it has been computed for long.
 *
 * @param limit bytes that all tensors together may have
 * @throws GymformerError when training needs more than that, with the flags that need less
 */
export function checkMemory(config: Config, limit: number): void {
  const { parameters, minibatch } = leastMemory(config);
  const { policy, width, layers, envs, rolloutSteps, minibatches } = config;
  const room = `and tensors have at most ${gibibytes(limit)}`;
  if (parameters > limit && config.trunk !== null)
    throw new GymformerError(
      `the trunk is too large: ${config.trunk} takes at least ${gibibytes(parameters)}, ${room}: take a smaller one` +
        (isFrozen(config) ? '' : ', freeze it by --freeze trunk, or adapt it by --lora-rank'),
    );
  if (parameters > limit)
    throw new GymformerError(
      `the policy is too large: to train a ${policy} of width ${width} with layers ${layers} takes at least ` +
        `${gibibytes(parameters)}, ${room}: give a smaller --width or fewer --layers`,
    );
  if (parameters + minibatch > limit)
    throw new GymformerError(
      `a minibatch is too large: ${envs} envs x ${rolloutSteps} steps in ${minibatches} minibatches takes at least ` +
        `${gibibytes(parameters + minibatch)}, ${room}: give more --minibatches, fewer --envs or --rollout-steps, or a ` +
        'smaller --width',
    );
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toPrecision(3)} GiB`;
}
